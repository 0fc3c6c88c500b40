// SPDX-License-Identifier: MIT
//
// Gate: how many may be here, and how often they may come and ask: sockets and HTTP alike, by address, credential, actor
// and organization. Commits are not refused here: one that was sent before may still take effect, so they are only
// told when to leave (CommitQueue).
//
// Always true:
//   1. whoever is refused is told which limit it was and after how many seconds to try again, and has used up nothing;
//   2. what is not known of a caller yet is not counted.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "ablo/hub.h"
#include "ablo/result.h"
#include "hub/commit_queue.h"
#include "hub/counters.h"
#include "hub/outbox.h"
#include "hub/rates.h"

namespace ablo::hub {

/// Who comes; empty is not known, or not counted.
struct Caller {
  std::string address;  // as countedAddress() gives it
  std::string credential;
  std::string actor;  // unique within its organization
  std::string organization;
};

class Gate {
 public:
  Gate(const HubLimits& limits, Counters& counters, Outbox& outbox)
      : limits_(limits), counters_(counters), outbox_(outbox) {}

  /// A socket is being opened. Its answer is an error, or nothing.
  std::optional<Error> connect(const Caller& caller, double now);
  /// Something is asked: by HTTP, or over a socket.
  std::optional<Error> request(const Caller& caller, double now);
  /// A commit that has not to wait is counted.
  CommitQueue::Wait commit(const Caller& caller, double now);
  /// It was not let go at once.
  void delayed(const Caller& caller, double now);

  // Sockets that are open.
  void entered(const Caller& caller);
  void left(const Caller& caller);

 private:
  struct Ask;
  std::optional<Error> rates(std::initializer_list<Ask> asks, const Caller& caller, double now);
  std::optional<Error> crowd(const Caller& caller, double now);
  void met(std::string_view limit, const Caller& caller, double now);
  Error refuse(std::string_view limit, double wait, std::string_view what, const Caller& caller, double now);
  Rate rate(double perSecond) const { return {perSecond, perSecond * limits_.burstSeconds}; }

  const HubLimits& limits_;
  Counters& counters_;
  Outbox& outbox_;
  Rates rates_;
  std::map<std::string, std::size_t> open_;  // sockets by "a" and address, by "o" and organization; by "", all
  Rates said_;                               // what the log was told
};

}  // namespace ablo::hub
