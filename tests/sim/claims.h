// SPDX-License-Identifier: MIT
//
// Claims: what participants do with them, and the line behind a row, a statement at a time as in claim.sql and line.sql of
// server/src/postgres/sql.
#pragma once

#include "entry.h"

namespace ablo::sim {

using ClaimAnswer = Task<std::optional<Json>>;

ClaimAnswer claim(Database& db, Backend who, Json input);
ClaimAnswer release(Database& db, Backend who, Json input);
ClaimAnswer reorder(Database& db, Backend who, Json input);
ClaimAnswer renew(Database& db, Backend who, Json input);
/// Of the lines in which somebody's time is over. Who cannot have the log at once leaves it to the next.
ClaimAnswer sweep(Database& db, Backend who);
bool isSweepDue(const Database& db);

/// A row is gone, and with it the line behind it. The caller has the log.
Task<Wait> cancelClaims(Database& db, Backend who, RowName row);

Json claimObject(const Claim& claim);
/// All that is held and waited for, as a load tells it.
Json liveClaims(const Database& db);
/// Null, or why a commit may not take effect: claim_lost, entity_claimed, or overdue, settle the lines first (judge.sql).
Json claimVerdict(Database& db, Backend who, const Json& commit);
/// Brings the lines of these rows up to now. The caller has the log.
Task<Wait> settleLines(Database& db, Backend who, std::set<RowName> rows);

inline bool overlap(const std::set<std::string>& these, const std::set<std::string>& those) {
  if (these.empty() || those.empty()) return true;
  return std::any_of(these.begin(), these.end(), [&](const std::string& field) { return those.count(field) > 0; });
}

}  // namespace ablo::sim
