// SPDX-License-Identifier: MIT
#include "errand.h"

#include <algorithm>
#include <cstdio>
#include <set>

#include "person.h"

namespace ablo::sim {

namespace {

/// Why somebody may be told that a claim is not to be had, or is no more.
const std::set<std::string_view> kReasons{
    "entity_claimed",        "queue_too_deep",       "entity_not_found",    "grant_timeout",
    "model_claimed_timeout", "claim_lost",           "claim_not_found",     "api_unreachable",
    "client_disposed",       "database_unreachable", "too_much_unanswered", "session_expired",
    "apikey_revoked",        "schema_mismatch",      "log_epoch_changed",   "block_damaged"};

std::string uuid(const std::string& person, uint64_t number) {
  char text[40];
  std::snprintf(text, sizeof text, "00000000-0000-4000-8000-%04x%08x", static_cast<unsigned>(hashBytes(person) % 65536),
                static_cast<unsigned>(number));
  return text;
}

}  // namespace

void Errands::begin(const std::vector<RowName>& rows, const Json& fields, const Write& write) {
  const bool lasts = random_.chance(30);
  const double ttl = lasts ? 2'000 + random_.below(20'000) : 100 + random_.below(1'000);
  std::vector<std::string> claims;
  Json asked = Json::array();
  for (const RowName& row : rows) {
    claims.push_back(uuid(person_.name, ++asked_));
    asked.push(Json::object({{"claim", claims.back()}, {"model", row.first}, {"id", row.second}}));
  }
  Json text = Json::object({{"rows", std::move(asked)}, {"ttl", ttl}});
  text.set("action", "editing").set("wait", Json(random_.chance(85)));
  if (!fields.items().empty()) text.set("fields", fields);
  if (random_.chance(10)) text.set("maxQueueDepth", static_cast<double>(random_.below(3)));
  if (random_.chance(15)) text.set("timeout", static_cast<double>(random_.below(3'000)));
  const Result<uint32_t> request = person_.client().claim(writeJson(text), person_.now());
  if (!request) {
    if (request.error().code != ErrorCode::client_disposed)
      record_.fail("a claim was refused at once: " + request.error().message);
    return;
  }
  if (const uint64_t chance = hashBytes(claims[0]); chance % 5 == 0) watch(rows[0], chance / 5 % 3);
  for (std::size_t n = 0; n < rows.size(); ++n) {
    record_.claims[claims[n]] = {person_.name, ttl};
    errands_[claims[n]] = {rows[n], ttl, *request, random_.below(4), write};
  }
}

void Errands::answered(uint32_t request, bool yes, const std::string& text) {
  if (const auto watched = watches_.extract(request)) {
    if (yes) person_.freed(watched.mapped());
    if (!yes && !kReasons.count(parseJson(text)->text("code"))) record_.fail("of a row that is held was said: " + text);
    return;
  }
  std::vector<std::string> claims;
  for (const auto& [claim, errand] : errands_)
    if (errand.request == request) claims.push_back(claim);
  if (claims.empty()) return;
  const Json answer = *parseJson(text);
  if (yes && answer.isArray()) {
    if (answer.items().size() != claims.size()) record_.fail("not all were granted of " + claims[0]);
    for (const Json& claim : answer.items()) {
      person_.granted(claim);
      errands_.at(std::string(claim.text("id"))).holds = true;
    }
    for (const std::string& claim : claims) next(claim);
    return;
  }
  if (!yes && !kReasons.count(answer.text("code"))) record_.fail("of a claim was said: " + text);
  for (const std::string& claim : claims) {
    record_.claims[claim].gaveBack = true;  // if the database has it all the same, or has it later
    errands_.erase(claim);
  }
}

void Errands::lost(const std::string& claim) {
  person_.lost(claim);
  if (const auto found = errands_.find(claim); found != errands_.end()) {
    found->second.isLost = true;
    found->second.holds = false;
  }
}

void Errands::leave() {
  for (const auto& [claim, errand] : errands_) record_.claims[claim].gaveBack = true;
}

void Errands::clear() {
  ++life_;
  errands_.clear();
  watches_.clear();
}

void Errands::next(const std::string& claim) {
  const bool dreams = random_.chance(20);
  const double time = random_.below(static_cast<uint32_t>(dreams ? 3 * errands_.at(claim).ttl : 300));
  agenda_.in(std::min(time, 20'000.0), [this, life = life_, claim] {
    if (life == life_)
      person_.work([this, life, claim] {
        if (life == life_) goOn(claim);
      });
  });
}

void Errands::goOn(const std::string& claim) {
  Errand& errand = errands_.at(claim);
  if (errand.isLost || errand.writes == 0) return giveBack(claim);
  --errand.writes;
  if (random_.chance(20))
    reorder(errand.row);
  else if (person_.client().cursor() >= 0)
    errand.write(errand.row, random_.chance(50) ? claim : "");
  const bool atOnce = errand.writes == 0 && random_.chance(50);
  atOnce ? giveBack(claim) : next(claim);
}

void Errands::giveBack(const std::string& claim) {
  record_.claims[claim].gaveBack = true;
  errands_.at(claim).holds = false;
  const Result<uint32_t> request = person_.client().release(claim, person_.now());
  if (!request || *request == 0)
    errands_.erase(claim);
  else
    errands_.at(claim).request = *request;
}

void Errands::watch(const RowName& row, uint64_t haste) {
  Json filter = Json::object({{"model", row.first}, {"id", row.second}});
  if (haste == 1) filter.set("timeout", 500.0);
  if (haste == 2) filter.set("ifClaimed", "fail");
  const Result<uint32_t> request = person_.client().awaitFree(writeJson(filter), person_.now());
  if (!request) {
    if (haste != 2 || request.error().code != ErrorCode::entity_claimed)
      record_.fail("it was not waited for: " + request.error().message);
  } else if (*request != 0) {
    watches_.emplace(*request, row);
  } else {
    person_.freed(row);
  }
}

void Errands::reorder(const RowName& row) {
  std::vector<std::string> waiting;
  const Json line = *person_.client().intents(writeJson(Json::object({{"model", row.first}, {"id", row.second}})));
  for (const Json& claim : line.items())
    if (claim.text("status") == "queued") waiting.emplace_back(claim.text("id"));
  Json order = Json::array();
  for (; !waiting.empty(); waiting.pop_back()) {
    std::swap(waiting[random_.below(waiting.size())], waiting.back());
    order.push(waiting.back());
  }
  const Json asked = Json::object({{"model", row.first}, {"id", row.second}, {"order", std::move(order)}});
  static_cast<void>(person_.client().reorder(writeJson(asked), person_.now()));
}

}  // namespace ablo::sim
