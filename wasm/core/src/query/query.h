// SPDX-License-Identifier: MIT
//
// Query: which rows of a model, in which order. One meaning in three places: the client's store evaluates it here, the hub
// turns it into SQL (query/sql.h), and both answer alike:
//   1. conditions follow SQL's three-valued logic: a comparison with null is unknown, and unknown rows are left out;
//   2. text compares by bytes (COLLATE "C"), ILIKE folds ASCII letters only;
//   3. nulls come last in both directions, and every order ends with the id.
#pragma once

#include <optional>
#include <vector>

#include "ablo/json.h"
#include "ablo/schema.h"
#include "ablo/value.h"

namespace ablo {

struct Condition {
  enum class Op : uint8_t { eq, ne, lt, le, gt, ge, in, notIn, is, isNot, like, notLike, ilike, notIlike };
  int field = 0;
  Op op = Op::eq;
  std::vector<Value> values;  // one, but for `in` and `notIn`
};

struct Order {
  int field = 0;
  bool descending = false;
};

/// Which rows by their archivedAt.
enum class Lifecycle : uint8_t { live, archived, all };

struct Query {
  int model = 0;
  std::vector<Condition> where;
  std::vector<Order> orderBy;
  std::optional<uint32_t> limit;
  uint32_t offset = 0;
  Lifecycle state = Lifecycle::live;
};

/// `{model, where?: [[field, op, value]], orderBy?: [[field, "asc"|"desc"]], limit?, offset?, state?}`.
/// `unknown_model`, `unknown_field`, `query_unsupported_operator` or `query_invalid` says what cannot be read.
Result<Query> parseQuery(const Schema& schema, const Json& json);

using Row = std::vector<Value>;  // one value a field, in the model's order

bool matches(const Query& query, const Model& model, const Row& row);
/// Does `a` come before `b`?
bool before(const Query& query, const Row& a, const Row& b);

}  // namespace ablo
