// SPDX-License-Identifier: MIT
#include "writes/pending.h"

#include <algorithm>

namespace ablo {

PendingCommit& Pending::add(PendingCommit commit) { return commits_.emplace_back(std::move(commit)); }

PendingCommit* Pending::find(std::string_view key) {
  for (PendingCommit& commit : commits_)
    if (commit.key == key) return &commit;
  return nullptr;
}

bool Pending::underClaim(std::string_view claim) const {
  return std::any_of(commits_.begin(), commits_.end(), [&](const PendingCommit& commit) {
    return std::find(commit.claims.begin(), commit.claims.end(), claim) != commit.claims.end();
  });
}

}  // namespace ablo
