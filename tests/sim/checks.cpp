// SPDX-License-Identifier: MIT
#include "checks.h"

#include <algorithm>

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

/// How a claim stands, for those who look.
std::string standing(const Json& claim) {
  const auto part = [&](const char* name) { return claim.find(name) ? *claim.find(name) : Json(); };
  return writeJson(Json::array()
                       .push(part("row"))
                       .push(part("status"))
                       .push(part("fence"))
                       .push(part("position"))
                       .push(part("ticket")));
}

void foldClaim(const Json& entry, std::map<std::string, std::string>& claims) {
  if (entry.text("kind") != "claim") return;
  const Json& claim = *entry.find("after");
  const std::string id(claim.text("id"));
  const bool lives = claim.text("status") == "active" || claim.text("status") == "queued";
  claims[id] = lives ? standing(claim) : "over";
}

}  // namespace

/// Who holds what and who waits, as the log says up to the cursor. Their own place in line they may know a moment earlier.
void View::checkClaims(Person& person, Record& record) {
  std::map<std::string, std::string> shown;
  const Json intents = *person.client().intents("{}");
  for (const Json& claim : intents.items()) {
    const std::string id(claim.text("id"));
    const bool early =
        !claims_.count(id) && claim.text("status") == "queued" && record.claims[id].person == person.name;
    if (!early) shown[id] = standing(claim);
  }
  std::map<std::string, std::string> live = claims_;
  std::erase_if(live, [](const auto& claim) { return claim.second == "over"; });
  if (shown != live) record.fail(person.name + " shows other claims than there are");
  for (const std::string& claim : person.errands().held())
    if (!live.count(claim)) record.fail(person.name + " was not told that a claim is lost: " + claim);
}

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
    claims_.clear();
    cursor_ = -1;
  }
  if (cursor > database.head()) return record.fail(person.name + " is ahead of the log");
  if (cursor > 0 && database.splitsCommit(static_cast<std::size_t>(cursor)))
    return record.fail(person.name + " has seen a part of a commit");
  for (double at = std::max(cursor_, 0.0); at < cursor; ++at) {
    const Json& entry = database.log[static_cast<std::size_t>(at)];
    foldEntry(entry, base_);
    foldClaim(entry, claims_);
  }
  cursor_ = cursor;
  checkClaims(person, record);
  if (const Person::Premise& premise = person.premise(); premise.number > 0) {
    bool fell = false;
    for (double at = premise.at; at < cursor; ++at) {
      const Json& entry = database.log[static_cast<std::size_t>(at)];
      fell |= isOf(entry, premise.row) && entry.text("session") != person.session();
    }
    if (fell && !premise.fell) return record.fail(person.name + " was not told that a premise fell");
    if (!fell && premise.fell && !premise.showsOwn) return record.fail(person.name + " was told that a premise fell");
  }

  if (!person.knows()) return;
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
  std::vector<std::string> toDo;
  for (const auto& [row, json] : expected)
    if (row.first == "tasks" && json.text("status") == "todo") toDo.insert(toDo.begin(), row.second);
  if (person.toDo() != toDo) record.fail(person.name + " has other tasks on the screen than there are");
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
    if (entry.text("session") == "x") return record.fail("a stranger wrote something");
    const std::string key(entry.text("commitKey"));
    if (key.empty()) continue;
    const auto [found, first] = ends.try_emplace(key, at + 1);
    if (!first && found->second != static_cast<double>(at))
      return record.fail(key + " is in the log twice, or in parts");
    found->second = static_cast<double>(at + 1);
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
  std::map<RowName, Json> before;  // points are counted one by one
  for (const Json& entry : database.log) {
    if (entry.text("kind") != "row") continue;
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
