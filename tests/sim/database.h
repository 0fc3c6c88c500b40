// SPDX-License-Identifier: MIT
//
// Database: Postgres as far as a promise may hang on it. Any number of backends run functions a statement at a time; each
// statement sees what was committed when it began, and its own; rows are locked until the end of a transaction; a
// transaction takes effect in one instant, or not at all.
//
// What is left out is what our functions do not use: one organization, and no row is read in an older version than the
// last committed one, since every statement here reads at once. A statement that waits for a lock in its middle is the exception, and says
// so by keeping its snapshot.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ablo/json.h"
#include "locks.h"
#include "task.h"

namespace ablo::sim {

using RowName = std::pair<std::string, std::string>;  // model, id
using Image = std::optional<Json>;

inline std::string lockName(const RowName& row) { return "row " + row.first + "/" + row.second; }
inline const std::string kLogLock = "log";

/// An outcome under (actor, key, attempt).
struct Receipt {
  std::string actor, key;
  double attempt = 1;
  std::string body;  // what was asked for
  Json answer;       // {status, seq?, error?}
  double issuedAt = 0;
  std::string session;
  double at = 0;  // when it was decided
};

/// A claim: it waits in the line behind a row (queued), holds it (active), or is over (released, expired, canceled).
struct Claim {
  std::string id;
  RowName row;
  std::set<std::string> fields;  // none: all of the row
  std::string actor, session, status;
  double ticket = 0, position = 0, fence = 0, readAt = 0, ttl = 0, expiresAt = 0;

  bool lives() const { return status == "active" || status == "queued"; }
};

/// Somebody put those who wait for a row in another order, before this entry.
struct Reorder {
  double seq;
  RowName row;
  std::vector<std::string> order;
};

/// What a statement sees.
struct Snapshot {
  std::size_t log = 0, receipts = 0;
};

/// A row that changed behind the log's back, noted by the capture trigger.
struct Captured {
  RowName row;
  Image before;
  Json cause;  // {actor, session} of the commit that caused it, or null
};

/// What a backend has done and nobody else sees yet.
struct Transaction {
  std::map<RowName, Image> rows;
  std::vector<Json> log;
  std::vector<Receipt> receipts;
  std::vector<Captured> captured;
  std::map<std::string, Claim> claims;
  std::vector<Reorder> reorders;
  Json told;  // what an observer is told of it when it has been committed
};

class Database {
 public:
  Database(Agenda& agenda, Random& random) : locks(agenda), agenda_(agenda), random_(random) {}

  Locks locks;
  double skew = 0;                // of its clock, ms
  double pace = 0.3;              // ms a statement takes at most
  bool overwrites = false;        // tasks may be written to while somebody else holds them
  std::string epoch = "e1";       // the latest of the epochs
  double trimmed = 0;             // entries up to here are no longer given; the checks have them
  std::set<std::string> revoked;  // credentials
  std::vector<Json> log;
  std::vector<Receipt> receipts;
  std::map<RowName, Json> rows;
  std::map<std::string, Claim> claims;
  std::vector<Reorder> reorders;
  std::set<std::string> revived;   // claims whose time was over when they were renewed
  double tickets = 0, fences = 0;  // sequences: what a transaction took stays taken, whatever becomes of it

  double now() const { return agenda_.now() + skew; }
  bool mayOverwrite(const RowName& row) const { return overwrites && row.first == "tasks"; }
  double head() const { return static_cast<double>(log.size()); }

  /// The rest of a transaction, when it ends: with what it answered, or null when it failed or its backend died.
  using Ended = std::function<void(const Json* answer)>;
  using Function = std::function<Task<std::optional<Json>>(Database&, Backend)>;

