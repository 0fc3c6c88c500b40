// SPDX-License-Identifier: MIT
#include <algorithm>
#include <set>

#include "checks.h"

namespace ablo::sim {

namespace {

/// What became of a key.
struct Effect {
  double first = 0, last = 0;  // its entries
  std::size_t entries = 0;
  std::string session;
};

/// Why a write may be refused here; "gone": its row was, when it was to be made anew.
const std::set<std::string_view> kReasons{
    "stale_context", "contention_exhausted", "entity_not_found", "unique_violation", "check_violation", "row_locked",
    "gone",          "entity_claimed",       "claim_lost"};

/// Why it may not be made anew any more: its page was let in no longer, or closed.
const std::set<std::string_view> kEnds{"session_expired", "apikey_revoked", "schema_mismatch", "api_unreachable",
                                       "client_disposed"};

class Outcomes {
 public:
  Outcomes(const Database& database, Record& record) : db_(database), record_(record) {
    for (const Json& entry : db_.log) {
      Effect& effect = effects_[std::string(entry.text("commitKey"))];
      if (effect.entries++ == 0) effect.first = entry.number("seq");
      effect.last = entry.number("seq");
      effect.session = entry.text("session");
    }
    for (const Receipt& receipt : db_.receipts) receipts_[{receipt.key, receipt.attempt}] = &receipt;
    for (const Database::Restoration& one : db_.restorations) lost_.insert(one.lost.begin(), one.lost.end());
    for (const Written& written : record_.writes) inTurn_.push_back(&written);
    std::sort(inTurn_.begin(), inTurn_.end(), [](const auto* a, const auto* b) { return a->turn < b->turn; });
  }

  void check() {
    std::map<std::string, double> last;  // of each person
    for (const Written* written : inTurn_) {
      const Effect* effect = checkTold(*written);
      checkRefusals(*written);
      if (!effect) continue;
      if (stands(*written)) {
        if (effect->last < last[written->person]) record_.fail(written->key + " overtook an earlier write");  // I9
        last[written->person] = effect->last;
      }
      if (written->epoch != db_.epochOf(effect->first)) {
        const auto operations = written->operations.items();
        const bool guarded = std::any_of(operations.begin(), operations.end(), [&](const Json& operation) {
          return operation.text("op") != "create" && written->seen.count(rowOf(operation)) > 0;
        });
        if (guarded || !written->reads.isNull()) record_.fail(written->key + " was made of what another log said");
        continue;
      }
      if (effect->first <= written->cursor) record_.fail(written->key + " is before what its writer had seen");  // I10
      checkReads(*written, *effect);
      for (const Json& operation : written->operations.items()) {
        checkSeen(*written, *effect, operation);
        if (written->onStale == "merge") checkMerged(*written, *effect, operation);
      }
    }
    checkRealTime();
  }

 private:
  /// What was decided about it was not lost with an earlier log. If it was, it may have come again.
  bool stands(const Written& written) const { return lost_.count(written.key) == 0; }

  const Effect* effectOf(const std::string& key) const {
    const auto found = effects_.find(key);
    return found == effects_.end() ? nullptr : &found->second;
  }

  /// I1, I3, I17. Its effect, if it has one.
  const Effect* checkTold(const Written& written) {
    const Effect* effect = effectOf(written.key);
    const bool merges = written.onStale == "merge";
    if (written.outcome.empty()) record_.fail(written.key + " was written, and nobody was told what became of it");
    if (written.outcome != "confirmed") {
      if (!kReasons.count(written.outcome) && !(written.revise && kEnds.count(written.outcome)))
        record_.fail(written.key + " was refused: " + written.outcome);
      if (effect && stands(written))
        record_.fail(written.key + " was refused (" + written.outcome + ") and is in the log");
      return nullptr;
    }
    if (!effect) {
      if (!merges && stands(written)) record_.fail(written.key + " was confirmed and is not in the log");
      return nullptr;
    }
    if (effect->last != written.seq && stands(written)) record_.fail(written.key + " was confirmed at another seq");
    if (effect->entries != written.operations.items().size() && !merges)
      record_.fail(written.key + " is there in part");
    return effect;
  }

