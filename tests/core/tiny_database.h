// SPDX-License-Identifier: MIT
//
// TinyDatabase: docs/internals/database.md in the simplest form that is still true, for tests of the conversation. One
// organization, no locks: a call is one step. The real one is SQL, and is tested against real Postgres.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ablo/json.h"

namespace ablo::test {

class TinyDatabase {
 public:
  double now = 0;

  double head() const { return static_cast<double>(log_.size()); }
  const Json* row(const std::string& model, const std::string& id) const {
    const auto found = rows_.find({model, id});
    return found == rows_.end() ? nullptr : &found->second;
  }

  std::string call(const std::string& function, const Json& input) {
    if (function == "load") return writeJson(load(input));
    if (function == "changes") return writeJson(changes(input));
    if (function == "commit") return writeJson(commit(input));
    if (function == "claim") return writeJson(claim(input));
    if (function == "release") return writeJson(release(input));
    if (function == "renew") return R"({"renewed":[]})";
    return R"({"seq":0,"rows":[]})";
  }

  /// Somebody writes a row behind everybody's back.
  void write(const std::string& model, const std::string& id, Json row) {
    log("row", "update", model, id).set("after", row).set("fields", Json::array({"title"}));
    rows_[{model, id}] = std::move(row);
  }

  /// Claims that are over, as the sweeper finds them.
  void sweep() {
    const std::vector<Json> claims = claims_;
    for (const Json& claim : claims)
      if (claim.number("expiresAt") <= now) end(std::string(claim.text("id")), "expire", "expired");
  }

 private:
  using Key = std::pair<std::string, std::string>;

  static Key key(const Json& json, std::string_view id) {
    return {std::string(json.text("model")), std::string(json.text(id))};
  }
  static Json refusal(const char* code) {
    return Json::object({{"status", "rejected"}, {"error", Json::object({{"code", code}, {"message", "m"}})}});
  }

  Json& log(const char* kind, std::string_view op, const std::string& model, const std::string& id) {
    return log_.emplace_back(Json::object({{"seq", head() + 1},
                                           {"kind", kind},
                                           {"op", op},
                                           {"model", model},
                                           {"id", id},
                                           {"operationIndex", 0},
                                           {"at", now},
                                           {"groupsBefore", Json::array({"org:acme"})},
                                           {"groupsAfter", Json::array({"org:acme"})}}));
  }

  Json load(const Json& input) const {
    Json models = Json::object(), claims = Json::array();
    if (input.flag("full"))
      for (const auto& [key, row] : rows_) {
        if (!models.find(key.first)) models.set(key.first, Json::array());
        const_cast<Json*>(models.find(key.first))->push(row);
      }
    for (const Json& claim : claims_) claims.push(claim);
    return Json::object({{"seq", head()}, {"epoch", "e1"}, {"models", models}, {"claims", claims}});
  }

  Json changes(const Json& input) const {
    const double after = input.number("after");
    Json list = Json::array();
    for (std::size_t i = static_cast<std::size_t>(after); i < log_.size(); ++i) list.push(log_[i]);
    return Json::object({{"from", after}, {"to", head()}, {"head", head()}, {"epoch", "e1"}, {"changes", list}});
  }

  Json commit(const Json& input) {
    Json receipts = Json::array();
    for (const Json& commit : input.find("commits")->items()) {
      const std::string key(commit.text("key"));
      if (!decided_.count(key)) decided_[key] = decide(commit);
      receipts.push(decided_[key]);
    }
    return Json::object({{"head", head()}, {"receipts", receipts}});
  }

  Json decide(const Json& commit) {
    for (const Json& operation : commit.find("operations")->items()) {
      const Key target = key(operation, "id");
      if (operation.text("op") != "create" && !rows_.count(target)) return refusal("entity_not_found");
      for (const Json& claim : claims_)
        if (key(claim, "row") == target && claim.text("status") == "active" &&
            claim.find("actor")->text("id") != commit.find("actor")->text("id"))
          return refusal("entity_claimed");
    }
    if (const Json* premises = commit.find("premises"))
      for (const Json& premise : premises->items())
        for (const Json& entry : log_)
          if (key(entry, "id") == key(premise, "id") && entry.text("kind") == "row" &&
              entry.number("seq") > premise.number("readAt") && entry.text("session") != commit.text("session")) {
            Json stale = refusal("stale_context");
            const_cast<Json*>(stale.find("error"))->set("readAt", premise.number("readAt"));
            return stale;
          }
    for (const Json& operation : commit.find("operations")->items()) apply(commit, operation);
    return Json::object({{"status", "confirmed"}, {"seq", head()}});
  }

  void apply(const Json& commit, const Json& operation) {
    const Key target = key(operation, "id");
    Json& entry = log("row", operation.text("op"), target.first, target.second);
    entry.set("actor", *commit.find("actor"))
        .set("session", commit.text("session"))
        .set("commitKey", commit.text("key"));
    if (operation.text("op") == "delete") {
      rows_.erase(target);
      return;
    }
    Json& row = rows_[target];
    if (!row.isObject()) row = Json::object({{"id", target.second}});
    Json fields = Json::array();
    for (const Json::Member& member : operation.find("data")->members()) {
      row.set(member.name, member.value);
      fields.push(member.name);
    }
    entry.set("after", row).set("fields", fields);
  }

  Json claim(const Json& input) {
    const std::string id(input.text("claim"));
    for (const Json& held : claims_)
      if (held.text("id") == id) return Json::object({{"claim", held}, {"head", head()}});
    bool free = true;
    double position = 0;
    for (const Json& held : claims_)
      if (key(held, "row") == key(input, "id")) free = false, ++position;
    Json claim = Json::object({{"id", id},
                               {"model", input.text("model")},
                               {"row", input.text("id")},
                               {"actor", *input.find("actor")},
                               {"session", input.text("session")},
                               {"action", input.text("action")},
                               {"ttl", input.number("ttl")},
                               {"expiresAt", now + input.number("ttl")},
                               {"createdAt", now}});
    claim.set("position", position);
    claims_.push_back(claim);
    move(claims_.back(), free ? "grant" : "queue", free ? "active" : "queued");
    return Json::object({{"claim", claims_.back()}, {"head", head()}});
  }

  void move(Json& claim, const char* op, const char* status) {
    claim.set("status", status);
    if (std::string_view(status) == "active")
      claim.set("fence", ++fence_).set("readAt", head() + 1).set("expiresAt", now + claim.number("ttl"));
    const Json copy = claim;
    log("claim", op, std::string(claim.text("model")), std::string(claim.text("row"))).set("after", copy);
  }

  void end(const std::string& id, const char* op, const char* status) {
    for (std::size_t i = 0; i < claims_.size(); ++i) {
      if (claims_[i].text("id") != id) continue;
      Json claim = claims_[i];
      claims_.erase(claims_.begin() + static_cast<std::ptrdiff_t>(i));
      const bool held = claim.text("status") == "active";
      move(claim, op, status);
      if (held)
        for (Json& next : claims_)
          if (key(next, "row") == key(claim, "row")) {
            move(next, "grant", "active");
            break;
          }
      return;
    }
  }

  Json release(const Json& input) {
    end(std::string(input.text("claim")), "release", "released");
    return Json::object({{"head", head()}});
  }

  std::map<Key, Json> rows_;
  std::vector<Json> log_;
  std::map<std::string, Json> decided_;
  std::vector<Json> claims_;
  double fence_ = 0;
};

}  // namespace ablo::test
