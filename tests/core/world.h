// SPDX-License-Identifier: MIT
//
// World: any number of real clients and one real hub over a tiny database, in one process and without a clock. Frames and
// calls travel when step() is called; cutting a socket loses what was under way on it.
#pragma once

#include <catch2/catch.hpp>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "ablo/client.h"
#include "ablo/hub.h"
#include "tasks_schema.h"
#include "tiny_database.h"

namespace ablo::test {

class World {
 public:
  struct Person {
    std::string name;
    std::unique_ptr<Client> client;
    uint32_t socket = 0;  // 0: not connected
    std::deque<std::string> toServer;
    std::deque<std::string> toClient;
    std::map<uint32_t, std::string> settled, answered;  // outcome or code
  };

  World() { startServer(); }

  Person& join(const std::string& name, bool loadAll = true) {
    people_.push_back(std::make_unique<Person>());
    Person& person = *people_.back();
    person.name = name;
    person.client = std::make_unique<Client>(ClientOptions{name + "-session", loadAll, ""});
    REQUIRE(person.client->defineSchema(kTasks));
    person.client->start(now);
    settle();
    return person;
  }

  /// The server dies: sockets, batches under way and whatever it had in mind. What it committed stays.
  void killServer() {
    hub_.reset();
    calls_.clear();
    for (auto& person : people_) cut(*person);
  }
  void startServer() {
    hub_ = std::make_unique<Hub>();
    REQUIRE(hub_->setSchema(kTasks));
  }
  void cut(Person& person) {
    if (!person.socket) return;
    if (hub_) hub_->closed(person.socket, now);
    person.socket = 0;
    person.toServer.clear();
    person.toClient.clear();
    person.client->closed(1006, "", now);
  }

  /// Everything that can happen without time passing, happens.
  void settle() {
    for (int round = 0; round < 1000; ++round)
      if (!step()) return;
    FAIL("it does not come to rest");
  }
  void pass(double milliseconds) {
    for (double end = now + milliseconds; now < end;) {
      now += std::min(100.0, end - now);
      database.now = now;
      for (auto& person : people_) person->client->tick(now);
      if (hub_) hub_->tick(now);
      settle();
    }
  }
  /// The server looks what others wrote to the database.
  void poll() {
    hub_->heads(R"({"acme":)" + std::to_string(static_cast<int>(database.head())) + "}", now);
    settle();
  }

