// SPDX-License-Identifier: MIT
#include "functions.h"

#include <algorithm>
#include <limits>
#include <set>

namespace ablo::sim {

namespace {

constexpr double kShort = 50, kWriting = 300, kPatient = 2'000, kLong = 5'000, kForEver = 1e12;
constexpr double kRetention = 24 * 3'600'000.0;

using Answer = std::optional<Json>;

Json failed(std::string_view code) {
  return Json::object({{"status", "rejected"}, {"error", Json::object({{"code", code}, {"message", code}})}});
}
Json blocked() { return Json::object({{"status", "blocked"}}); }
bool isDecided(const Json& receipt) {
  return receipt.text("status") == "confirmed" || receipt.text("status") == "rejected";
}
std::string actorOf(const Json& commit) { return std::string(commit.find("actor")->text("id")); }
RowName rowOf(const Json& operation) {
  return {std::string(operation.text("model")), std::string(operation.text("id"))};
}

bool same(const Json& a, const Json& b) { return writeJson(a) == writeJson(b); }

std::string bodyOf(const Json& commit) {
  const auto part = [&](const char* name) { return commit.find(name) ? *commit.find(name) : Json(); };
  return writeJson(Json::array().push(part("operations")).push(part("readAt")).push(part("onStale")));
}

/// Entries of the log are rows' alone here: {seq, kind, model, id, op, after, before, fields, actor, session, …}.
bool isOf(const Json& entry, const RowName& row) {
  return entry.text("id") == row.second && entry.text("model") == row.first;
}

/// What the database does when a task is deleted: its notes go, too, and the capture trigger sees them.
Task<Wait> cascade(Database& db, Backend who, std::string task, double patience, Json cause) {
  for (const RowName& note : db.all(who, "notes")) {
    const Image child = db.row(who, note);
    if (!child || child->text("taskId") != task) continue;
    const Wait waited = co_await db.locks.lock(who, lockName(note), patience);
    if (waited != Wait::granted) co_return waited;
    const Image now = db.row(who, note);
    if (!now || now->text("taskId") != task) continue;
    db.transaction(who).captured.push_back({note, now, cause});
    db.write(who, note, std::nullopt);
  }
  co_return Wait::granted;
}

/// One batch of commits on its way through the seven steps of commit.sql.
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

    sees = co_await db_.statement(who_);
    const double seen = static_cast<double>(sees.log);
    const std::vector<Json> verdicts = judge(sees, 0);  // 3 checks, in a statement of their own

    std::set<std::string> blockedSessions;
    for (std::size_t n = 0; n < commits_.size(); ++n) {  // 4 writes
      Json& receipt = receipts_[n];
      const std::string session(commits_[n].text("session"));
      if (receipt.isNull() && blockedSessions.count(session)) receipt = blocked();
      if (receipt.isNull() && !verdicts[n].isNull()) receipt = verdicts[n];
      if (receipt.isNull()) {
        const Transaction savepoint = db_.transaction(who_);
        const std::vector<Json> entries = entries_;
        const Write wrote = co_await write(n);
        if (wrote.wait != Wait::granted || !wrote.refusal.empty()) {
          db_.transaction(who_) = savepoint;
          entries_ = entries;
          receipt = wrote.refusal.empty() ? blocked() : failed(wrote.refusal);
        } else {
          receipt = Json::object({{"status", "confirmed"}, {"seq", static_cast<double>(entries_.size())}});
        }
      }
      if (!isDecided(receipt)) blockedSessions.insert(session);
    }
    for (std::size_t n = 0; n < commits_.size(); ++n) fresh_[n] = fresh_[n] && isDecided(receipts_[n]);
    if (std::none_of(fresh_.begin(), fresh_.end(), [](bool fresh) { return fresh; })) {
      head_ = seen;
      co_return End::answered;
    }

    const Wait locked = co_await db_.locks.lock(who_, kLogLock, kLong);  // 5 the log
    if (locked != Wait::granted) co_return End::blocked;
    sees = co_await db_.statement(who_);
    if (hasFallen(sees, seen)) co_return End::fell;  // 6 checks again, for what came since

