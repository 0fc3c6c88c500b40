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

void checkOutcomes(const Database& database, Record& record) {
  std::map<std::string, std::pair<double, std::size_t>> effects;  // of each key: its last seq, and how many entries
  std::map<std::string, std::string_view> sessions;               // that it took effect under
  for (const Json& entry : database.log) {
    auto& effect = effects[std::string(entry.text("commitKey"))];
    effect = {entry.number("seq"), effect.second + 1};
    sessions[std::string(entry.text("commitKey"))] = entry.text("session");
  }
  std::set<std::string> lost;  // what was decided about these was lost with an earlier log, and they may come again
  for (const Database::Restoration& one : database.restorations) lost.insert(one.lost.begin(), one.lost.end());
  std::map<std::string, double> last;  // of each person
  for (const Written& written : record.writes) {
    const auto effect = effects.find(written.key);
    const bool there = effect != effects.end(), stands = !lost.count(written.key);
    if (written.outcome.empty())
      return record.fail(written.key + " was written, and nobody was told what became of it");  // I17
    if (written.outcome == "confirmed") {
      if (!there && stands) return record.fail(written.key + " was confirmed and is not in the log");  // I1
      if (!there) continue;
      if (effect->second.first != written.seq && stands)
        return record.fail(written.key + " was confirmed at another seq");
      if (effect->second.second != written.operations.items().size())
        return record.fail(written.key + " is there in part");
    } else if (there && stands) {
      return record.fail(written.key + " was refused (" + written.outcome + ") and is in the log");  // I3
    }
    if (!there) continue;
    const double seq = effect->second.first;
    if (stands) {
      if (seq < last[written.person]) return record.fail(written.key + " overtook an earlier write");  // I9
      last[written.person] = seq;
    }
    const double first = seq - static_cast<double>(effect->second.second) + 1;
    if (written.epoch != database.epochOf(first)) continue;  // it had seen another log
    if (first <= written.cursor) return record.fail(written.key + " is before what its writer had seen");  // I10
    if (written.readAt < 0 || written.forces) continue;
    for (const Json& operation : written.operations.items())  // I12
      for (auto at = static_cast<std::size_t>(written.readAt); at + 1 < static_cast<std::size_t>(first); ++at) {
        const Json& entry = database.log[at];
        if (entry.text("model") != operation.text("model") || entry.text("id") != operation.text("id")) continue;
        if (entry.text("session") == sessions[written.key]) continue;  // theirs
        bool touches = operation.text("op") != "update" || entry.text("op") != "update";
        if (const Json* fields = entry.find("fields"); fields && !touches)
          for (const Json& field : fields->items())
            touches |= operation.find("data")->find(field.asString()) != nullptr;
        if (touches && operation.text("op") != "create")
          return record.fail(written.key + " wrote over what it had not seen");
      }
  }
  // I5: what was answered before another write was begun is before it in the log.
  std::vector<std::pair<double, double>> answers;  // when, and the seq
  for (const Written& written : record.writes)
    if (written.outcome == "confirmed" && !lost.count(written.key)) answers.emplace_back(written.toldAt, written.seq);
  std::sort(answers.begin(), answers.end());
  for (std::size_t i = 1; i < answers.size(); ++i)
    answers[i].second = std::max(answers[i].second, answers[i - 1].second);
  for (const Written& written : record.writes) {
    const auto effect = effects.find(written.key);
    if (effect == effects.end()) continue;
    const auto after = std::lower_bound(answers.begin(), answers.end(), std::pair(written.at, 0.0));
    if (after != answers.begin() && std::prev(after)->second > effect->second.first)
      return record.fail(written.key + " is before a write that had been confirmed when it was begun");
  }
}

void checkRows(const Database& database, Record& record, double money) {
  std::map<RowName, Json> folded;
  for (const Json& entry : database.log) foldEntry(entry, folded);
  const auto same = [](const auto& a, const auto& b) {
    return a.first == b.first && writeJson(a.second) == writeJson(b.second);
  };
  if (!std::equal(folded.begin(), folded.end(), database.rows.begin(), database.rows.end(), same))
    record.fail("the rows are not what the log says");
  // A sum that was worked out from one log and written into another is not held against anybody: `readAt` is a position
  // without its epoch, so the database cannot refuse it (docs/internals/simulator.md).
  std::map<std::string, std::string> seen;
  for (const Written& written : record.writes) seen[written.key] = written.epoch;
  for (const Json& entry : database.log)
    if (const auto by = seen.find(std::string(entry.text("commitKey"))); by != seen.end())
      if (entry.text("model") == "accounts" && by->second != database.epochOf(entry.number("seq"))) return;
  double there = 0;
  for (const auto& [row, json] : database.rows)
    if (row.first == "accounts") there += json.number("balance");
  if (there != money) record.fail("money was made or lost: " + std::to_string(there) + " of " + std::to_string(money));
}

}  // namespace ablo::sim
