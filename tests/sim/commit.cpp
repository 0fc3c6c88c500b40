// SPDX-License-Identifier: MIT
#include "commit.h"

#include <algorithm>
#include <set>
#include <span>

#include "capture.h"
#include "claims.h"

namespace ablo::sim {

namespace {

constexpr double kShort = 50, kWriting = 300, kPatient = 2'000, kLong = 5'000, kForEver = 1e12;
constexpr double kRetention = 24 * 3'600'000.0;
constexpr double kPage = 1'000;

Json blocked() { return Json::object({{"status", "blocked"}}); }
Json behind() { return Json::object({{"status", "behind"}}); }
bool isDecided(const Json& receipt) {
  return receipt.text("status") == "confirmed" || receipt.text("status") == "rejected";
}

std::string bodyOf(const Json& commit) {
  const auto part = [&](const char* name) { return commit.find(name) ? *commit.find(name) : Json(); };
  return writeJson(Json::array().push(part("operations")).push(part("premises")).push(part("claims")));
}

/// One batch of commits on its way through the eight steps of commit.sql.
class Batch {
 public:
  Batch(Database& database, Backend who, const Json& input)
      : db_(database), who_(who), commits_(input.find("commits")->items()), patient_(input.flag("patient")) {}

  enum class End { answered, fell, blocked };

  Task<End> run() {
    Snapshot sees = co_await db_.statement(who_);
    decide(sees);  // 1 keys
    for (std::size_t n = 0; n < commits_.size(); ++n) fresh_.push_back(receipts_[n].isNull());

    if (co_await lockTargets() != End::answered) co_return End::blocked;  // 2 rows

    if (co_await check() != Wait::granted) co_return End::blocked;  // 3 checks

    std::set<std::string> blockedSessions;
    for (std::size_t n = 0; n < commits_.size(); ++n) {  // 4 writes
      Json& receipt = receipts_[n];
      const std::string session(commits_[n].text("session"));
      if (receipt.isNull() && blockedSessions.count(session)) receipt = behind();
      if (receipt.isNull() && refuses(verdicts_[n])) receipt = verdicts_[n];
      if (receipt.isNull()) {
        const Database::Savepoint savepoint = db_.savepoint(who_);
        const std::vector<Json> entries = entries_;
        const Json* others = verdicts_[n].find("operations");
        const Write wrote = co_await write(commits_[n], others ? *others : *commits_[n].find("operations"));
        if (wrote.wait != Wait::granted || !wrote.refusal.empty()) {
          db_.rollBack(who_, savepoint);
          entries_ = entries;
          receipt = wrote.refusal.empty() ? blocked() : failed(wrote.refusal);
        } else {
          receipt = Json::object({{"status", "confirmed"}, {"seq", static_cast<double>(entries_.size())}});
          if (const Json* told = verdicts_[n].find("notifications")) receipt.set("notifications", *told);
        }
      }
      if (!isDecided(receipt)) blockedSessions.insert(session);
    }
    for (std::size_t n = 0; n < commits_.size(); ++n) fresh_[n] = fresh_[n] && isDecided(receipts_[n]);
    if (std::none_of(fresh_.begin(), fresh_.end(), [](bool fresh) { return fresh; })) {
      head_ = seen_;
      co_return End::answered;
    }

    const Wait locked = co_await db_.locks.lock(who_, kLogLock, kLong);  // 5 the log
    if (locked != Wait::granted) co_return End::blocked;
    sees = co_await db_.statement(who_);
    if (hasFallen(sees)) co_return End::fell;  // 6 checks again, for what came since

    sees = co_await db_.statement(who_);
    std::vector<RowName> deleted;
    for (const Json& entry : entries_)
      if (entry.text("op") == "delete") deleted.push_back(rowOf(entry));
    record(db_.head(who_, sees));  // 7 records
    for (const RowName& row : deleted)
      if (co_await cancelClaims(db_, who_, row) != Wait::granted) co_return End::blocked;
    if (std::any_of(receipts_.begin(), receipts_.end(), [](const Json& one) { return one.text("status") == "behind"; }))
      refuseBehind(co_await db_.statement(who_));  // 8 refusals
    head_ = db_.head() + static_cast<double>(db_.transaction(who_).log.size());
    co_return End::answered;
  }

  Json answer() const {
    Json receipts = Json::array();
    for (const Json& receipt : receipts_) receipts.push(receipt);
    return Json::object({{"head", head_}, {"receipts", std::move(receipts)}});
  }

 private:
  struct Write {
    Wait wait = Wait::granted;
    std::string refusal;
  };

