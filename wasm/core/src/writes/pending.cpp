// SPDX-License-Identifier: MIT
#include "writes/pending.h"

#include <algorithm>

namespace ablo {

PendingCommit& Pending::add(PendingCommit commit) {
  PendingCommit& added = byKey_[commit.key];
  added = std::move(commit);
  commits_.push_back(&added);
  return added;
}

PendingCommit* Pending::find(std::string_view key) {
  const auto found = byKey_.find(key);
  return found == byKey_.end() ? nullptr : &found->second;
}

void Pending::remove(std::string_view key) {
  eraseIf(commits_, [commit = find(key)](const PendingCommit* other) { return other == commit; });
  byKey_.erase(key);
}

bool Pending::underClaim(std::string_view claim) const {
  return std::any_of(commits_.begin(), commits_.end(), [&](const PendingCommit* commit) {
    return std::find(commit->claims.begin(), commit->claims.end(), claim) != commit->claims.end();
  });
}

}  // namespace ablo