  /// Runs a function in a transaction of its own; nothing of it is there unless it answers. The answer goes out `ended`
  /// after the commit.
  Backend run(Function function, Ended ended) {
    const Backend who = ++last_;
    Running& running = running_[who];
    running.ended = std::move(ended);
    running.function = std::move(function);
    agenda_.in(0, [this, who] { begin(who); });
    return who;
  }
  bool runs(Backend who) const { return running_.count(who) > 0; }
  std::vector<Backend> backends() const {
    std::vector<Backend> all;
    for (const auto& [who, running] : running_) all.push_back(who);
    return all;
  }
  /// Its connection was lost: nothing it did happens. Nobody is told.
  void kill(Backend who) {
    const auto gone = running_.extract(who);
    if (!gone) return;
    undone(gone.mapped());
    locks.forget(who);
  }
  /// The postmaster dies: every backend with it. Those who waited are told that there is no answer.
  void crash() {
    fences += kLogged;
    auto gone = std::exchange(running_, {});
    for (auto& [who, running] : gone) undone(running);
    for (auto& [who, running] : gone) locks.forget(who);
    for (auto& [who, running] : gone) running.ended(nullptr);
  }

  /// What went by the log before it became another one with the first `kept` entries of it.
  struct Restoration {
    std::size_t kept;
    std::set<std::string> lost;  // keys of what had been decided and is not any more
  };
  std::vector<Restoration> restorations;
  /// In which of the logs, one after another, an entry was appended.
  std::string epochOf(double seq) const {
    std::size_t number = restorations.size();
    while (number > 0 && static_cast<double>(restorations[number - 1].kept) >= seq) --number;
    return "e" + std::to_string(number + 1);
  }
  /// An earlier state of it takes its place: the newest transactions are lost, and nobody is told so.
  void restore(std::size_t lost);
  /// Whether the entries before and after this place are of one commit.
  bool splitsCommit(std::size_t at) const {
    if (at == 0 || at >= log.size()) return false;
    const std::string_view key = log[at].text("commitKey");
    return !key.empty() && key == log[at - 1].text("commitKey");
  }
  /// The oldest commits are not kept any more, up to the one at this entry.
  void trim(std::size_t at) {
    while (splitsCommit(at)) ++at;
    trimmed = std::max(trimmed, static_cast<double>(at));
  }

  /// What a backend had done and locked; a roll back undoes the one and lets go of the other.
  struct Savepoint {
    Transaction transaction;
    std::set<std::string> locks;
  };
  Savepoint savepoint(Backend who) { return {transaction(who), locks.of(who)}; }
  void rollBack(Backend who, const Savepoint& to) {
    transaction(who) = to.transaction;
    for (const std::string& name : locks.of(who))
      if (!to.locks.count(name)) locks.letGo(who, name);
  }

  // For functions.
  Transaction& transaction(Backend who) { return running_.at(who).transaction; }
  /// Time passes for a backend: `co_await` gives what its next statement sees.
  struct Passing {
    Database& database;
    Backend who;
    double time;
    bool await_ready() const { return false; }
    void await_suspend(coroutines::coroutine_handle<> self) { database.resumeIn(time, who, self); }
    Snapshot await_resume() const { return {database.log.size(), database.receipts.size()}; }
  };
  Passing statement(Backend who) { return {*this, who, pace * random_.below(1000) / 1000}; }
  /// As when somebody thinks between two statements of a transaction.
  Passing pause(Backend who, double time) { return {*this, who, time}; }

  /// The log as a statement of a transaction sees it, with what the transaction has added.
  double head(Backend who, const Snapshot& sees) { return static_cast<double>(sees.log + transaction(who).log.size()); }
  const Json& entry(Backend who, const Snapshot& sees, std::size_t at) {
    return at < sees.log ? log[at] : transaction(who).log[at - sees.log];
  }
  /// The receipts that it sees, in the same way.
  std::size_t decided(Backend who, const Snapshot& sees) { return sees.receipts + transaction(who).receipts.size(); }
  const Receipt& receipt(Backend who, const Snapshot& sees, std::size_t n) {
    return n < sees.receipts ? receipts[n] : transaction(who).receipts[n - sees.receipts];
  }

  Image row(Backend who, const RowName& name) {
    const auto& own = transaction(who).rows;
    if (const auto found = own.find(name); found != own.end()) return found->second;
    const auto found = rows.find(name);
    return found == rows.end() ? Image() : Image(found->second);
  }
  void write(Backend who, const RowName& name, Image image) { transaction(who).rows[name] = std::move(image); }
  /// Every row of a model that the transaction sees.
  std::vector<RowName> all(Backend who, const std::string& model) {
    std::map<RowName, bool> there;
    for (const auto& [name, image] : rows) there[name] = true;
    for (const auto& [name, image] : transaction(who).rows) there[name] = image.has_value();
    std::vector<RowName> names;
    for (const auto& [name, is] : there)
      if (is && name.first == model) names.push_back(name);
    return names;
  }

