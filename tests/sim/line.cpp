// SPDX-License-Identifier: MIT
//
// The line behind a row, as the log tells of it: who stood where in it, who was granted what in which order, and what was
// written meanwhile.
#include <algorithm>
#include <set>

#include "checks.h"

namespace ablo::sim {

namespace {

constexpr double kSweep = 10'000;   // ms after which a claim is over that nobody renewed, when nothing goes wrong
constexpr double kRenewed = 2'000;  // ms that a claim lasts which is always renewed in time, when nothing goes wrong

/// A claim as an entry of the log has it.
struct Stand {
  std::string id, actor;
  std::set<std::string> fields;
  bool active = false, rowIsGone = false;
  double fence = 0;
  std::set<std::string> overwritten{};  // fields of what it is of

  static Stand of(const Json& claim) {
    Stand stand{std::string(claim.text("id")), std::string(claim.find("actor")->text("id")), {}, false, false,
                claim.number("fence")};
    if (const Json* fields = claim.find("fields"))
      for (const Json& field : fields->items()) stand.fields.emplace(field.asString());
    return stand;
  }
  bool meets(const Stand& other) const {
    if (fields.empty() || other.fields.empty()) return true;
    return std::any_of(fields.begin(), fields.end(), [&](const auto& field) { return other.fields.count(field) > 0; });
  }
  /// Whether what it is of holds all that the other is of.
  bool covers(const Stand& other) const {
    if (fields.empty() || other.fields.empty()) return fields.empty();
    return std::includes(fields.begin(), fields.end(), other.fields.begin(), other.fields.end());
  }
  /// What an entry changed of what it is of.
  std::set<std::string> changedBy(const Json& entry) const {
    std::set<std::string> changed;
    if (const Json* list = entry.find("fields"))
      for (const Json& field : list->items())
        if (std::string name(field.asString()); fields.empty() || fields.count(name)) changed.insert(std::move(name));
    return changed;
  }
};

/// How a claim ended, and until when it would have lasted.
struct End {
  std::string op;  // none: it has not
  double expiresAt = 0;
};

class Lines {
 public:
  Lines(const Database& database, Record& record, bool faultless)
      : db_(database), record_(record), faultless_(faultless), restored_(!database.restorations.empty()) {
    for (const auto& [id, claim] : db_.claims) ends_[id] = {"", claim.expiresAt};
    for (const Json& entry : db_.log)
      if (const std::string op(entry.text("op"));
          isClaim(entry) && (op == "release" || op == "expire" || op == "cancel"))
        ends_[std::string(entry.find("after")->text("id"))] = {op, entry.find("after")->number("expiresAt")};
    for (const Written& written : record_.writes) writes_[written.key] = &written;
    for (const Receipt& receipt : db_.receipts) decidedAt_[{receipt.key, receipt.attempt}] = receipt.at;
  }

  void check() {
    for (const Json& entry : db_.log) {
      for (; reorders_ < db_.reorders.size() && db_.reorders[reorders_].seq <= entry.number("seq"); ++reorders_)
        reorder(db_.reorders[reorders_]);
      if (isClaim(entry))
        claim(entry);
      else
        write(entry);
    }
    for (const auto& [row, line] : lines_)
      if (!line.empty()) fail(line.front().id, "is held at the end, and by nobody");
    for (const std::string& id : db_.revived) fail(id, "was over by the clock, and was renewed");
    for (const Written& written : record_.writes) checkRefused(written);
  }

 private:
  static bool isClaim(const Json& entry) { return entry.text("kind") == "claim"; }
  void fail(const std::string& claim, const std::string& what) { record_.fail("the claim " + claim + " " + what); }

