// SPDX-License-Identifier: MIT
#include "checks.h"

#include <algorithm>
#include <set>

namespace ablo::sim {

namespace {

std::string nameOf(const RowName& row) { return row.first + " " + row.second; }

/// One pending write on top of what is confirmed.
void lay(const Json& operation, std::map<RowName, Json>& rows) {
  const RowName row{std::string(operation.text("model")), std::string(operation.text("id"))};
  const std::string_view op = operation.text("op");
  if (op == "delete") {
    rows.erase(row);
    return;
  }
  if (op == "create") rows.try_emplace(row, Json::object({{"id", row.second}}));
  const auto found = rows.find(row);
  if (found == rows.end()) return;
  if (const Json* data = operation.find("data"))
    for (const Json::Member& member : data->members()) found->second.set(member.name, member.value);
}

/// Compared are the fields that people write; the base fields are the server's.
bool shows(Client& client, int model, uint32_t slot, const Json& row) {
  const Model& description = client.schema().models[static_cast<std::size_t>(model)];
  const auto values = client.row(model, slot);
  if (!values) return false;
  for (std::size_t i = 0; i < description.fields.size(); ++i) {
    const Field& field = description.fields[i];
    if (field.base && field.name != "id") continue;
    const Json* value = row.find(field.name);
    if (!(Cell((*values)[i]) == Cell(value ? storedValue(field, *value) : Value()))) return false;
  }
  return true;
}

}  // namespace

void View::check(Person& person, const Database& database, Record& record) {
  Client& client = person.client();
  const double cursor = client.cursor();
  if (!person.epoch().empty() && (person.epoch() != database.epoch || cursor < 0)) return;  // its log is no more
  if (session_ == person.session() && epoch_ == person.epoch() && cursor < cursor_)
    return record.fail(person.name + " went back in time");
  if (session_ != person.session() || epoch_ != person.epoch()) {
    session_ = person.session();
    epoch_ = person.epoch();
    base_.clear();
    cursor_ = -1;
  }
  if (cursor > database.head()) return record.fail(person.name + " is ahead of the log");
  const auto keyAt = [&](double seq) { return database.log[static_cast<std::size_t>(seq) - 1].text("commitKey"); };
  if (cursor > 0 && cursor < database.head() && keyAt(cursor) == keyAt(cursor + 1))
    return record.fail(person.name + " has seen a part of " + std::string(keyAt(cursor)));
  for (double at = std::max(cursor_, 0.0); at < cursor; ++at)
    foldEntry(database.log[static_cast<std::size_t>(at)], base_);
  cursor_ = cursor;

  std::map<RowName, Json> expected = base_;
  for (const std::size_t place : person.pending())
    for (const Json& operation : record.writes[place].operations.items()) lay(operation, expected);
  for (const auto& [row, json] : expected) {
    const int model = client.schema().modelIndex(row.first);
    const int slot = client.slot(model, row.second);
    if (slot < 0) return record.fail(person.name + " does not show " + nameOf(row));
    if (!shows(client, model, static_cast<uint32_t>(slot), json))
      return record.fail(person.name + " shows another " + nameOf(row) + " than " + writeJson(json));
  }
  for (int model = 0; model < static_cast<int>(client.schema().models.size()); ++model) {
    std::size_t count = 0;
    const std::string& key = client.schema().models[static_cast<std::size_t>(model)].key;
    for (const auto& [row, json] : expected) count += row.first == key;
    const uint32_t query = *client.openQuery("{\"model\":\"" + key + "\",\"state\":\"all\",\"count\":true}");
    if (client.countRows(query) != count) record.fail(person.name + " shows too many " + key);
    client.closeQuery(query);
  }
}

void checkLog(const Database& database, Record& record) {
  std::map<std::string, double> ends;  // the last entry of each commit
  for (std::size_t at = 0; at < database.log.size(); ++at) {
    const Json& entry = database.log[at];
    if (entry.number("seq") != static_cast<double>(at + 1)) return record.fail("the log is not dense");
    const std::string key(entry.text("commitKey"));
    const auto [found, first] = ends.try_emplace(key, at + 1);
    if (!first && found->second != static_cast<double>(at))
      return record.fail(key + " is in the log twice, or in parts");
    found->second = static_cast<double>(at + 1);
  }
}

namespace {

/// What became of a key.
struct Effect {
  double first = 0, last = 0;  // its entries
  std::size_t entries = 0;
  std::string session;
};

bool names(const Json* fields, std::string_view name) {
  return fields && std::any_of(fields->items().begin(), fields->items().end(),
                               [&](const Json& field) { return field.asString() == name; });
}

class Outcomes {
 public:
  Outcomes(const Database& database, Record& record) : db_(database), record_(record) {
    for (const Json& entry : db_.log) {
      Effect& effect = effects_[std::string(entry.text("commitKey"))];
      if (effect.entries++ == 0) effect.first = entry.number("seq");
      effect.last = entry.number("seq");
      effect.session = entry.text("session");
    }
    for (const Database::Restoration& one : db_.restorations) lost_.insert(one.lost.begin(), one.lost.end());
    for (const Written& written : record_.writes) inTurn_.push_back(&written);
    std::sort(inTurn_.begin(), inTurn_.end(), [](const auto* a, const auto* b) { return a->turn < b->turn; });
  }