  /// A claim as a transaction sees it, or none.
  const Claim* claim(Backend who, const std::string& id) {
    const auto& own = transaction(who).claims;
    if (const auto found = own.find(id); found != own.end()) return &found->second;
    const auto found = claims.find(id);
    return found == claims.end() ? nullptr : &found->second;
  }
  void write(Backend who, const Claim& claim) { transaction(who).claims[claim.id] = claim; }
  /// Who holds a row and who waits for it, as a transaction sees them, in the order of their tickets.
  std::vector<Claim> line(Backend who, const RowName& row) {
    std::map<std::string, Claim> there = transaction(who).claims;
    there.insert(claims.begin(), claims.end());
    std::vector<Claim> line;
    for (auto& [id, claim] : there)
      if (claim.row == row && claim.lives()) line.push_back(std::move(claim));
    std::sort(line.begin(), line.end(), [](const Claim& a, const Claim& b) { return a.ticket < b.ticket; });
    return line;
  }

  /// Told of what would have to happen in a real Postgres for the same to come of it (functions.h).
  std::function<void(const Json& event)> observe;

 private:
  struct Running {
    Function function;
    Ended ended;
    Transaction transaction;
    uint64_t step = 0;
    std::optional<Task<std::optional<Json>>> task;
  };

  void resumeIn(double time, Backend who, coroutines::coroutine_handle<> self) {
    const uint64_t step = ++running_.at(who).step;
    agenda_.in(time, [this, who, step, self]() mutable {
      const auto running = running_.find(who);
      if (running != running_.end() && running->second.step == step) self.resume();
    });
  }
  void undone(Running& running) {
    if (observe && running.transaction.told.find("foreign")) observe(running.transaction.told.set("end", false));
  }
  void begin(Backend who) {
    const auto running = running_.find(who);
    if (running == running_.end()) return;
    running->second.task.emplace(whole(who));
    running->second.task->start();
  }
  Task<std::optional<Json>> whole(Backend who) {
    std::optional<Json> answer = co_await running_.at(who).function(*this, who);
    agenda_.in(0, [this, who, answer] { end(who, answer); });
    co_return std::nullopt;
  }
  void end(Backend who, const std::optional<Json>& answer) {
    auto ended = running_.extract(who);
    if (!ended) return;
    Transaction& work = ended.mapped().transaction;
    if (answer) {
      for (auto& [name, image] : work.rows)
        if (image)
          rows[name] = std::move(*image);
        else
          rows.erase(name);
      for (Json& entry : work.log) log.push_back(std::move(entry));
      for (Receipt& receipt : work.receipts) receipts.push_back(std::move(receipt));
      for (auto& [id, claim] : work.claims) {
        const auto before = claims.find(id);
        const bool renewed = before != claims.end() && claim.status == before->second.status && claim.lives() &&
                             claim.expiresAt > before->second.expiresAt;
        if (renewed && claim.expiresAt - claim.ttl >= before->second.expiresAt) revived.insert(id);
        claims[id] = std::move(claim);
      }
      for (Reorder& reorder : work.reorders) reorders.push_back(std::move(reorder));
      states_.push_back({{log.size(), receipts.size()}, fences, claims});
      if (observe && work.told.isObject()) observe(work.told);
    } else {
      undone(ended.mapped());
    }
    locks.forget(who);
    ended.mapped().ended(answer ? &*answer : nullptr);
  }

  Agenda& agenda_;
  Random& random_;
  Backend last_ = 0;
  static constexpr double kLogged = 32;  // numbers of a sequence that Postgres notes ahead: a crash skips them
  struct State {
    Snapshot sees;
    double fences;
    std::map<std::string, Claim> claims;
  };
  std::vector<State> states_;  // after each transaction
  std::map<Backend, Running> running_;
};

}  // namespace ablo::sim