  void claim(const Json& entry) {
    const Json& told = *entry.find("after");
    const std::string id(told.text("id"));
    const std::string_view op = entry.text("op");
    std::vector<Stand>& line = lines_[rowOf(entry)];
    const auto found = std::find_if(line.begin(), line.end(), [&](const Stand& one) { return one.id == id; });
    if (op == "queue") return enqueue(line, told);
    if (op == "grant") return grant(line, found, told, entry);
    if (found == line.end()) return fail(id, "is in no line, and in the log: " + std::string(op));
    if (found->rowIsGone && op != "cancel") fail(id, "has outlived its row");
    if (op == "move") return;
    const Asked& asked = record_.claims[id];
    const double late = entry.number("at") - told.number("expiresAt");
    if (op == "expire" && late < 0) fail(id, "was over before its time");
    if (op == "expire" && faultless_ && late > kSweep) fail(id, "was over long ago");
    if (op == "expire" && faultless_ && asked.ttl >= kRenewed && found->active) fail(id, "was not renewed");
    if (op == "release" && !asked.gaveBack) fail(id, "was given back by nobody");
    if (op == "cancel" && !asked.gaveBack && !deleted_.count(rowOf(entry))) fail(id, "was canceled for nothing");
    line.erase(found);
  }

  void enqueue(std::vector<Stand>& line, const Json& told) {
    Stand stand = Stand::of(told);
    if (!seen_.insert(stand.id).second) return fail(stand.id, "stands in line twice");
    line.push_back(std::move(stand));
  }

  void grant(std::vector<Stand>& line, std::vector<Stand>::iterator found, const Json& told, const Json& entry) {
    if (found == line.end()) {  // nobody was in its way
      enqueue(line, told);
      if (line.empty() || line.back().id != told.text("id")) return;
      found = std::prev(line.end());
    }
    Stand& mine = *found;
    mine.fence = told.number("fence");
    if (mine.rowIsGone) fail(mine.id, "has outlived its row");
    if (mine.active) fail(mine.id, "was granted twice");
    if (mine.fence <= fence_) fail(mine.id, "has a fence that is not the highest");
    if (told.number("readAt") != entry.number("seq")) fail(mine.id, "is read from elsewhere than its grant");
    fence_ = std::max(fence_, mine.fence);
    const auto mineToo = [&](const Stand& held) {
      return held.active && held.actor == mine.actor && held.covers(mine);
    };
    const bool holds = std::any_of(line.begin(), line.end(), mineToo);
    for (auto other = line.begin(); other != line.end(); ++other) {
      if (other->actor == mine.actor || !other->meets(mine)) continue;
      if (other->active) fail(mine.id, "was granted while another is held: " + other->id);
      if (!other->active && other < found && !holds) fail(mine.id, "was granted before an older one: " + other->id);
    }
    mine.active = true;
  }

  void reorder(const Reorder& asked) {
    std::vector<Stand>& line = lines_[asked.row];
    std::vector<Stand> waiting;
    for (const Stand& one : line)
      if (!one.active) waiting.push_back(one);
    const auto place = [&](const Stand& one) {
      return std::find(asked.order.begin(), asked.order.end(), one.id) - asked.order.begin();
    };
    std::stable_sort(waiting.begin(), waiting.end(),
                     [&](const Stand& a, const Stand& b) { return place(a) < place(b); });
    auto next = waiting.begin();
    for (Stand& one : line)
      if (!one.active) one = *next++;
  }

  /// Between a grant and its end nobody else writes who must not, and who writes under a claim holds it. To what was written all
  /// the same, by who may or who does not know of us, nobody writes under the claim any more.
  void write(const Json& entry) {
    if (!entry.find("after")) {
      deleted_.insert(rowOf(entry));
      for (Stand& one : lines_[rowOf(entry)]) one.rowIsGone = true;
    }
    const std::string key(entry.text("commitKey"));
    const auto written = writes_.find(key);
    const bool foreign = written == writes_.end();
    const std::string actor(foreign ? "" : entry.find("actor")->text("id"));
    for (Stand& held : lines_[rowOf(entry)]) {
      if (!held.active) continue;
      const std::set<std::string> changed = held.changedBy(entry);
      if (held.actor != actor && (foreign || db_.mayOverwrite(rowOf(entry))))
        held.overwritten.insert(changed.begin(), changed.end());
      else if (held.actor != actor && (held.fields.empty() || entry.text("op") != "update" || !changed.empty()))
        fail(held.id, "was held while another wrote " + key);
      else if (held.actor == actor && written->second->claim == held.id &&
               std::any_of(changed.begin(), changed.end(),
                           [&](const auto& name) { return held.overwritten.count(name); }))
        fail(held.id, "was overwritten, and " + key + " was written under it");
    }
    if (foreign) return;
    for (const auto& [id, fence] : claimsOf(*written->second)) checkFence(*written->second, id, fence);
  }

