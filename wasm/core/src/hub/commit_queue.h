// SPDX-License-Identifier: MIT
//
// CommitQueue: the commits of one organization on their way to its database, in batches.
//
//   waiting ──depart──▶ in flight ──land──▶ decided
//      ▲                    │
//      ├────────────────────┤ behind another of its batch: again, with the next
//      │                    │ blocked: again, alone and with patience, which keeps a connection: a few at a time. Who has got
//      │                    │ none after a second goes without patience once, and waits again. The third time is the last, or
//      │                    │ when it has waited for six seconds: then the database decides that the row was held for too
//      │                    │ long, or nothing, and is asked again
//      └────────────────────┤
//                           │ no answer: the same flight again after a pause; if that goes on, each commit alone;
//                           ▼ if that goes on too, given up: its outcome is not known, and its client asks again
//
// Always true:
//   1. one batch is in flight; what must go alone flies beside it, and no more than two of those wait in the database;
//   2. a commit leaves after every commit before it of its lane, and after every one before it that touches one of its
//      rows; the two may share a batch if they are of one lane and no row, or of one row and two lanes and the second is
//      guarded: the first may be what has it refused. One that goes by a query does not come after one in its batch that
//      touches a row of that model: it is judged before any of them is written;
//   3. a commit whose outcome is not known takes those of its lane behind it along when it is given up, or they would
//      overtake it;
//   4. who sends faster than may be is not refused but leaves later (Pace), and whoever comes after it in its lane, or to
//      its rows, with it;
//   5. what cannot leave costs nobody else anything: only the first of each lane is looked at;
//   6. it is left by each commit once: decided, given up, or taken back: a client that connects again asks again for all that
//      it was not told, so what waits from its older sockets would only be a copy.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "hub/commit.h"

namespace ablo::hub {

class CommitQueue {
 public:
  using FlightNumber = uint32_t;
  struct Flight {
    std::vector<Commit> commits;
    Commit::Way way = Commit::Way::together;
    bool isLast = false;  // what is blocked now is rejected
    int failures = 0;
    double resendAt = 0;                                          // infinity while it is in the air
    double withdrawAt = std::numeric_limits<double>::infinity();  // if it has no connection by then
    bool isPatient() const { return way == Commit::Way::patiently && !isLast; }
  };

  /// For how many milliseconds a commit has to wait, 0 when it may leave; and whether everybody has to.
  struct Wait {
    double time = 0;
    bool everybody = false;
  };
  using Pace = std::function<Wait(Commit&)>;

  /// Whether anything may leave that could not before: not if its actor is being slowed down.
  bool add(Commit commit);
  /// Takes back what waits from a lane's sockets before this one. Those sockets.
  std::vector<Socket> takeBack(const std::string& lane, Socket newest);

  /// The flights that can leave now.
  std::vector<FlightNumber> depart(const Pace& pace, double now);
  /// What the database is called with. What the log gains after `published` may come with the answer.
  std::string text(FlightNumber number, double published) const;

  std::size_t size(FlightNumber number) const { return flights_.at(number).commits.size(); }
  /// Whether it waits in the database, if need be, for a row that somebody else has.
  bool isPatient(FlightNumber number) const { return flights_.at(number).isPatient(); }

  /// The database answered: its commits, in the order they were sent.
  Flight land(FlightNumber number);
  /// A commit of a landed flight that somebody else's transaction blocks.
  void block(Commit commit, double now);
  /// A commit of a landed flight that waited for another of it.
  void again(Commit commit) { put(std::move(commit)); }

  /// The flights that have no patience left, if they have no connection yet.
  std::vector<FlightNumber> impatient(double now);
  /// The database was not called: the commit goes without patience now.
  void withdraw(FlightNumber number);

  /// The database did not answer. The sockets of those who were given up.
  std::vector<Socket> fail(FlightNumber number, double now);
  /// The flights to send again now.
  std::vector<FlightNumber> resend(double now);

  double due() const;  // infinity: nothing waits for a time
  bool empty() const { return waiting_ == 0 && flights_.empty(); }
  std::size_t waiting() const { return waiting_; }
  std::size_t waitingBytes() const { return waitingBytes_; }

 private:
  struct Lane {
    std::deque<Commit> waiting;  // in the order of their places
    std::size_t inFlight = 0;
  };
  /// A lane by the place of its first commit.
  using Head = std::pair<uint64_t, Lane*>;
  /// The lanes of those in a batch, by their places.
  using Ahead = std::map<uint64_t, const Lane*>;

  void put(Commit commit);
  Commit take(Head head);
  void reserve(const Commit& commit);
  void release(const Commit& commit);
  void forget(const std::string& lane);
  bool isFree(const Commit& commit, const Lane& lane, const Ahead& ahead) const;
  bool isBatchInFlight() const;
  FlightNumber launch(std::vector<Commit> commits, Commit::Way way, bool isLast, double now);
  template <class Which>
  std::vector<Socket> remove(const std::string& lane, Which which);
  std::vector<FlightNumber> ring(double Flight::*alarm, double now);
  bool slows(Wait wait, const std::string& actor, double now);

  std::map<std::string, Lane> lanes_;               // by name; none is empty
  std::set<Head> heads_;                            // of those in which somebody waits
  std::map<std::string, std::set<uint64_t>> rows_;  // the places of all, in flight too, that touch a row
  std::set<std::pair<double, uint64_t>> overdue_;   // when those that wait will be, and their places
  std::size_t waiting_ = 0;
  std::size_t waitingBytes_ = 0;  // of them
  std::size_t apart_ = 0;         // of them, those that do not go with a batch
  std::set<std::string> slowed_;  // actors who wait until then
  bool allSlowed_ = false;
  double pausedUntil_ = std::numeric_limits<double>::infinity();  // somebody was too fast; infinity: nobody
  std::map<FlightNumber, Flight> flights_;
  FlightNumber lastFlight_ = 0;
  uint64_t lastPlace_ = 0;
};

}  // namespace ablo::hub
