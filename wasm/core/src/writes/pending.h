// SPDX-License-Identifier: MIT
//
// Pending: the commits of this client that the view still carries, in call order.
//
//              sent                receipt: confirmed at seq            change at seq applied
//   queued ───────────▶ sent ─────────────────────────────▶ confirmed ───────────────────────▶ settled: confirmed
//      ▲                 │ │
//      └── connection ───┘ └── receipt: rejected ──▶ settled: rejected
//           lost
//
// A change that carries the key of a commit is its receipt too.
#pragma once

#include <list>
#include <string>
#include <vector>

#include "writes/operation.h"

namespace ablo {

struct PendingCommit {
  enum class State : uint8_t { queued, sent, confirmed };
  uint32_t number = 0;
  std::string key;
  uint32_t attempt = 1;
  double issuedAt = 0;
  std::vector<Operation> operations;
  std::string message;              // the frame that carries it
  std::vector<std::string> claims;  // ids of the claims it was made under
  State state = State::queued;
  double seq = 0;             // of its last operation, once confirmed
  std::string notifications;  // JSON of the receipt
  bool overdue = false;       // who awaits it was told that its outcome is unknown
};

class Pending {
 public:
  PendingCommit& add(PendingCommit commit);
  PendingCommit* find(std::string_view key);
  /// The commits in call order.
  const std::list<PendingCommit>& commits() const { return commits_; }
  std::list<PendingCommit>& commits() { return commits_; }
  bool underClaim(std::string_view claim) const;
  /// Everything unconfirmed goes out again.
  void disconnected();

 private:
  std::list<PendingCommit> commits_;
};

}  // namespace ablo
