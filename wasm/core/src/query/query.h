// SPDX-License-Identifier: MIT
//
// Query: which rows of a model, in which order. One meaning in three places: the client's store evaluates it here, the hub
// turns it into SQL (query/sql.h), and both answer alike:
//   1. conditions follow SQL's three-valued logic: a comparison with null is unknown, and unknown rows are left out;
//   2. text compares by bytes (COLLATE "C"), ILIKE folds ASCII letters only;
//   3. nulls come last in both directions, and every order ends with the id.
#pragma once

#include <optional>

#include "ablo/json.h"
#include "ablo/list.h"
#include "ablo/schema.h"
#include "ablo/value.h"

namespace ablo {

struct Condition {
  enum class Op : uint8_t { eq, ne, lt, le, gt, ge, in, notIn, is, isNot, like, notLike, ilike, notIlike };
  int field = 0;
  Op op = Op::eq;
  List<Value> values;  // one, but for `in` and `notIn`
  friend bool operator==(const Condition&, const Condition&) = default;
};

struct Order {
  int field = 0;
  bool descending = false;
};

/// Which rows by their archivedAt.
enum class Lifecycle : uint8_t { live, archived, all };

struct Query {
  int model = 0;
  List<Condition> where;
  List<Order> orderBy;
  std::optional<uint32_t> limit;
  uint32_t offset = 0;
  Lifecycle state = Lifecycle::live;
  bool count = false;  // how many rows match, whatever limit and offset say, and not which
  List<int> expand;    // relations whose rows are fetched too, by number
};

/// `{model, where?: [[field, op, value]], orderBy?: [[field, "asc"|"desc"]], limit?, offset?, state?, count?,
/// expand?: [relation]}`.
/// `unknown_model`, `unknown_field`, `query_unsupported_operator` or `query_invalid` says what cannot be read.
Result<Query> parseQuery(const Schema& schema, const Json& json);

using Row = List<Value>;  // one value a field, in the model's order

/// Is the condition true of the value? What is unknown is not.
bool meets(const Condition& condition, const Cell& value);
/// Less, equal or greater than 0. NaN equals itself and is greater than every other number, as in Postgres.
int compare(const Cell& a, const Cell& b);

/// `row` gives the Cell of a field by its number.
template <class Read>
bool matches(const Query& query, const Model& model, const Read& row) {
  if (query.state != Lifecycle::all && row(model.archivedAt()).isNull() != (query.state == Lifecycle::live))
    return false;
  for (const Condition& condition : query.where)
    if (!meets(condition, row(static_cast<std::size_t>(condition.field)))) return false;
  return true;
}

/// Does row `a` come before row `b`?
template <class Read>
bool before(const Query& query, const Read& a, const Read& b) {
  for (const Order& order : query.orderBy) {
    const auto field = static_cast<std::size_t>(order.field);
    const Cell left = a(field), right = b(field);
    if (left.isNull() != right.isNull()) return right.isNull();
    if (left.isNull()) continue;
    if (const int sign = compare(left, right)) return order.descending ? sign > 0 : sign < 0;
  }
  return a(0).text < b(0).text;
}

inline auto cellsOf(const Row& row) {
  return [&row](std::size_t field) { return Cell(row[field]); };
}

}  // namespace ablo
