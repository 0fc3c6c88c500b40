// SPDX-License-Identifier: MIT
//
// Ddl: what a schema needs of the database, as statements of SQL. They run in one transaction, in order, after the
// files of server/src/postgres/sql, and as often as anybody likes: what is there already stays, and no data is ever
// dropped.
//
// Of each model:
//   1. a table with (organization, id) as its key, a column for each field, closed to other organizations (ddl_table.cpp);
//   2. functions that lock, write and read its rows, and note what others do to them (ddl_model.cpp).
// Of all models together: the functions by which a commit finds those of a model (ddl_dispatch.cpp), who may write to what is
// claimed (ddl_policy.cpp), and what `ablo check` goes by (ddl_expected.cpp).
#pragma once

#include <string>
#include <vector>

#include "ablo/schema.h"

namespace ablo {

std::vector<std::string> planDdl(const Schema& schema);

/// What the document says that is not of the schema's hash. `invalid_schema`.
Result<std::string> policyDdl(std::string_view document);

// Its parts.
std::vector<std::string> tableDdl(const Model& model);
std::vector<std::string> modelDdl(const Model& model);
std::vector<std::string> dispatchDdl(const Schema& schema);
std::vector<std::string> expectedDdl(const Schema& schema);

}  // namespace ablo