  void check() {
    std::map<std::string, double> last;  // of each person
    for (const Written* written : inTurn_) {
      const Effect* effect = checkTold(*written);
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

  /// The entries of others about a row after `since` and before the effect.
  template <class Each>
  void others(const RowName& row, double since, const Effect& effect, Each each) const {
    for (auto at = static_cast<std::size_t>(std::max(since, 0.0)); at + 1 < static_cast<std::size_t>(effect.first);
         ++at)
      if (rowOf(db_.log[at]) == row && db_.log[at].text("session") != effect.session) each(db_.log[at]);
  }

  /// I12 for the rows it writes, by what its writer had seen of them.
  void checkSeen(const Written& written, const Effect& effect, const Json& operation) {
    const auto found = written.seen.find(rowOf(operation));
    if (found == written.seen.end() || operation.text("op") == "create") return;
    const Look& look = found->second;
    for (const auto& [place, attempt] : look.own) {
      const Written& own = record_.writes[place];
      if (own.outcome == "confirmed" && own.attempt == attempt) continue;
      for (const Json& before : own.operations.items())
        if (rowOf(before) == found->first && meet(before, operation))
          record_.fail(written.key + " was made of what " + own.key + " would have written");
    }
    others(found->first, look.at, effect, [&](const Json& entry) {
      if (touches(entry, operation) && !covered(entry, operation, look))
        record_.fail(written.key + " wrote over what it had not seen");
    });
  }
  static bool meet(const Json& before, const Json& after) {
    if (before.text("op") != "update" || after.text("op") != "update") return true;
    const auto members = before.find("data")->members();
    return std::any_of(members.begin(), members.end(),
                       [&](const Json::Member& member) { return after.find("data")->find(member.name) != nullptr; });
  }
  static bool touches(const Json& entry, const Json& operation) {
    if (entry.text("op") != "update" || operation.text("op") != "update") return true;
    const auto members = operation.find("data")->members();
    return std::any_of(members.begin(), members.end(),
                       [&](const Json::Member& member) { return names(entry.find("fields"), member.name); });
  }
  /// What a later write of their own, which was on the row they saw, had written over.
  bool covered(const Json& entry, const Json& operation, const Look& look) const {
    if (entry.text("op") != "update" || operation.text("op") != "update") return false;
    for (const Json::Member& member : operation.find("data")->members()) {
      if (!names(entry.find("fields"), member.name)) continue;
      const bool over = std::any_of(look.own.begin(), look.own.end(), [&](const auto& one) {
        const Written& own = record_.writes[one.first];
        const Effect* effect = effectOf(own.key);
        return effect && effect->last > entry.number("seq") &&
               std::any_of(own.operations.items().begin(), own.operations.items().end(), [&](const Json& before) {
                 return rowOf(before) == rowOf(operation) && before.find("data") &&
                        before.find("data")->find(member.name);
               });
      });
      if (!over) return false;
    }
    return true;
  }

  /// I12 for the rows it relied on.
  void checkReads(const Written& written, const Effect& effect) {
    for (const Json& read : written.reads.items())
      others(rowOf(read), read.number("readAt"), effect, [&](const Json& entry) {
        const Json* fields = read.find("fields");
        bool fell = !fields || entry.text("op") != "update";
        if (fields && !fell)
          for (const Json& field : fields->items()) fell |= names(entry.find("fields"), field.asString());
        if (fell) record_.fail(written.key + " relied on what had changed");
      });
  }

  /// A merge leaves alone what others changed.
  void checkMerged(const Written& written, const Effect& effect, const Json& operation) {
    for (auto at = static_cast<std::size_t>(effect.first) - 1; at < static_cast<std::size_t>(effect.last); ++at) {
      const Json& own = db_.log[at];
      if (rowOf(own) != rowOf(operation) || written.readAt < 0) continue;
      others(rowOf(own), written.readAt, effect, [&](const Json& entry) {
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
  std::set<std::string> lost_;  // keys
  std::vector<const Written*> inTurn_;
};

}  // namespace

void checkOutcomes(const Database& database, Record& record) { Outcomes(database, record).check(); }

void checkRows(const Database& database, Record& record, double money) {
  std::map<RowName, Json> folded;
  for (const Json& entry : database.log) foldEntry(entry, folded);
  const auto same = [](const auto& a, const auto& b) {
    return a.first == b.first && writeJson(a.second) == writeJson(b.second);
  };
  if (!std::equal(folded.begin(), folded.end(), database.rows.begin(), database.rows.end(), same))
    record.fail("the rows are not what the log says");
  std::map<RowName, Json> before;  // points are counted one by one
  for (const Json& entry : database.log) {
    const double points = before[rowOf(entry)].number("points");
    foldEntry(entry, before);
    if (entry.text("op") == "update" && names(entry.find("fields"), "points") &&
        before[rowOf(entry)].number("points") != points + 1)
      record.fail("a point was lost at " + std::to_string(entry.number("seq")));
  }
  double there = 0;
  for (const auto& [row, json] : database.rows)
    if (row.first == "accounts") there += json.number("balance");
  if (there != money) record.fail("money was made or lost: " + std::to_string(there) + " of " + std::to_string(money));
}

}  // namespace ablo::sim
