// SPDX-License-Identifier: MIT
//
// Commit: operations of one client that land together or not at all, on their way to the database. It was checked
// against the schema and the credential; whatever else there is to refuse, the database refuses.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "ablo/json.h"
#include "ablo/schema.h"
#include "hub/subscriber.h"

namespace ablo::hub {

/// What a client knows its commit by, and is answered with.
struct CommitName {
  std::string key;
  double attempt = 1;
};

struct Commit {
  enum class Way : uint8_t { together, alone, patiently };

  CommitName name;
  Socket socket = 0;              // who gets the receipt, if it is still there
  std::string lane;               // actor and session: what comes from one lane takes effect in order
  std::vector<std::string> rows;  // which it touches, as "model\nid"
  std::set<std::string> models;   // of which it goes by a query: any row of theirs may matter to it
  bool isGuarded = false;         // what others write to its rows may have it refused
  std::string text;               // as the database takes it
  std::string actor;              // whose it is
  std::size_t bytes = 0;          // of the frame it came in
  double cameAt = 0;
  bool delayed = false;  // it came too soon after others, and was counted for that

  uint64_t place = 0;  // in the queue
  Way way = Way::together;
  int patience = 0;      // how often it waited in vain for a row that another transaction holds
  double overdueAt = 0;  // when it has waited for long enough in all; 0: it never had to
};

/// A commit without a name cannot be answered: that frame is malformed.
Result<CommitName> readCommitName(const Json& message);

/// The named reason why it cannot be, which the client gets as a receipt.
Result<Commit> readCommit(const Schema& schema, const Subscriber& from, CommitName name, const Json& message);

}  // namespace ablo::hub