    sees = co_await db_.statement(who_);
    record(static_cast<double>(sees.log));  // 7 records
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
    for (std::size_t i = 0; i < sees.receipts; ++i) {
      const Receipt& receipt = db_.receipts[i];
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

  /// Commits that must wait for an earlier one of the batch: the same key, or the same row.
  void holdFollowers() {
    std::map<std::string, std::size_t> first;
    for (std::size_t n = 0; n < commits_.size(); ++n) {
      std::vector<std::string> names{"key " + actorOf(commits_[n]) + "/" + std::string(commits_[n].text("key"))};
      for (const Json& operation : commits_[n].find("operations")->items()) names.push_back(lockName(rowOf(operation)));
      for (const std::string& name : names)
        if (first.try_emplace(name, n).first->second < n && receipts_[n].isNull()) receipts_[n] = blocked();
    }
  }

  Task<End> lockTargets() {
    holdFollowers();
    std::set<RowName> targets;
    for (std::size_t n = 0; n < commits_.size(); ++n)
      if (receipts_[n].isNull())
        for (const Json& operation : commits_[n].find("operations")->items())
          if (operation.text("op") != "create") targets.insert(rowOf(operation));
    if (patient_)  // await_targets: each until it is free, and none of them is kept
      for (const RowName& target : targets) {
        co_await db_.statement(who_);
        if (!db_.row(who_, target)) continue;
        if (co_await db_.locks.lock(who_, lockName(target), kPatient) != Wait::granted) co_return End::blocked;
        db_.locks.letGo(who_, lockName(target));
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

  /// The changes after `since` that a commit did not know of.
  Json conflicts(const Json& commit, const Snapshot& sees, double since) const {
    Json found = Json::array();
    for (const Json& operation : commit.find("operations")->items()) {
      if (operation.text("op") == "create") continue;
      const bool updates = operation.text("op") == "update";
      double seq = 0;
      std::set<std::string> fields;
      for (std::size_t at = static_cast<std::size_t>(since); at < sees.log; ++at) {
        const Json& entry = db_.log[at];
        if (!isOf(entry, rowOf(operation))) continue;
        if (entry.text("session") == commit.text("session") && !commit.text("session").empty()) continue;
        const bool whole = !updates || entry.text("op") != "update";
        bool touches = whole;
        if (const Json* names = entry.find("fields"))
          for (const Json& name : names->items())
            if (whole || operation.find("data")->find(name.asString())) {
              touches = true;
              fields.insert(std::string(name.asString()));
            }
        if (touches) seq = entry.number("seq");
      }
      if (seq == 0) continue;
      Json names = Json::array();
      for (const std::string& name : fields) names.push(name);
      found.push(Json::object({{"model", operation.text("model")},
                               {"id", operation.text("id")},
                               {"fields", std::move(names)},
                               {"seq", seq}}));
    }
    return found;
  }

  /// For each commit that is open: null, or why it cannot take effect.
  std::vector<Json> judge(const Snapshot& sees, double since) const {
    std::vector<Json> verdicts;
    for (std::size_t n = 0; n < commits_.size(); ++n) {
      const Json* readAt = commits_[n].find("readAt");
      Json verdict;
      if (receipts_[n].isNull() || (since > 0 && fresh_[n] && receipts_[n].text("status") == "confirmed"))
        if (readAt && commits_[n].text("onStale") != "force") {
          if (readAt->asNumber() > static_cast<double>(sees.log)) {
            verdict = failed("write_options_invalid");
          } else if (const Json stale = conflicts(commits_[n], sees, std::max(since, readAt->asNumber()));
                     !stale.items().empty() && commits_[n].text("onStale") != "flag") {
            verdict = failed("stale_context");
            verdict.set("error", Json(*verdict.find("error")).set("readAt", *readAt).set("conflicts", stale));
          }
        }
      verdicts.push_back(std::move(verdict));
    }
    return verdicts;
  }

  bool hasFallen(const Snapshot& sees, double seen) const {
    for (std::size_t n = 0; n < commits_.size(); ++n)
      if (fresh_[n] && !outcomeOf(commits_[n], sees).isNull()) return true;
    if (static_cast<double>(sees.log) == seen) return false;
    const std::vector<Json> verdicts = judge(sees, seen);
    return std::any_of(verdicts.begin(), verdicts.end(), [](const Json& verdict) { return !verdict.isNull(); });
  }

  Task<Write> write(std::size_t n) {
    const Json& commit = commits_[n];
    double index = 0;
    for (const Json& operation : commit.find("operations")->items()) {
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
        if (row.first == "accounts" && after->number("balance") < 0) co_return Write{Wait::granted, "check_violation"};
      } else if (row.first == "tasks") {
        const Wait waited = co_await cascade(db_, who_, row.second, patient_ ? kWriting : kShort, commit);
        if (waited != Wait::granted) co_return Write{waited, ""};
      }
      db_.write(who_, row, after);
      entries_.push_back(entry(row, op, before, after, fields)
                             .set("actor", *commit.find("actor"))
                             .set("session", commit.text("session"))
                             .set("commitKey", commit.text("key"))
                             .set("operationIndex", index++));
    }
    co_return Write{};
  }

 public:
  static Json entry(const RowName& row, const std::string& op, const Image& before, const Image& after,
                    const Json& fields) {
    Json entry = Json::object({{"kind", "row"}, {"op", op}, {"model", row.first}, {"id", row.second}});
    if (after) entry.set("after", *after);
    if (before) entry.set("before", *before);
    if (op == "update") entry.set("fields", fields);
    entry.set("groupsBefore", Json::array({"org:acme"})).set("groupsAfter", Json::array({"org:acme"}));
    return entry;
  }

 private:
  void record(double head) {
    Transaction& work = db_.transaction(who_);
    double seq = head;
    for (Json& entry : entries_) work.log.push_back(std::move(entry.set("seq", ++seq).set("at", db_.now())));
    for (std::size_t n = 0; n < commits_.size(); ++n) {
      if (!fresh_[n]) continue;
      if (receipts_[n].find("seq")) receipts_[n].set("seq", head + receipts_[n].number("seq"));
      work.receipts.push_back({actorOf(commits_[n]), std::string(commits_[n].text("key")),
                               commits_[n].number("attempt"), bodyOf(commits_[n]), receipts_[n],
                               commits_[n].number("issuedAt")});
    }
    head_ = seq;
  }

  Database& db_;
  const Backend who_;
  const std::span<const Json> commits_;
  const bool patient_;
  std::vector<Json> receipts_;
  std::vector<bool> fresh_;
  std::vector<Json> entries_;
  double head_ = 0;
};

/// What the log says of a row, the transaction's own entries included; where it says nothing, what the row was.
Image lastLogged(const Database& db, const Transaction& work, const Snapshot& sees, const RowName& row,
                 const Image& before) {
  const auto imageOf = [](const Json& entry) { return entry.find("after") ? Image(*entry.find("after")) : Image(); };
  for (std::size_t at = work.log.size(); at > 0; --at)
    if (isOf(work.log[at - 1], row)) return imageOf(work.log[at - 1]);
  for (std::size_t at = sees.log; at > 0; --at)
    if (isOf(db.log[at - 1], row)) return imageOf(db.log[at - 1]);
  return before;
}

/// The capture trigger, at the end of a transaction that changed rows behind the log's back.
Task<Wait> logCaptured(Database& db, Backend who, double patience) {
  if (db.transaction(who).captured.empty()) co_return Wait::granted;
  const Wait wait = co_await db.locks.lock(who, kLogLock, patience);
  if (wait != Wait::granted) co_return wait;
  const Snapshot sees = co_await db.statement(who);
  Transaction& work = db.transaction(who);
  double seq = static_cast<double>(sees.log + work.log.size());
  std::map<RowName, Captured> first;
  for (const Captured& captured : work.captured) first.try_emplace(captured.row, captured);
  for (const auto& [row, captured] : first) {
    const Image after = db.row(who, row), logged = lastLogged(db, work, sees, row, captured.before);
    if (after.has_value() == logged.has_value() && (!after || same(*after, *logged))) continue;
    Json fields = Json::array();
    if (after && captured.before)
      for (const Json::Member& member : after->members()) {
        const Json* was = captured.before->find(member.name);
        if (!was || !same(*was, member.value)) fields.push(member.name);
      }
    const std::string op = !after ? "delete" : !captured.before ? "create" : "update";
    Json entry = Batch::entry(row, op, captured.before, after, fields);
    entry.set("actor", Json::object({{"kind", "system"}, {"id", "external"}}));
    if (captured.cause.isObject())
      entry.set("actor", *captured.cause.find("actor")).set("session", captured.cause.text("session"));
    entry.set("commitKey", "external:" + std::to_string(who)).set("seq", ++seq).set("at", db.now());
    work.log.push_back(std::move(entry));
  }
  co_return Wait::granted;
}

Json allBlocked(const Database& db, std::span<const Json> commits) {
  Json receipts = Json::array();
  for (std::size_t n = 0; n < commits.size(); ++n) receipts.push(blocked());
  return Json::object({{"head", db.head()}, {"receipts", std::move(receipts)}});
}

Task<Answer> commit(Database& db, Backend who, Json input) {
  std::optional<Json> answer;
  for (int round = 0; round < 5 && !answer; ++round) {
    const Transaction savepoint = db.transaction(who);
    Batch batch(db, who, input);
    const Batch::End end = co_await batch.run();
    if (end == Batch::End::answered) {
      answer = batch.answer();
      break;
    }
    db.transaction(who) = savepoint;
    if (end == Batch::End::blocked) break;
  }
  if (!answer) answer = allBlocked(db, input.find("commits")->items());
  const Json& only = answer->find("receipts")->items()[0];
  if (input.flag("final") && only.text("status") == "blocked") {  // refuse_locked
    if (co_await db.locks.lock(who, kLogLock, kForEver) != Wait::granted) co_return std::nullopt;
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
                                              bodyOf(asked), receipt, asked.number("issuedAt")});
    }
    answer = Json::object({{"head", db.head()}, {"receipts", Json::array().push(receipt)}});
  }
  if (co_await logCaptured(db, who, kForEver) != Wait::granted) co_return std::nullopt;
  if (db.observe) db.transaction(who).told = Json::object({{"call", "commit"}, {"input", input}, {"answer", *answer}});
  co_return answer;
}

