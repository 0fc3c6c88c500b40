// SPDX-License-Identifier: MIT
//
// Organization: one tenant, as this hub serves it: its audience, and the commits on their way to its database. It puts
// the database's questions and takes the answers to whom they belong; an answer that names a later head moves the
// stream.
//
// Always true:
//   1. receipts are sent before the changes they are about;
//   2. a commit of a socket that has gone still runs, until its client asks again for it over another;
//   3. actor and session of everything that is asked for are those of the subscriber, whatever its frame said.
#pragma once

#include <string>
#include <string_view>

#include "hub/audience.h"
#include "hub/commit_queue.h"
#include "hub/counters.h"
#include "hub/gate.h"
#include "query/sql.h"

namespace ablo::hub {

class Organization {
 public:
  Organization(const std::string& name, const std::optional<Schema>& schema, Outbox& outbox, Counters& counters,
               Gate& gate, const HubLimits& limits, KeptBytes& kept)
      : audience(name, schema, outbox, counters, limits, kept),
        name_(name),
        outbox_(outbox),
        counters_(counters),
        gate_(gate),
        limits_(limits) {}

  Audience audience;

  void commit(Subscriber& from, Commit commit, double now);
  /// Refused before the database was asked.
  void reject(Socket socket, const CommitName& commit, const Error& error);
  void query(Subscriber& subscriber, double request, const Statement& statement, double now);
  /// claim, release, reorder or renew, with what the function of that name takes.
  void coordinate(Subscriber& subscriber, Call::Purpose purpose, double request, const std::string& input, double now);
  /// Answers a request with an error.
  void refuse(Socket socket, double request, const Error& error);
  /// Nothing, or why this subscriber may not ask now.
  std::optional<Error> tooOften(const Subscriber& subscriber, double now);

  void answer(const Call& call, bool ok, std::string_view bytes, double now);
  /// The server stops: a socket goes at once, or when its commits have their receipts.
  void retire(Socket socket);
  void tick(double now);
  double due() const;
  std::size_t claimsPerActor() const { return limits_.claimsPerActor; }
  std::size_t waiting() const { return queue_.waiting(); }
  /// Nobody is here, and nothing is left to do.
  bool isOver() const;

 private:
  /// Whether it may ask once more; if not, it was refused.
  bool admits(Subscriber& subscriber, Call::Purpose purpose, double request, std::size_t bytes, double now);
  Caller caller(std::string credential, std::string actor) const {
    return {{}, std::move(credential), std::move(actor), name_};
  }
  /// The database said how far the log has grown with what we asked of it.
  void grew(double head, double now);
  void depart(double now);
  void logRejection(const CommitName& commit, std::string_view code);
  void launch(CommitQueue::FlightNumber number);
  void decided(const Call& call, bool ok, std::string_view bytes, double now);
  void settle(Commit commit, const RawObject& outcome, double now);
  void wasRead(const Call& call, Subscriber& subscriber, bool ok, std::string_view bytes, double now);
  void coordinated(const Call& call, bool ok, std::string_view bytes, double now);

  const std::string name_;
  Outbox& outbox_;
  Counters& counters_;
  Gate& gate_;
  const HubLimits& limits_;
  CommitQueue queue_;
  std::size_t requestBytes_ = 0;  // of what the database was asked and has not answered
  double told_ = 0;               // the last head that other servers were told of
};

}  // namespace ablo::hub
