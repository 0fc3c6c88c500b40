// SPDX-License-Identifier: MIT
//
// The commit of a batch, in the seven steps of server/src/postgres/sql/commit.sql.
#pragma once

#include "guards.h"

namespace ablo::sim {

Task<std::optional<Json>> commit(Database& db, Backend who, Json input);

}  // namespace ablo::sim
