// SPDX-License-Identifier: MIT
//
// May a commit take effect after what others have changed? (server/src/postgres/sql/judge.sql)
#pragma once

#include "entry.h"

namespace ablo::sim {

/// {status: "rejected", error: {code}}
Json failed(std::string_view code);

/// Null; the refusal of a commit, by what a statement of this backend sees; or {notifications, operations?} when it is to take
/// effect all the same, with other operations if there are any. Changes up to `since` have been judged before.
Json verdictOf(Database& db, Backend who, const Json& commit, const Snapshot& sees, double since);
inline bool refuses(const Json& verdict) { return verdict.find("status") != nullptr; }

/// Who writes, as keys are known by.
std::string actorOf(const Json& commit);

}  // namespace ablo::sim
