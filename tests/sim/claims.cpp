// SPDX-License-Identifier: MIT
#include "claims.h"

#include <algorithm>
#include <functional>

#include "guards.h"

namespace ablo::sim {

namespace {

constexpr double kPatience = 2'000;  // ablo.enter

std::string lockName(const Claim& claim) { return "claim " + claim.id; }

std::vector<std::string> texts(const Json* list) {
  std::vector<std::string> texts;
  if (list)
    for (const Json& text : list->items()) texts.emplace_back(text.asString());
  return texts;
}

Json refusal(std::string_view code, Json claims = {}) {
  Json error = Json::object({{"code", code}, {"message", code}});
  if (!claims.isNull()) error.set("claims", std::move(claims));
  return Json::object({{"error", std::move(error)}});
}

/// What is so when this transaction ends. Whoever calls has the log.
double headOf(Database& db, Backend who) { return db.head() + static_cast<double>(db.transaction(who).log.size()); }

Json answerOf(Database& db, Backend who, const std::string& id) {
  return Json::object({{"claim", claimObject(*db.claim(who, id))}, {"head", headOf(db, who)}});
}

void logClaim(Database& db, Backend who, const Claim& claim, const char* op) {
  const double seq = headOf(db, who) + 1;
  Json entry = Json::object({{"seq", seq}, {"kind", "claim"}, {"op", op}});
  entry.set("model", claim.row.first).set("id", claim.row.second).set("after", claimObject(claim));
  entry.set("actor", Json::object({{"kind", "user"}, {"id", claim.actor}})).set("session", claim.session);
  entry.set("groupsBefore", Json::array({"org:acme"})).set("groupsAfter", Json::array({"org:acme"}));
  db.transaction(who).log.push_back(std::move(entry.set("at", db.now())));
}

/// The claims of others that keep this one waiting.
std::vector<Claim> inTheWay(Database& db, Backend who, const Claim& claim) {
  const std::vector<Claim> line = db.line(who, claim.row);
  const bool holds = std::any_of(line.begin(), line.end(), [&](const Claim& held) {
    const auto& fields = held.fields;
    const bool all =
        fields.empty() || (!claim.fields.empty() &&
                           std::includes(fields.begin(), fields.end(), claim.fields.begin(), claim.fields.end()));
    return held.status == "active" && held.actor == claim.actor && all;
  });
  std::vector<Claim> others;
  for (const Claim& other : line) {
    if (other.id == claim.id || other.actor == claim.actor || !overlap(other.fields, claim.fields)) continue;
    if (other.status == "active" || (other.ticket < claim.ticket && !holds)) others.push_back(other);
  }
  return others;
}

double countQueued(const std::vector<Claim>& claims) {
  return static_cast<double>(
      std::count_if(claims.begin(), claims.end(), [](const Claim& one) { return one.status == "queued"; }));
}

/// An update waits for whoever renews the claim, and changes what it names alone.
Task<Wait> update(Database& db, Backend who, Claim& claim, std::function<void(Claim&)> change) {
  co_await db.statement(who);
  const Wait wait = co_await db.locks.lock(who, lockName(claim), kPatience);
  if (wait != Wait::granted) co_return wait;
  Claim current = *db.claim(who, claim.id);
  change(current);
  db.write(who, current);
  change(claim);
  co_return Wait::granted;
}

Task<Wait> end(Database& db, Backend who, Claim claim, const char* ending, const char* op) {
  const auto change = [&](Claim& one) {
    one.status = ending;
    one.position = 0;
  };
  const Wait wait = co_await update(db, who, claim, change);
  if (wait == Wait::granted) logClaim(db, who, claim, op);
  co_return wait;
}

Task<Wait> grant(Database& db, Backend who, Claim claim) {
  const double fence = ++db.fences;
  const auto change = [&](Claim& one) {
    one.status = "active";
    one.position = 0;
    one.fence = fence;
    one.readAt = headOf(db, who) + 1;
    one.expiresAt = db.now() + one.ttl;
  };
  const Wait wait = co_await update(db, who, claim, change);
  if (wait == Wait::granted) logClaim(db, who, claim, "grant");
  co_return wait;
}

Task<Wait> move(Database& db, Backend who, Claim claim, double place) {
  const Wait wait = co_await update(db, who, claim, [&](Claim& one) { one.position = place; });
  if (wait == Wait::granted) logClaim(db, who, claim, "move");
  co_return wait;
}

/// In the order of their tickets, here as in `renew`.
Task<Wait> lockClaims(Database& db, Backend who, std::vector<Claim> claims) {
  co_await db.statement(who);
  for (const Claim& claim : claims) {
    const Wait wait = co_await db.locks.lock(who, lockName(claim), kPatience);
    if (wait != Wait::granted) co_return wait;
  }
  co_return Wait::granted;
}

/// Brings the line of one row up to now: ends what is over, grants what nothing keeps waiting, numbers the rest.
Task<Wait> settle(Database& db, Backend who, RowName row) {
  const Wait wait = co_await lockClaims(db, who, db.line(who, row));
  if (wait != Wait::granted) co_return wait;
  const std::vector<Claim> line = db.line(who, row);
  for (const Claim& claim : line) {
    if (claim.expiresAt > db.now()) continue;
    const Wait ended = co_await end(db, who, claim, "expired", "expire");
    if (ended != Wait::granted) co_return ended;
  }
  for (const Claim& claim : line) {
    if (claim.status != "queued" || claim.expiresAt <= db.now()) continue;
    const std::vector<Claim> others = inTheWay(db, who, claim);
    const double place = countQueued(others) + 1;
    if (!others.empty() && place == claim.position) continue;
    Wait changed;
    if (others.empty())
      changed = co_await grant(db, who, claim);
    else
      changed = co_await move(db, who, claim, place);
    if (changed != Wait::granted) co_return changed;
  }
  co_return Wait::granted;
}

std::string actorIn(const Json& input) { return std::string(input.find("actor")->text("id")); }

}  // namespace

Json claimObject(const Claim& claim) {
  Json object = Json::object({{"id", claim.id}, {"model", claim.row.first}, {"row", claim.row.second}});
  Json fields = Json::array();
  for (const std::string& field : claim.fields) fields.push(field);
  if (!claim.fields.empty()) object.set("fields", std::move(fields));
  object.set("status", claim.status).set("actor", Json::object({{"kind", "user"}, {"id", claim.actor}}));
  object.set("session", claim.session).set("action", "editing").set("ticket", claim.ticket);
  if (claim.fence > 0) object.set("fence", claim.fence).set("readAt", claim.readAt);
  if (claim.position > 0) object.set("position", claim.position);
  return object.set("expiresAt", claim.expiresAt);
}

Json liveClaims(const Database& db) {
  std::vector<const Claim*> live;
  for (const auto& [id, claim] : db.claims)
    if (claim.lives()) live.push_back(&claim);
  std::sort(live.begin(), live.end(), [](const Claim* a, const Claim* b) { return a->ticket < b->ticket; });
  Json list = Json::array();
  for (const Claim* claim : live) list.push(claimObject(*claim));
  return list;
}

Json claimVerdict(Database& db, Backend who, const Json& commit) {
  const Json overdue = Json::object({{"status", "overdue"}});
  bool late = false;
  if (const Json* mine = commit.find("claims"))
    for (const Json& one : mine->items()) {
      const Claim* claim = db.claim(who, std::string(one.text("id")));
      const bool current = claim && claim->status == "active" && claim->fence == one.number("fence");
      if (!current || claim->actor != actorOf(commit)) return failed("claim_lost");
      late |= claim->expiresAt <= db.now();
    }
  if (late) return overdue;
  std::map<std::string, Json> held;
  for (const Json& operation : commit.find("operations")->items()) {
    if (db.mayOverwrite(rowOf(operation))) continue;
    for (const Claim& claim : db.line(who, rowOf(operation))) {
      if (claim.status != "active" || claim.actor == actorOf(commit)) continue;
      const Json* data = operation.find("data");
      const auto writes = [&](const std::string& field) { return data && data->find(field); };
      const bool touched = claim.fields.empty() || operation.text("op") != "update" ||
                           std::any_of(claim.fields.begin(), claim.fields.end(), writes);
      if (touched) held.emplace(claim.id, claimObject(claim));
      late |= touched && claim.expiresAt <= db.now();
    }
  }
  if (late) return overdue;
  if (held.empty()) return {};
  Json claims = Json::array();
  for (auto& [id, claim] : held) claims.push(std::move(claim));
  Json verdict = failed("entity_claimed");
  return verdict.set("error", Json(*verdict.find("error")).set("claims", std::move(claims)));
}

Task<Wait> settleLines(Database& db, Backend who, std::set<RowName> rows) {
  std::vector<Claim> all;
  for (const RowName& row : rows)
    for (Claim& claim : db.line(who, row)) all.push_back(std::move(claim));
  std::sort(all.begin(), all.end(), [](const Claim& a, const Claim& b) { return a.ticket < b.ticket; });
  const Wait wait = co_await lockClaims(db, who, std::move(all));
  if (wait != Wait::granted) co_return wait;
  for (const RowName& row : rows) {
    const Wait settled = co_await settle(db, who, row);
    if (settled != Wait::granted) co_return settled;
  }
  co_return Wait::granted;
}

ClaimAnswer claim(Database& db, Backend who, Json input) {
  if (co_await db.locks.lock(who, kLogLock, kPatience) != Wait::granted) co_return std::nullopt;
  co_await db.statement(who);
  Claim asked;
  asked.id = input.text("claim");
  asked.row = rowOf(input);
  asked.actor = actorIn(input);
  if (const Claim* known = db.claim(who, asked.id)) {
    if (known->actor != asked.actor) co_return refusal("claim_not_found");
    if (co_await settle(db, who, RowName(known->row)) != Wait::granted) co_return std::nullopt;
    co_return answerOf(db, who, asked.id);
  }
  if (!db.row(who, asked.row)) co_return refusal("entity_not_found");
  if (co_await settle(db, who, asked.row) != Wait::granted) co_return std::nullopt;

  co_await db.statement(who);
  asked.session = input.text("session");
  for (const std::string& field : texts(input.find("fields"))) asked.fields.insert(field);
  asked.status = "queued";
  asked.ttl = input.number("ttl");
  asked.ticket = 9e15;
  const std::vector<Claim> others = inTheWay(db, who, asked);
  Json told = Json::array();
  for (const Claim& other : others) told.push(claimObject(other));
  const double waiting = countQueued(others);
  if (!others.empty() && !input.flag("wait")) co_return refusal("entity_claimed", std::move(told));
  if (!others.empty() && input.find("maxQueueDepth") && waiting >= input.number("maxQueueDepth"))
    co_return refusal("queue_too_deep", std::move(told));

  co_await db.statement(who);
  asked.ticket = ++db.tickets;
  asked.position = waiting + 1;
  asked.expiresAt = db.now() + asked.ttl;
  db.write(who, asked);
  if (!others.empty())
    logClaim(db, who, asked, "queue");
  else if (co_await grant(db, who, asked) != Wait::granted)
    co_return std::nullopt;
  co_return answerOf(db, who, asked.id);
}

ClaimAnswer release(Database& db, Backend who, Json input) {
  if (co_await db.locks.lock(who, kLogLock, kPatience) != Wait::granted) co_return std::nullopt;
  co_await db.statement(who);
  const std::string id(input.text("claim"));
  const Claim* found = db.claim(who, id);
  if (!found || found->actor != actorIn(input)) co_return Json::object({{"head", headOf(db, who)}});
  const Claim claim = *found;
  if (claim.lives()) {
    const bool held = claim.status == "active";
    const Wait ended = co_await end(db, who, claim, held ? "released" : "canceled", held ? "release" : "cancel");
    if (ended != Wait::granted) co_return std::nullopt;
  }
  if (co_await settle(db, who, claim.row) != Wait::granted) co_return std::nullopt;
  co_return answerOf(db, who, id);
}

ClaimAnswer reorder(Database& db, Backend who, Json input) {
  if (co_await db.locks.lock(who, kLogLock, kPatience) != Wait::granted) co_return std::nullopt;
  const RowName row = rowOf(input);
  if (co_await settle(db, who, row) != Wait::granted) co_return std::nullopt;
  co_await db.statement(who);
  std::vector<Claim> waiting = db.line(who, row), held = waiting;
  std::erase_if(held, [&](const Claim& claim) { return claim.status != "active" || claim.actor != actorIn(input); });
  std::erase_if(waiting, [](const Claim& claim) { return claim.status != "queued"; });
  if (co_await lockClaims(db, who, waiting) != Wait::granted) co_return std::nullopt;

  const std::vector<std::string> order = texts(input.find("order"));
  const auto place = [&](const Claim& claim) {
    return std::find(order.begin(), order.end(), claim.id) - order.begin();
  };
  waiting = db.line(who, row);
  std::erase_if(waiting, [](const Claim& claim) { return claim.status != "queued"; });
  const std::vector<Claim> before = waiting;
  std::stable_sort(waiting.begin(), waiting.end(), [&](const Claim& a, const Claim& b) { return place(a) < place(b); });
  const auto theirs = [&](const Claim& claim) {
    return std::any_of(held.begin(), held.end(), [&](const Claim& one) { return overlap(one.fields, claim.fields); });
  };
  bool may = !held.empty();
  std::vector<double> tickets;
  for (const Claim& claim : before) tickets.push_back(claim.ticket);
  for (std::size_t i = 0; i < waiting.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (waiting[i].ticket < waiting[j].ticket && overlap(waiting[i].fields, waiting[j].fields))
        may &= theirs(waiting[i]) && theirs(waiting[j]);
  if (!may && !input.flag("trusted")) co_return refusal("permission_denied");
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    if (std::exchange(waiting[i].ticket, tickets[i]) != tickets[i]) waiting[i].position = 0;  // told anew
    db.write(who, waiting[i]);
  }
  db.transaction(who).reorders.push_back({headOf(db, who) + 1, row, order});
  if (co_await settle(db, who, row) != Wait::granted) co_return std::nullopt;
  co_return Json::object({{"head", headOf(db, who)}});
}

ClaimAnswer renew(Database& db, Backend who, Json input) {
  co_await db.statement(who);
  const std::vector<std::string> ids = texts(input.find("claims"));
  std::vector<Claim> mine;
  for (const auto& [id, claim] : db.claims)
    if (std::find(ids.begin(), ids.end(), id) != ids.end() && claim.actor == actorIn(input) && claim.lives())
      mine.push_back(claim);
  std::sort(mine.begin(), mine.end(), [](const Claim& a, const Claim& b) { return a.ticket < b.ticket; });
  if (co_await lockClaims(db, who, mine) != Wait::granted) co_return std::nullopt;
  co_await db.statement(who);
  Json renewed = Json::array();
  for (const Claim& one : mine) {
    Claim claim = *db.claim(who, one.id);
    if (!claim.lives() || claim.expiresAt <= db.now()) continue;
    claim.expiresAt = db.now() + claim.ttl;
    db.write(who, claim);
    renewed.push(claim.id);
  }
  co_return Json::object({{"renewed", std::move(renewed)}});
}

bool isSweepDue(const Database& db) {
  return std::any_of(db.claims.begin(), db.claims.end(),
                     [&](const auto& one) { return one.second.lives() && one.second.expiresAt <= db.now(); });
}

ClaimAnswer sweep(Database& db, Backend who) {
  if (db.locks.held("sweep")) co_return Json::object();
  co_await db.locks.lock(who, "sweep", 0);
  co_await db.statement(who);
  std::set<RowName> due;
  for (const auto& [id, claim] : db.claims)
    if (claim.lives() && claim.expiresAt <= db.now()) due.insert(claim.row);
  if (due.empty() || db.locks.held(kLogLock)) co_return Json::object();
  co_await db.locks.lock(who, kLogLock, 0);
  if (co_await settleLines(db, who, std::move(due)) != Wait::granted) co_return std::nullopt;
  co_return Json::object();
}

Task<Wait> cancelClaims(Database& db, Backend who, RowName row) {
  const std::vector<Claim> line = db.line(who, row);
  if (line.empty()) co_return Wait::granted;
  const Wait wait = co_await lockClaims(db, who, line);
  if (wait != Wait::granted) co_return wait;
  for (const Claim& claim : db.line(who, row)) {
    const Wait ended = co_await end(db, who, claim, "canceled", "cancel");
    if (ended != Wait::granted) co_return ended;
  }
  co_return Wait::granted;
}

}  // namespace ablo::sim