  /// A guard falls because of others, and what is made anew then is made of what it had missed, so many times at most.
  void checkRefusals(const Written& written) {
    if (written.attempt > 1 + kRetries) record_.fail(written.key + " was made anew once more than it may be");
    for (double attempt = written.attempt - 1.0; attempt <= written.attempt; ++attempt) {
      const auto found = receipts_.find({written.key, attempt});
      const Json* error = found == receipts_.end() ? nullptr : found->second->answer.find("error");
      const Json* conflicts = error ? error->find("conflicts") : nullptr;
      if (!conflicts) continue;
      for (const Json& conflict : conflicts->items()) {
        const Json& entry = db_.log[static_cast<std::size_t>(conflict.number("seq")) - 1];
        const bool own = entry.text("session") == found->second->session;
        if (rowOf(entry) != rowOf(conflict) || (own && entry.number("seq") > error->number("readAt")))
          record_.fail(written.key + " was refused for what was no conflict");
        if (attempt < written.attempt && written.cursor < conflict.number("seq"))
          record_.fail(written.key + " was made anew before what it had missed was here");
      }
    }
  }

  /// The entries about a row after `since` and before the effect, but for what its own session wrote after `until`.
  template <class Each>
  void others(const RowName& row, double since, double until, const Effect& effect, Each each) const {
    for (auto at = static_cast<std::size_t>(std::max(since, 0.0)); at + 1 < static_cast<std::size_t>(effect.first);
         ++at)
      if (isOf(db_.log[at], row) &&
          (db_.log[at].text("session") != effect.session || db_.log[at].number("seq") <= until))
        each(db_.log[at]);
  }

  /// I12 for the rows it writes, by what its writer had seen of them.
  void checkSeen(const Written& written, const Effect& effect, const Json& operation) {
    const auto found = written.seen.find(rowOf(operation));
    if (found == written.seen.end() || operation.text("op") == "create") return;
    const Look& look = found->second;
    if (look.epoch != written.epoch) return record_.fail(written.key + " was made of what another log said");
    double since = look.at;
    for (const auto& [place, attempt] : lastSaid(look, operation)) {
      const Written& own = record_.writes[place];
      if (own.outcome != "confirmed" || own.attempt != attempt || leftAlone(own, operation))
        record_.fail(written.key + " was made of what " + own.key + " would have written");
      else if (const Effect* done = effectOf(own.key))
        since = std::min(since, done->last);  // it may have been on top of what came after it
    }
    others(found->first, since, look.at, effect, [&](const Json& entry) {
      const bool own = entry.text("session") == effect.session;
      if (touches(entry, operation) && !covered(entry, operation, look) && (!own || hidden(entry, look)))
        record_.fail(written.key + " wrote over what it had not seen");
    });
  }
  /// Those of their own writes that an operation goes by: who had said last what they saw of its fields.
  std::set<Look::Own> lastSaid(const Look& look, const Json& operation) const {
    std::map<std::string_view, Look::Own> last;  // by field; "": all of the row
    for (const Look::Own& own : look.own)
      for (const Json& before : record_.writes[own.first].operations.items()) {
        if (rowOf(before) != rowOf(operation)) continue;
        if (before.text("op") == "delete") last[""] = own;
        if (before.text("op").ends_with("archive")) last["archivedAt"] = own;
        if (const Json* data = before.find("data"))
          for (const Json::Member& member : data->members()) last[member.name.asString()] = own;
      }
    std::set<Look::Own> said;
    const Json* data = operation.find("data");
    for (const auto& [field, own] : last)
      if (field.empty() || !data || data->find(field)) said.insert(own);
    return said;
  }
  static bool touches(const Json& entry, const Json& operation) {
    if (entry.text("op") != "update" || operation.text("op") != "update") return true;
    const auto members = operation.find("data")->members();
    return std::any_of(members.begin(), members.end(),
                       [&](const Json::Member& member) { return names(entry.find("fields"), member.name); });
  }
  /// Under a write of their own that they saw.
  bool hidden(const Json& entry, const Look& look) const {
    return std::any_of(look.own.begin(), look.own.end(), [&](const auto& one) {
      const auto operations = record_.writes[one.first].operations.items();
      return std::any_of(operations.begin(), operations.end(), [&](const Json& operation) {
        if (rowOf(operation) != rowOf(entry)) return false;
        const Json *fields = entry.find("fields"), *data = operation.find("data");
        if (!fields || !data) return true;
        const auto members = data->members();
        return std::any_of(members.begin(), members.end(),
                           [&](const Json::Member& member) { return names(fields, member.name); });
      });
    });
  }
  /// What was on the row they saw: a write of their own, or what one of them had written over.
  bool covered(const Json& entry, const Json& operation, const Look& look) const {
    for (const auto& [place, attempt] : look.own)
      if (record_.writes[place].key == entry.text("commitKey") && record_.writes[place].attempt == attempt) return true;
    if (entry.text("op") != "update" || operation.text("op") != "update") return false;
    for (const Json::Member& member : operation.find("data")->members()) {
      if (!names(entry.find("fields"), member.name)) continue;
      const bool over = std::any_of(look.own.begin(), look.own.end(), [&](const auto& one) {
        const Effect* effect = effectOf(record_.writes[one.first].key);
        return effect && effect->last >= entry.number("seq") && wrote(*effect, rowOf(operation), member.name);
      });
      if (!over) return false;
    }
    return true;
  }

