// SPDX-License-Identifier: MIT
//
// Sql: a query as a statement for the database, with the meaning of query/query.h.
//
// Always true:
//   1. every name in the statement is one of the schema's, quoted; every value travels beside it, as a parameter;
//   2. `$1` is the organization and stands in every statement, `$2` is the array of values (jsonb);
//   3. the same query gives the same text, and queries that differ only in values do too, but for nulls and true or
//      false after IS: so Postgres may keep its plan.
#pragma once

#include <string>

#include "ablo/schema.h"
#include "query/query.h"

namespace ablo {

struct Statement {
  std::string text;    // gives one jsonb: the array of the rows' images, in order; or it is a condition
  std::string params;  // JSON array
};

Statement readStatement(const Schema& schema, const Query& query);

/// Whether an image in the log, `i.image`, is one of those rows; limit and offset aside. Without `$1`.
Statement imageCondition(const Schema& schema, const Query& query);

}  // namespace ablo
