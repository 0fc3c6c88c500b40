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
#include "query/sql.h"

namespace ablo::hub {

/// What the hub counts.
struct Counters {
  uint64_t commits = 0;
  uint64_t rejections = 0;
  uint64_t batches = 0;
  uint64_t resumes = 0;
};

class Organization {
 public:
  Organization(const std::string& name, const std::optional<Schema>& schema, Outbox& outbox, Counters& counters,
               const HubLimits& limits, KeptBytes& kept)
      : audience(name, schema, outbox, limits, kept),
        name_(name),
        outbox_(outbox),
        counters_(counters),
        limits_(limits) {}

  Audience audience;

  void commit(Subscriber& from, Commit commit);
  /// Refused before the database was asked.
  void reject(Socket socket, const CommitName& commit, const Error& error);
  void query(Subscriber& subscriber, double request, const Statement& statement);
  /// claim, release or renew, with what the function of that name takes.
  void coordinate(Subscriber& subscriber, Call::Purpose purpose, double request, const std::string& input);

  void answer(const Call& call, bool ok, std::string_view bytes, double now);
  void tick(double now);
  double due() const;
  /// Nobody is here, and nothing is left to do.
  bool isOver() const;

 private:
  /// Whether it may ask once more; if not, it was refused.
  bool admits(Subscriber& subscriber, Call::Purpose purpose, double request);
  /// The database said how far the log has grown with what we asked of it.
  void grew(double head, double now);
  void depart();
  void launch(CommitQueue::FlightNumber number);
  void decided(const Call& call, bool ok, std::string_view bytes, double now);
  void settle(Commit commit, const RawObject& outcome);
  void wasRead(const Call& call, Subscriber& subscriber, bool ok, std::string_view bytes, double now);
  void coordinated(const Call& call, bool ok, std::string_view bytes, double now);

  const std::string name_;
  Outbox& outbox_;
  Counters& counters_;
  const HubLimits& limits_;
  CommitQueue queue_;
  double told_ = 0;  // the last head that other servers were told of
};

}  // namespace ablo::hub