Task<Answer> load(Database& db, Backend who, Json input) {
  const Snapshot sees = co_await db.statement(who);
  Json models = Json::object();
  if (input.flag("full")) {
    std::map<std::string, Json> lists;
    for (const auto& [name, row] : db.rows) lists.try_emplace(name.first, Json::array()).first->second.push(row);
    for (auto& [name, list] : lists) models.set(name, std::move(list));
  }
  co_return Json::object({{"seq", static_cast<double>(sees.log)},
                          {"epoch", db.epoch},
                          {"models", std::move(models)},
                          {"claims", Json::array()}});
}

Task<Answer> changes(Database& db, Backend who, Json input) {
  const Snapshot sees = co_await db.statement(who);
  const double after = input.number("after");
  const auto from = static_cast<std::size_t>(after);
  const auto limit = static_cast<std::size_t>(input.number("limit"));
  std::size_t to = std::min(sees.log, from + limit);
  while (to > from && to < sees.log && db.log[to].text("commitKey") == db.log[to - 1].text("commitKey")) ++to;
  Json list = Json::array();
  for (std::size_t i = from; i < to; ++i) list.push(db.log[i]);
  co_return Json::object({{"from", after},
                          {"to", static_cast<double>(std::max(from, to))},
                          {"head", static_cast<double>(sees.log)},
                          {"epoch", db.epoch},
                          {"changes", std::move(list)}});
}

