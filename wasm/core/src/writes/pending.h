// SPDX-License-Identifier: MIT
//
// Pending: the commits of this client that the view still carries, in call order. commit_life.h says what becomes of one.
#pragma once

#include <string>
#include <string_view>

#include "ablo/list.h"
#include "base/map.h"
#include "writes/commit_life.h"
#include "writes/operation.h"

namespace ablo {

struct PendingCommit {
  uint32_t number = 0;
  std::string key;
  uint32_t attempt = 1;
  double issuedAt = 0;
  List<Operation> operations;
  std::string message;       // the frame that carries it
  List<std::string> claims;  // ids of the claims it was made under
  bool yields = false;       // it may be confirmed in part, or over others: only its receipt says so
  double retries = -1;       // how often it may be made anew from the row as it is then; negative: it is no such write
  uint32_t madeAt = 0;       // the store's version before it: what has a greater one may show it
  CommitLife::State state = CommitLife::State::queued;
  double seq = 0;             // of its last operation, once confirmed
  std::string notifications;  // JSON of the receipt
  bool overdue = false;       // who awaits it was told that its outcome is unknown
};

class Pending {
 public:
  PendingCommit& add(PendingCommit commit);
  PendingCommit* find(std::string_view key);
  void remove(std::string_view key);
  /// The commits in call order.
  const List<PendingCommit*>& commits() const { return commits_; }
  bool underClaim(std::string_view claim) const;

 private:
  Map<std::string, PendingCommit> byKey_;
  List<PendingCommit*> commits_;
};

}  // namespace ablo