  /// What there is under a key: the same attempt, a confirmation, or a newer attempt.
  Json outcomeOf(const Json& commit, const Snapshot& sees) const {
    const Receipt* found = nullptr;
    const double attempt = commit.number("attempt");
    for (std::size_t i = 0; i < db_.decided(who_, sees); ++i) {
      const Receipt& receipt = db_.receipt(who_, sees, i);
      if (receipt.actor != actorOf(commit) || receipt.key != commit.text("key")) continue;
      const bool confirmed = receipt.answer.text("status") == "confirmed";
      if (receipt.attempt < attempt && !confirmed) continue;
      const auto weight = [&](const Receipt& one) {
        return std::tuple(one.attempt == attempt, one.answer.text("status") == "confirmed", one.attempt);
      };
      if (!found || weight(*found) < weight(receipt)) found = &receipt;
    }
    if (!found) return commit.number("issuedAt") < db_.now() - kRetention ? failed("idempotency_key_expired") : Json();
    if (found->attempt == attempt && found->body != bodyOf(commit)) return failed("idempotency_conflict");
    return found->answer;
  }

  void decide(const Snapshot& sees) {
    receipts_.clear();
    for (const Json& commit : commits_) receipts_.push_back(outcomeOf(commit, sees));
  }

  /// Commits that must wait for an earlier one of the batch: the same key, the same row, or a row of a model that it asked a
  /// query of.
  void holdFollowers() {
    std::map<std::string, std::size_t> first;
    std::set<std::string_view> written;  // models
    for (std::size_t n = 0; n < commits_.size(); ++n) {
      if (!receipts_[n].isNull()) continue;
      std::vector<std::string> names{"key " + actorOf(commits_[n]) + "/" + std::string(commits_[n].text("key"))};
      const auto operations = commits_[n].find("operations")->items();
      for (const Json& operation : operations) names.push_back(lockName(rowOf(operation)));
      bool follows = false;
      if (const Json* premises = commits_[n].find("premises"))
        for (const Json& premise : premises->items()) {
          if (premise.find("condition"))
            follows |= written.count(premise.text("model")) > 0;
          else
            names.push_back(lockName(rowOf(premise)));
        }
      for (const std::string& name : names) follows |= first.try_emplace(name, n).first->second < n;
      if (follows) receipts_[n] = behind();
      for (const Json& operation : operations) written.insert(operation.text("model"));
    }
  }

  /// Each that somebody else has, until it is free; none of them is kept but the last.
  Task<End> awaitTargets(const std::set<RowName>& targets) {
    co_await db_.statement(who_);
    std::vector<std::string> busy;
    for (const RowName& target : targets)
      if (db_.row(who_, target) && db_.locks.held(lockName(target))) busy.push_back(lockName(target));
    for (const std::string& name : busy) {
      if (co_await db_.locks.lock(who_, name, kPatient) != Wait::granted) co_return End::blocked;
      if (name != busy.back()) db_.locks.letGo(who_, name);
    }
    co_return End::answered;
  }

  Task<End> lockTargets() {
    holdFollowers();
    std::set<RowName> targets;
    for (std::size_t n = 0; n < commits_.size(); ++n)
      if (receipts_[n].isNull())
        for (const Json& operation : commits_[n].find("operations")->items())
          if (operation.text("op") != "create") targets.insert(rowOf(operation));
    if (patient_) {
      if (co_await awaitTargets(targets) != End::answered) co_return End::blocked;
    }
    std::set<RowName> held;
    co_await db_.statement(who_);
    for (const RowName& target : targets) {
      if (!db_.row(who_, target)) continue;  // there is nothing to lock
      if (db_.locks.held(lockName(target)) && !db_.locks.holds(who_, lockName(target)))
        held.insert(target);  // SKIP LOCKED
      else
        co_await db_.locks.lock(who_, lockName(target), 0);
    }
    for (std::size_t n = 0; n < commits_.size(); ++n)
      if (receipts_[n].isNull())
        for (const Json& operation : commits_[n].find("operations")->items())
          if (operation.text("op") != "create" && held.count(rowOf(operation))) receipts_[n] = blocked();
    co_return End::answered;
  }

  std::vector<Json> judge(const Snapshot& sees, double since) {
    std::vector<Json> verdicts;
    for (std::size_t n = 0; n < commits_.size(); ++n) {
      const bool open = receipts_[n].isNull() || (since > 0 && fresh_[n] && receipts_[n].text("status") == "confirmed");
      verdicts.push_back(open ? verdictOf(db_, who_, commits_[n], sees, since) : Json());
    }
    return verdicts;
  }

  bool hasFallen(const Snapshot& sees) {
    for (std::size_t n = 0; n < commits_.size(); ++n)
      if (fresh_[n] && !outcomeOf(commits_[n], sees).isNull()) return true;
    if (db_.head(who_, sees) == seen_ && !isLate()) return false;
    const std::vector<Json> verdicts = judge(sees, seen_);
    return std::any_of(verdicts.begin(), verdicts.end(), [](const Json& verdict) { return !verdict.isNull(); });
  }

