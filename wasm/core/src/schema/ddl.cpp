// SPDX-License-Identifier: MIT
#include "schema/ddl.h"

#include <utility>

namespace ablo {

std::vector<std::string> planDdl(const Schema& schema) {
  std::vector<std::string> plan;
  const auto add = [&](std::vector<std::string> statements) {
    for (std::string& statement : statements) plan.push_back(std::move(statement));
  };
  for (const Model& model : schema.models) {
    add(tableDdl(model));
    add(modelDdl(model));
  }
  add(dispatchDdl(schema));
  add(expectedDdl(schema));
  return plan;
}

}  // namespace ablo
