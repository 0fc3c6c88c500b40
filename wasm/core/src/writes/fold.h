// SPDX-License-Identifier: MIT
//
// Folding: what a row looks like once an operation is applied. The view of a row is its base with all pending operations
// on it folded in, in call order; there is no other way to make one.
#pragma once

#include <optional>

#include "query/query.h"
#include "writes/operation.h"

namespace ablo {

/// Who writes and when, for the base fields until the database has filled them in.
struct Author {
  std::string organization;
  std::string actor;
  double at = 0;  // microseconds since 1970
};

/// An update of a row that is not there leaves it so: the server decides whether it exists.
void fold(const Model& model, const Operation& operation, const Author& author, std::optional<Row>& row);

}  // namespace ablo