  /// Whether the time of a claim is over that one of them is made under.
  bool isLate() {
    return std::any_of(commits_.begin(), commits_.end(), [&](const Json& commit) {
      const Json* held = commit.find("claims");
      return held && std::any_of(held->items().begin(), held->items().end(), [&](const Json& one) {
               const Claim* claim = db_.claim(who_, std::string(one.text("id")));
               return claim && claim->expiresAt <= db_.now();
             });
    });
  }

  /// In a statement of its own, and again when what is overdue has been settled.
  Task<Wait> check() {
    for (;;) {
      const Snapshot sees = co_await db_.statement(who_);
      seen_ = db_.head(who_, sees);
      verdicts_ = judge(sees, 0);
      const auto isOverdue = [](const Json& verdict) { return verdict.text("status") == "overdue"; };
      if (std::none_of(verdicts_.begin(), verdicts_.end(), isOverdue)) co_return Wait::granted;
      const Wait settled = co_await settleTargets();
      if (settled != Wait::granted) co_return settled;
    }
  }

  /// The lines of the rows that these commits write, or have claimed, are brought up to now.
  Task<Wait> settleTargets() {
    const Wait locked = co_await db_.locks.lock(who_, kLogLock, kLong);
    if (locked != Wait::granted) co_return locked;
    co_await db_.statement(who_);
    std::set<RowName> rows;
    for (const Json& commit : commits_) {
      for (const Json& operation : commit.find("operations")->items()) rows.insert(rowOf(operation));
      if (const Json* claims = commit.find("claims"))
        for (const Json& one : claims->items())
          if (const Claim* claim = db_.claim(who_, std::string(one.text("id")))) rows.insert(claim->row);
    }
    co_return co_await settleLines(db_, who_, std::move(rows));
  }

  /// Of those that were not decided, in the order of each session, who has lost by what is in the log now what it goes by.
  void refuseBehind(const Snapshot& sees) {
    std::vector<Json> decided, verdicts;
    for (const Json& commit : commits_) {
      decided.push_back(outcomeOf(commit, sees));
      verdicts.push_back(decided.back().isNull() ? verdictOf(db_, who_, commit, sees, 0) : Json());
    }
    std::set<std::string> passed;  // sessions of which something is not decided, and keys that were answered here
    for (std::size_t n = 0; n < commits_.size(); ++n) {
      fresh_[n] = false;
      if (isDecided(receipts_[n])) continue;
      if (!decided[n].isNull()) {
        receipts_[n] = decided[n];
        continue;
      }
      const std::string session = "session " + std::string(commits_[n].text("session"));
      const std::string key = "key " + actorOf(commits_[n]) + "/" + std::string(commits_[n].text("key"));
      fresh_[n] = verdicts[n].text("status") == "rejected" && !passed.count(session) && !passed.count(key);
      if (fresh_[n]) receipts_[n] = verdicts[n];
      passed.insert(fresh_[n] ? key : session);
    }
    record(db_.head(who_, sees));
  }

  Task<Write> write(const Json& commit, Json operations) {
    double index = 0;
    for (const Json& operation : operations.items()) {
      co_await db_.statement(who_);
      const RowName row = rowOf(operation);
      const std::string op(operation.text("op"));
      if (op != "create" && !db_.row(who_, row)) co_return Write{Wait::granted, "entity_not_found"};
      const Wait wait = co_await db_.locks.lock(who_, lockName(row), patient_ ? kWriting : kShort);
      if (wait != Wait::granted) co_return Write{wait, ""};
      const Image before = db_.row(who_, row);
      if (op == "create" && before) co_return Write{Wait::granted, "unique_violation"};
      if (op != "create" && !before) co_return Write{Wait::granted, "entity_not_found"};
      Image after;
      Json fields = Json::array();
      if (op != "delete") {
        after = before ? *before : Json::object({{"id", row.second}});
        if (const Json* data = operation.find("data"))
          for (const Json::Member& member : data->members()) {
            const Json* was = after->find(member.name);
            if (before && (!was || !same(*was, member.value))) fields.push(member.name);
            after->set(member.name, member.value);
          }
        if (op == "archive") after->set("archivedAt", "2026-01-01T00:00:00.000Z");
        if (op == "unarchive") after->set("archivedAt", Json());
        if (op.ends_with("archive")) fields.push("archivedAt");
        if (row.first == "accounts" && after->number("balance") < 0) co_return Write{Wait::granted, "check_violation"};
      } else if (row.first == "tasks") {
        const Wait waited = co_await cascade(db_, who_, row.second, patient_ ? kWriting : kShort, commit);
        if (waited != Wait::granted) co_return Write{waited, ""};
      }
      db_.write(who_, row, after);
      entries_.push_back(makeEntry(row, op, before, after, fields)
                             .set("actor", *commit.find("actor"))
                             .set("session", commit.text("session"))
                             .set("commitKey", commit.text("key"))
                             .set("operationIndex", index++));
    }
    co_return Write{};
  }