  void checkFence(const Written& written, const std::string& id, double fence) {
    bool held = false;
    for (const auto& [row, line] : lines_)
      for (const Stand& one : line)
        held |= one.id == id && one.active && one.fence == fence && one.actor == written.person;
    if (!held) fail(id, "was over, and " + written.key + " was written under it");
    if (held && written.at + db_.skew >= ends_[id].expiresAt)
      fail(id, "had not been renewed, and " + written.key + " was begun under it");
  }

  /// A claim is lost when it was canceled, or its time was over: it is renewed for as long as a write under it is under way.
  void checkRefused(const Written& written) {
    if (restored_ || written.outcome != "claim_lost" || written.message.empty()) return;
    const auto claims = claimsOf(written);
    const bool over = std::any_of(claims.begin(), claims.end(), [&](const auto& one) {
      const End& end = ends_[one.first];
      const bool renewed = faultless_ && record_.claims[one.first].ttl >= kRenewed;
      return end.op == "cancel" || (!renewed && decidedAt_[{written.key, written.attempt}] >= end.expiresAt);
    });
    if (!over) record_.fail(written.key + " lost a claim that was held until it was given back");
  }

  static std::map<std::string, double> claimsOf(const Written& written) {
    std::map<std::string, double> claims;
    if (written.message.find("\"claims\":") == std::string::npos) return claims;
    const Json message = *parseJson(written.message);
    if (const Json* list = message.find("claims"))
      for (const Json& one : list->items()) claims[std::string(one.text("id"))] = one.number("fence");
    return claims;
  }

  const Database& db_;
  Record& record_;
  const bool faultless_, restored_;
  double fence_ = 0;
  std::size_t reorders_ = 0;
  std::set<std::string> seen_;
  std::set<RowName> deleted_;
  std::map<std::string, End> ends_;
  std::map<std::string, const Written*> writes_;  // by key
  std::map<std::pair<std::string, double>, double> decidedAt_;
  std::map<RowName, std::vector<Stand>> lines_;  // in the order in which they asked, or were put
};

}  // namespace

void checkLines(const Database& database, Record& record, bool faultless) {
  Lines(database, record, faultless).check();
}

void checkGranted(Person& person, const Json& claim, const Database& database, Record& record) {
  if (person.epoch() != database.epoch) return;  // its log is no more
  const double at = claim.number("readAt");
  if (person.client().cursor() < at) record.fail(person.name + " was granted what it has not heard of");
  const std::string_view id = claim.text("id");
  const Json* entry = at >= 1 && at <= database.head() ? &database.log[static_cast<std::size_t>(at) - 1] : nullptr;
  if (!entry || entry->text("op") != "grant" || entry->find("after")->text("id") != id ||
      entry->find("after")->number("fence") != claim.number("fence"))
    record.fail(person.name + " was told of a grant that is not in the log");
}

void checkLost(Person& person, const std::string& claim, const Database& database, Record& record) {
  const std::string state(person.client().status().text("state"));
  if (state == "refused" || state == "stopped" || !database.restorations.empty()) return;
  const bool over = std::any_of(database.log.begin(), database.log.end(), [&](const Json& entry) {
    const std::string_view op = entry.text("op");
    return entry.text("kind") == "claim" && entry.find("after")->text("id") == claim &&
           (op == "release" || op == "expire" || op == "cancel");
  });
  if (!over) record.fail(person.name + " was told that a claim is lost which is not: " + claim);
}

void checkFree(Person& person, const RowName& row, const Database& database, Record& record) {
  if (person.epoch() != database.epoch || !database.restorations.empty()) return;
  const double cursor = person.client().cursor();
  if (person.client().status().text("state") != "live" || cursor < person.headAtConnect)
    record.fail(person.name + " was told what is free by what was known long ago");
  std::set<std::string> active;
  for (const Json& entry : database.log) {
    if (entry.number("seq") > cursor) break;
    if (entry.text("kind") != "claim" || rowOf(entry) != row) continue;
    const Json& claim = *entry.find("after");
    const std::string id(claim.text("id"));
    if (claim.text("status") == "active")
      active.insert(id);
    else
      active.erase(id);
  }
  if (!active.empty()) record.fail(person.name + " was told that what somebody holds is free: " + row.second);
}

}  // namespace ablo::sim
