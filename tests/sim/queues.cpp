// SPDX-License-Identifier: MIT
#include "queues.h"

#include <cstdio>

#include "claims.h"
#include "functions.h"
#include "queue.h"

namespace ablo::sim {

namespace {

constexpr int kSteps = 60, kRows = 2, kActors = 4;
constexpr double kHour = 3'600'000;

class Queues {
 public:
  Queues(uint64_t seed, bool prints) : random_(seed), prints_(prints), agenda_(random_), database_(agenda_, random_) {
    for (int row = 0; row < kRows; ++row) database_.rows[{"tasks", "t" + std::to_string(row)}] = Json::object();
  }

  std::string run() {
    for (int step = 0; step < kSteps && wrong_.empty(); ++step) {
      switch (random_.below(9)) {
        case 0: release(); break;
        case 1: renew(); break;
        case 2: lapse(); break;
        case 3: reorder(); break;
        case 4: sweep(); break;
        default: claim();
      }
    }
    return wrong_;
  }

 private:
  std::string actor() { return "a" + std::to_string(random_.below(kActors)); }
  std::string row() { return "t" + std::to_string(random_.below(kRows)); }
  std::string known() { return "c" + std::to_string(1 + random_.below(asked_ + 1)); }

  void claim() {
    Place place;
    const bool again = asked_ > 0 && random_.chance(10);
    place.id = again ? known() : "c" + std::to_string(++asked_);
    place.actor = actor();
    place.row = row();
    if (const Place* one = again ? queue_.find(place.id) : nullptr) place = *one;
    if (again && !queue_.find(place.id)) return;  // it is over, or was refused
    for (const char* field : {"title", "status", "points"})
      if (!again && random_.chance(25)) place.fields.insert(field);
    const bool waits = random_.chance(85), deep = random_.chance(20);
    const auto depth = static_cast<int>(random_.below(3));
    Json input = Json::object({{"claim", place.id}, {"model", "tasks"}, {"id", place.row}, {"ttl", kHour}});
    input.set("action", "editing").set("wait", Json(waits));
    if (deep) input.set("maxQueueDepth", static_cast<double>(depth));
    Json fields = Json::array();
    for (const std::string& field : place.fields) fields.push(field);
    if (!place.fields.empty()) input.set("fields", std::move(fields));
    const std::string expected = queue_.claim(place, waits, deep ? depth : 1'000'000);
    const Json answer = call("claim", place.actor, std::move(input));
    const Json *error = answer.find("error"), *told = answer.find("claim");
    const std::string got(error ? error->text("code") : told ? told->text("status") : "");
    const bool lives = got == "active" || got == "queued";
    if (expected == "here" ? !lives : expected == "over" ? lives : got != expected)
      wrong_ = place.id + " was to be " + expected + " and is " + got;
  }
  void release() {
    const std::string id = known();
    const Place* place = queue_.find(id);
    if (!place) return;
    const bool mine = random_.chance(85);
    const std::string who = mine ? place->actor : actor();
    if (who == place->actor) queue_.release(id);
    call("release", who, Json::object({{"claim", id}}));
  }
  void renew() {
    const std::string id = known();
    const Place* place = queue_.find(id);
    if (!place) return;
    const Json answer = call("renew", place->actor, Json::object({{"claims", Json::array({id})}}));
    if (answer.find("renewed")->items().empty() != place->lapsed) wrong_ = id + " was renewed, or was not";
  }
  void lapse() {
    const std::string id = known();
    Place* place = queue_.find(id);
    if (!place) return;
    place->lapsed = true;
    database_.claims.at(id).expiresAt = database_.now() - 1;
    told(Json::object({{"lapse", id}}));
  }
  void reorder() {
    const std::string where = row(), who = actor();
    std::vector<std::string> order;
    for (const Place& place : queue_.places)
      if (random_.chance(60)) order.insert(order.begin() + random_.below(order.size() + 1), place.id);
    const bool trusted = random_.chance(30);
    queue_.reorder(where, order, who, trusted);
    Json list = Json::array();
    for (const std::string& id : order) list.push(id);
    Json input = Json::object({{"model", "tasks"}, {"id", where}, {"order", std::move(list)}});
    call("reorder", who, input.set("trusted", Json(trusted)));
  }
  void sweep() {
    for (int row = 0; row < kRows; ++row) {
      const std::string name = "t" + std::to_string(row);
      const bool due = std::any_of(queue_.places.begin(), queue_.places.end(),
                                   [&](const Place& place) { return place.row == name && place.lapsed; });
      if (due) queue_.settle(name);
    }
    run("sweep", {});
    told(Json::object({{"sweep", Json(true)}}));
  }

  Json run(const std::string& function, const Json& input) {
    Json answer;
    bool ended = false;
    database_.run(functionOf(function, input), [&](const Json* said) {
      if (said) answer = *said;
      ended = true;
    });
    while (!ended && agenda_.next(1e15)) {
    }
    return answer;
  }
  Json call(const char* function, const std::string& who, Json input) {
    input.set("actor", Json::object({{"kind", "user"}, {"id", who}})).set("session", who);
    const Json answer = run(function, input);
    told(Json::object({{"call", function}, {"input", input}}));
    return answer;
  }
  /// And how they stand now: [claim, status, position or the place of its grant among all], in the order of the lines.
  void told(Json step) {
    Json expected = Json::array(), there = Json::array();
    for (const Place& place : queue_.places) {
      const double number = place.holds ? place.fence : place.position;
      expected.push(Json::array().push(place.id).push(place.holds ? "active" : "queued").push(number));
    }
    const Json live = liveClaims(database_);
    for (const Json& claim : live.items()) {
      const double number = claim.number(claim.find("position") ? "position" : "fence");
      there.push(Json::array().push(*claim.find("id")).push(*claim.find("status")).push(number));
    }
    if (wrong_.empty() && !same(expected, there))
      wrong_ = writeJson(step) + " left " + writeJson(there) + ", not " + writeJson(expected);
    if (prints_) std::puts(writeJson(step.set("line", std::move(expected))).c_str());
  }

  Random random_;
  const bool prints_;
  Agenda agenda_;
  Database database_;
  Queue queue_;
  std::size_t asked_ = 0;
  std::string wrong_;
};

}  // namespace

std::string runQueues(uint64_t seed, bool prints) { return Queues(seed, prints).run(); }

}  // namespace ablo::sim