Task<Answer> nothing(Database& db, Backend who) {
  const Snapshot sees = co_await db.statement(who);
  co_return Json::object(
      {{"seq", static_cast<double>(sees.log)}, {"head", static_cast<double>(sees.log)}, {"rows", Json::array()}});
}

Json eventOf(Backend who, const ForeignWrite& write, bool creates) {
  Json event =
      Json::object({{"foreign", static_cast<double>(who)}, {"model", write.row.first}, {"id", write.row.second}});
  event.set("op", !write.image ? "delete" : creates ? "create" : "update");
  if (write.image) event.set("data", *write.image);
  return event;
}

Task<Answer> foreign(Database& db, Backend who, std::vector<ForeignWrite> writes, double thinks) {
  db.transaction(who).told = Json::object({{"foreign", static_cast<double>(who)}, {"end", true}});
  for (const ForeignWrite& write : writes) {
    co_await db.statement(who);
    const bool needsRow = write.merges || !write.image, had = db.locks.holds(who, lockName(write.row));
    if (needsRow && !db.row(who, write.row)) continue;  // of a row that is not there nothing is locked
    if (co_await db.locks.lock(who, lockName(write.row), kForEver) != Wait::granted) co_return std::nullopt;
    const Image before = db.row(who, write.row);
    if (needsRow && !before) {
      if (!had) db.locks.letGo(who, lockName(write.row));
      continue;
    }
    Image after = write.merges ? *before : write.image;
    if (write.merges)
      for (const Json::Member& member : write.image->members()) after->set(member.name, member.value);
    db.transaction(who).captured.push_back({write.row, before, Json()});
    db.write(who, write.row, after);
    if (db.observe) db.observe(eventOf(who, write, !before));
    if (!after && write.row.first == "tasks" &&
        co_await cascade(db, who, write.row.second, kForEver, Json()) != Wait::granted)
      co_return std::nullopt;
    if (thinks > 0) co_await db.pause(who, thinks);
  }
  if (co_await logCaptured(db, who, kForEver) != Wait::granted) co_return std::nullopt;
  co_return Json::object();
}

}  // namespace

Database::Function functionOf(const std::string& name, const Json& input) {
  return [name, input](Database& db, Backend who) -> Task<Answer> {
    if (name == "commit") return commit(db, who, input);
    if (name == "load") return load(db, who, input);
    if (name == "changes") return changes(db, who, input);
    return nothing(db, who);
  };
}

Database::Function foreignTransaction(std::vector<ForeignWrite> writes, double thinks) {
  return [writes = std::move(writes), thinks](Database& db, Backend who) { return foreign(db, who, writes, thinks); };
}

void foldEntry(const Json& entry, std::map<RowName, Json>& rows) {
  const RowName row{std::string(entry.text("model")), std::string(entry.text("id"))};
  if (const Json* after = entry.find("after"))
    rows[row] = *after;
  else
    rows.erase(row);
}

}  // namespace ablo::sim