  void record(double head) {
    Transaction& work = db_.transaction(who_);
    double seq = head;
    for (Json& entry : std::exchange(entries_, {}))
      work.log.push_back(std::move(entry.set("seq", ++seq).set("at", db_.now())));
    for (std::size_t n = 0; n < commits_.size(); ++n) {
      if (!fresh_[n]) continue;
      if (receipts_[n].find("seq")) receipts_[n].set("seq", head + receipts_[n].number("seq"));
      work.receipts.push_back({actorOf(commits_[n]), std::string(commits_[n].text("key")),
                               commits_[n].number("attempt"), bodyOf(commits_[n]), receipts_[n],
                               commits_[n].number("issuedAt"), std::string(commits_[n].text("session")), db_.now()});
    }
    head_ = seq;
  }

  Database& db_;
  const Backend who_;
  const std::span<const Json> commits_;
  const bool patient_;
  std::vector<Json> receipts_;
  std::vector<bool> fresh_;
  std::vector<Json> verdicts_;
  std::vector<Json> entries_;
  double seen_ = 0;  // where the log ended when they were judged
  double head_ = 0;
};

Json allBlocked(const Database& db, std::span<const Json> commits) {
  Json receipts = Json::array();
  for (std::size_t n = 0; n < commits.size(); ++n) receipts.push(blocked());
  return Json::object({{"head", db.head()}, {"receipts", std::move(receipts)}});
}

/// What the log gained after a place, up to the end of this transaction.
void addPage(Json& answer, const Database& db, const Transaction& work, double after) {
  const double head = answer.number("head");
  if (head <= after || head - after > kPage) return;
  Json changes = Json::array();
  for (auto at = static_cast<std::size_t>(std::max(after, db.trimmed)); at < static_cast<std::size_t>(head); ++at)
    changes.push(at < db.log.size() ? db.log[at] : work.log[at - db.log.size()]);
  answer.set("page", Json::object({{"from", after},
                                   {"to", head},
                                   {"head", head},
                                   {"epoch", db.epoch},
                                   {"trimmed", after < db.trimmed},
                                   {"changes", std::move(changes)}}));
}

}  // namespace

Task<std::optional<Json>> commit(Database& db, Backend who, Json input) {
  std::optional<Json> answer;
  for (int round = 0; round < 5 && !answer; ++round) {
    const Database::Savepoint savepoint = db.savepoint(who);
    Batch batch(db, who, input);
    const Batch::End end = co_await batch.run();
    if (end == Batch::End::answered) {
      answer = batch.answer();
      break;
    }
    db.rollBack(who, savepoint);
    if (end == Batch::End::blocked) break;
  }
  if (!answer) answer = allBlocked(db, input.find("commits")->items());
  const Json& only = answer->find("receipts")->items()[0];
  if (input.flag("final") && only.text("status") == "blocked") {  // refuse_locked
    if (co_await db.locks.lock(who, kLogLock, kLong) != Wait::granted) co_return std::nullopt;
    const Snapshot sees = co_await db.statement(who);
    const Json& asked = input.find("commits")->items()[0];
    Json receipt;
    for (std::size_t i = 0; i < sees.receipts; ++i) {
      const Receipt& done = db.receipts[i];
      if (done.actor == actorOf(asked) && done.key == asked.text("key") && done.attempt >= asked.number("attempt"))
        receipt = done.answer;
    }
    if (receipt.isNull()) {
      receipt = failed("row_locked");
      db.transaction(who).receipts.push_back({actorOf(asked), std::string(asked.text("key")), asked.number("attempt"),
                                              bodyOf(asked), receipt, asked.number("issuedAt"),
                                              std::string(asked.text("session"))});
    }
    answer = Json::object({{"head", db.head()}, {"receipts", Json::array().push(receipt)}});
  }
  if (const Json* after = input.find("after"); after && db.transaction(who).captured.empty())
    addPage(*answer, db, db.transaction(who), after->asNumber());
  if (co_await logCaptured(db, who, kForEver) != Wait::granted) co_return std::nullopt;
  if (db.observe) db.transaction(who).told = Json::object({{"call", "commit"}, {"input", input}, {"answer", *answer}});
  co_return answer;
}

}  // namespace ablo::sim