  uint32_t write(Person& person, const std::string& key, const std::string& op, const std::string& id,
                 const std::string& data, const std::string& more = "") {
    const Result<uint32_t> commit =
        person.client->commit(R"({"key":")" + key + R"(","operations":[{"op":")" + op + R"(","model":"tasks","id":")" +
                                  id + R"(","data":)" + data + "}]" + more + "}",
                              now);
    REQUIRE(commit);
    return *commit;
  }
  static std::string title(const Person& person, const std::string& id) {
    const int slot = person.client->slot(1, id);
    return slot < 0 ? "(none)" : (*person.client->row(1, static_cast<uint32_t>(slot)))[1].text;
  }

  TinyDatabase database;
  double now = 1'700'000'000'000;
  double credentialsLast = 0;  // ms; 0: for ever
  bool loseAnswers = false;    // the database decides, and its word does not arrive

 private:
  struct Call {
    uint32_t request;
    std::string function, input;
  };

  bool step() {
    bool moved = false;
    for (auto& person : people_) moved |= listen(*person);
    for (auto& person : people_) {
      while (person->socket && !person->toServer.empty()) {
        const std::string frame = take(person->toServer);
        hub_->receive(person->socket, frame, now);
        moved = true;
      }
    }
    if (hub_) moved |= obey();
    while (hub_ && !calls_.empty()) {
      const Call call = calls_.front();
      calls_.pop_front();
      const std::string answer = database.call(call.function, *parseJson(call.input));
      if (!loseAnswers) hub_->answer(call.request, true, answer, now);
      moved = true;
    }
    for (auto& person : people_)
      while (!person->toClient.empty()) {
        const std::string frame = take(person->toClient);
        person->client->receive(frame, now);
        moved = true;
      }
    return moved;
  }

  static std::string take(std::deque<std::string>& frames) {
    std::string frame = std::move(frames.front());
    frames.pop_front();
    return frame;
  }

  void connect(Person& person) {
    if (!hub_) {
      person.client->closed(1006, "connection refused", now);
      return;
    }
    person.socket = ++lastSocket_;
    Json identity = Json::object({{"organization", "acme"},
                                  {"actor", Json::object({{"kind", "user"}, {"id", person.name}})},
                                  {"groups", Json::array({"org:acme"})},
                                  {"operations", Json::array({"*"})}});
    if (credentialsLast > 0) identity.set("expiresAt", now + credentialsLast);
    hub_->open(person.socket, writeJson(identity), now);
    person.client->opened(now);
  }

  bool listen(Person& person) {
    const Frame& frame = person.client->drain();
    const std::vector<uint32_t> w = frame.words();
    const std::string bytes = frame.bytes();
    const auto text = [&](std::size_t at) { return bytes.substr(w[at], w[at + 1]); };
    const auto outcome = [&](std::size_t at, uint32_t outcome) {
      return outcome == 1 ? "ok" : std::string(parseJson(text(at))->text("code"));
    };
    for (std::size_t i = 0; i < w.size();) switch (static_cast<Client::Record>(w[i])) {
        case Client::Record::row: i += 5; break;
        case Client::Record::query: i += 3; break;
        case Client::Record::claims: i += 3; break;
        case Client::Record::settled:
          person.settled[w[i + 1]] = outcome(i + 5, w[i + 2]);
          i += 7;
          break;
        case Client::Record::answered:
          person.answered[w[i + 1]] = outcome(i + 3, w[i + 2]);
          i += 5;
          break;
        case Client::Record::status: i += 1; break;
        case Client::Record::send:
          if (person.socket) person.toServer.push_back(text(i + 1));
          i += 3;
          break;
        case Client::Record::connect:
          connect(person);
          i += 1;
          break;
        case Client::Record::disconnect:
          if (person.socket) {
            while (!person.toServer.empty()) hub_->receive(person.socket, take(person.toServer), now);
            hub_->closed(person.socket, now);
            person.socket = 0;
          }
          i += 2;
          break;
        case Client::Record::wake: i += 3; break;
        case Client::Record::token:
          person.client->tokenReady(now);
          i += 1;
          break;
        case Client::Record::premise: i += 5; break;
        case Client::Record::forget:
        case Client::Record::model: i += 2; break;
        case Client::Record::warning: FAIL(text(i + 1)); break;
        case Client::Record::lost: i += 3; break;
      }
    return !w.empty();
  }

  /// Does what the hub wants done.
  bool obey() {
    const Frame& frame = hub_->drain();
    const std::vector<uint32_t>& w = frame.words();
    for (std::size_t i = 0; i < w.size();) switch (static_cast<Hub::Record>(w[i])) {
        case Hub::Record::send:
          for (uint32_t n = 0; n < w[i + 2]; ++n)
            for (auto& person : people_)
              if (person->socket == w[i + 5 + n]) person->toClient.emplace_back(frame.text(w[i + 3], w[i + 4]));
          i += 5 + w[i + 2];
          break;
        case Hub::Record::call:
          calls_.push_back(
              {w[i + 1], std::string(frame.text(w[i + 2], w[i + 3])), std::string(frame.text(w[i + 6], w[i + 7]))});
          i += 8;
          break;
        case Hub::Record::close:
          for (auto& person : people_)
            if (person->socket == w[i + 1])
              closing_.push_back(
                  {person.get(), static_cast<int>(w[i + 2]), std::string(frame.text(w[i + 3], w[i + 4]))});
          i += 5;
          break;
        case Hub::Record::wake: i += 3; break;
        case Hub::Record::log: i += 3; break;
        case Hub::Record::hint: i += 5; break;
      }
    const bool moved = !w.empty();
    for (auto& [person, code, reason] : std::exchange(closing_, {})) {
      while (!person->toClient.empty()) person->client->receive(take(person->toClient), now);
      hub_->closed(person->socket, now);
      person->socket = 0;
      person->client->closed(code, reason, now);
    }
    return moved;
  }

  std::vector<std::unique_ptr<Person>> people_;
  std::unique_ptr<Hub> hub_;
  std::deque<Call> calls_;
  std::vector<std::tuple<Person*, int, std::string>> closing_;
  uint32_t lastSocket_ = 0;
};

}  // namespace ablo::test