  /// A merge that gave up a field which this goes by. Texts are new ones each time, so what is written is in the log.
  bool leftAlone(const Written& merge, const Json& operation) const {
    if (merge.onStale != "merge") return false;
    const Effect* effect = effectOf(merge.key);
    for (const Json& before : merge.operations.items()) {
      if (rowOf(before) != rowOf(operation) || before.text("op") != "update") continue;
      for (const char* field : {"title", "text"})
        if (before.find("data")->find(field) && (!operation.find("data") || operation.find("data")->find(field)) &&
            !(effect && wrote(*effect, rowOf(operation), field)))
          return true;
    }
    return false;
  }
  bool wrote(const Effect& effect, const RowName& row, std::string_view field) const {
    for (auto at = static_cast<std::size_t>(effect.first) - 1; at < static_cast<std::size_t>(effect.last); ++at)
      if (isOf(db_.log[at], row) && (db_.log[at].text("op") != "update" || names(db_.log[at].find("fields"), field)))
        return true;
    return false;
  }

  /// I12 for the rows it relied on, and for what a query found.
  void checkReads(const Written& written, const Effect& effect) {
    for (const Json& read : written.reads.items()) {
      if (const Json* query = read.find("query")) {
        checkQuery(written, *query, static_cast<std::size_t>(std::max(read.number("readAt"), 0.0)), effect);
        continue;
      }
      others(rowOf(read), read.number("readAt"), 0, effect, [&](const Json& entry) {
        const Json* fields = read.find("fields");
        bool fell = !fields || entry.text("op") != "update";
        if (fields && !fell)
          for (const Json& field : fields->items()) fell |= names(entry.find("fields"), field.asString());
        if (fell) record_.fail(written.key + " relied on what had changed");
      });
    }
  }
  void checkQuery(const Written& written, const Json& query, std::size_t at, const Effect& effect) {
    const std::string_view status = query.find("where")->items()[0].items()[2].asString();
    for (; at + 1 < static_cast<std::size_t>(effect.first); ++at)
      if (concerns(db_.log[at], status) && db_.log[at].text("session") != effect.session)
        record_.fail(written.key + " relied on what a query does not find any more, or did not find");
  }

  /// A merge leaves alone what others changed.
  void checkMerged(const Written& written, const Effect& effect, const Json& operation) {
    for (auto at = static_cast<std::size_t>(effect.first) - 1; at < static_cast<std::size_t>(effect.last); ++at) {
      const Json& own = db_.log[at];
      if (rowOf(own) != rowOf(operation) || written.readAt < 0) continue;
      others(rowOf(own), written.readAt, 0, effect, [&](const Json& entry) {
        bool meets = own.text("op") != "update" || entry.text("op") != "update";
        if (const Json* fields = entry.find("fields"))
          for (const Json& field : fields->items()) meets |= names(own.find("fields"), field.asString());
        if (meets && own.text("op") != "create") record_.fail(written.key + " merged what it should have left alone");
      });
    }
  }

  /// I5: what was answered before another write was begun is before it in the log.
  void checkRealTime() {
    std::vector<std::pair<double, double>> answers;  // when, and the seq
    for (const Written& written : record_.writes)
      if (written.outcome == "confirmed" && stands(written)) answers.emplace_back(written.toldAt, written.seq);
    std::sort(answers.begin(), answers.end());
    for (std::size_t i = 1; i < answers.size(); ++i)
      answers[i].second = std::max(answers[i].second, answers[i - 1].second);
    for (const Written& written : record_.writes) {
      const Effect* effect = effectOf(written.key);
      if (!effect) continue;
      const auto after = std::lower_bound(answers.begin(), answers.end(), std::pair(written.at, 0.0));
      if (after != answers.begin() && std::prev(after)->second > effect->last)
        return record_.fail(written.key + " is before a write that had been confirmed when it was begun");
    }
  }

  const Database& db_;
  Record& record_;
  std::map<std::string, Effect> effects_;
  std::map<std::pair<std::string, double>, const Receipt*> receipts_;  // by key and attempt
  std::set<std::string> lost_;                                         // keys
  std::vector<const Written*> inTurn_;
};

}  // namespace

void checkOutcomes(const Database& database, Record& record) { Outcomes(database, record).check(); }

}  // namespace ablo::sim
