// SPDX-License-Identifier: MIT
//
// May a commit take effect after what others have changed? (server/src/postgres/sql/judge.sql)
#pragma once

#include "entry.h"

namespace ablo::sim {

/// {status: "rejected", error: {code}}
Json failed(std::string_view code);

/// Null, or the refusal of a commit, by what a statement sees. Changes up to `since` have been judged before.
Json verdictOf(const Database& db, const Json& commit, const Snapshot& sees, double since);

}  // namespace ablo::sim
