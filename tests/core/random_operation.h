// SPDX-License-Identifier: MIT
//
// RandomOperation: something that somebody might do to a row, by a client or with SQL. It nearly always can be done.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "oracle_query.h"
#include "scripted_server.h"

namespace ablo::test {

/// A value that only SQL can write, where there is one.
inline Json randomForeignValue(const Field& field, Random& random) {
  const bool isDate = field.type == FieldType::date;
  if (!isDate && field.type != FieldType::number) return writeValue(randomValue(field, random));
  return random.pick<std::string>({isDate ? "Infinity" : "NaN", "Infinity", "-Infinity"});
}

/// With SQL only what can be is done.
inline Json randomOperation(const Schema& schema, const ScriptedServer& server, bool sql, Random& random) {
  static const std::vector<std::string> kinds{"create", "create", "update",  "update",   "update",
                                              "update", "delete", "archive", "unarchive"};
  const Model& model = random.pick(std::span(schema.models));
  std::string op = random.pick(kinds);
  const std::string id = "r" + std::to_string(random.below(kRandomIds));
  if (sql || random.chance(80)) {
    const bool exists = server.row({model.key, id}) != nullptr;
    if (!exists) op = "create";
    if (exists && op == "create") op = "update";
  }
  Json made = Json::object({{"op", op}, {"model", model.key}, {"id", id}});
  if (op != "create" && op != "update") return made;
  Json data = Json::object();
  for (const Field& field : model.fields) {
    const bool required = op == "create" && !field.optional && !field.hasDefault;
    if (field.base || !(required || random.chance(35))) continue;
    const bool foreign = sql && random.chance(5);
    data.set(field.name, foreign ? randomForeignValue(field, random) : writeValue(randomValue(field, random)));
  }
  return made.set("data", std::move(data));
}

}  // namespace ablo::test
