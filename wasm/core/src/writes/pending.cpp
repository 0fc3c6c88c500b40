// SPDX-License-Identifier: MIT
#include "writes/pending.h"

#include <algorithm>

namespace ablo {

PendingCommit& Pending::add(PendingCommit commit) {
  const auto added = commits_.insert(commits_.end(), std::move(commit));
  byKey_.emplace(added->key, added);
  return *added;
}

PendingCommit* Pending::find(std::string_view key) {
  const auto found = byKey_.find(key);
  return found == byKey_.end() ? nullptr : &*found->second;
}

std::list<PendingCommit> Pending::take(std::string_view key) {
  std::list<PendingCommit> taken;
  const auto found = byKey_.find(key);
  if (found == byKey_.end()) return taken;
  taken.splice(taken.end(), commits_, found->second);
  byKey_.erase(found);
  return taken;
}

bool Pending::underClaim(std::string_view claim) const {
  return std::any_of(commits_.begin(), commits_.end(), [&](const PendingCommit& commit) {
    return std::find(commit.claims.begin(), commit.claims.end(), claim) != commit.claims.end();
  });
}

}  // namespace ablo
