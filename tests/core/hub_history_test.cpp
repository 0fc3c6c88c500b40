// SPDX-License-Identifier: MIT
//
// I11, over random histories: whatever the order in which answers come, get lost or are old, every socket gets the log
// of its organization without gap, repeat or inversion, and once nothing more goes wrong everybody has all of it.
#include <catch2/catch.hpp>

#include "hub_world.h"

using namespace ablo;
using namespace ablo::test;

namespace {

class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed * 2654435761u + 1) {}
  uint32_t roll(uint32_t sides) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<uint32_t>((state_ >> 33) % sides);
  }

 private:
  uint64_t state_;
};

/// A log of commits. A row's id says of which epoch and seq it is, so that whoever gets it can tell.
struct Log {
  uint32_t epoch = 1;
  uint32_t trimmed = 0;
  std::vector<bool> begins;  // does a commit begin at this entry?

  uint32_t head() const { return static_cast<uint32_t>(begins.size()); }
  void commit(uint32_t entries) {
    for (uint32_t i = 0; i < entries; ++i) begins.push_back(i == 0);
  }
  std::string answer(const Question& question) const {
    const std::string place = R"("head":)" + std::to_string(head()) + R"(,"epoch":"e)" + std::to_string(epoch) + "\"";
    if (question.function == "load")
      return R"({"seq":)" + std::to_string(head()) + "," + place + R"(,"models":{},"claims":[]})";
    const auto after = static_cast<uint32_t>(question.input.number("after"));
    uint32_t to = std::min(after + 2, head());
    while (to < head() && !begins[to]) ++to;
    std::string changes;
    for (uint32_t seq = std::max(after, trimmed) + 1; seq <= to; ++seq)
      changes += (changes.empty() ? "" : ",") + (R"({"seq":)" + std::to_string(seq)) +
                 R"(,"kind":"row","op":"update","id":"e)" + std::to_string(epoch) + R"("})";
    return R"({"from":)" + std::to_string(after) + R"(,"to":)" + std::to_string(to) + "," + place + R"(,"trimmed":)" +
           (after < trimmed ? "true" : "false") + R"(,"changes":[)" + changes + "]}";
  }
};

class History {
 public:
  explicit History(uint64_t seed) : dice_(seed) {}

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      step();
      listen();
    }
    settle();
    for (const auto& [socket, person] : people_) {
      CHECK(person.cursor == log_.head());
      CHECK(person.epoch == log_.epoch);
    }
  }

 private:
  struct Person {
    double cursor = -1;
    uint32_t epoch = 0;
    std::size_t read = 0;  // of what it heard
  };
  struct Asked {
    Question question;
    Log log;  // as it was then
  };

  void step() {
    switch (dice_.roll(12)) {
      case 0: return join(-1, 0);
      case 1: return say(R"({"type":"ping"})");
      case 2: return rejoin();
      case 3: return log_.commit(1 + dice_.roll(3));
      case 4: return world_.heads(R"({"acme":)" + std::to_string(log_.head()) + "}");
      case 5:
        if (world_.wake) world_.sleep();
        return;
      case 6:
        if (dice_.roll(8) == 0) restore();
        if (dice_.roll(8) == 0) trim();
        return;
      case 7:
        if (dice_.roll(4) == 0) lose();
        return;
      default: return answer();
    }
  }

  void join(double cursor, uint32_t epoch) {
    const uint32_t socket = ++lastSocket_;
    people_[socket] = {cursor, epoch, 0};
    world_.open(socket);
    std::string resume;
    if (cursor >= 0)
      resume = R"(,"cursor":)" + HubWorld::numberText(cursor) + R"(,"epoch":"e)" + std::to_string(epoch) + "\"";
    world_.say(socket, world_.helloText("s" + std::to_string(socket), resume));
  }
  uint32_t anybody() {
    auto person = people_.begin();
    std::advance(person, dice_.roll(static_cast<uint32_t>(people_.size())));
    return person->first;
  }
  void say(const std::string& frame) {
    if (!people_.empty()) world_.say(anybody(), frame);
  }
  /// Somebody's connection is cut, and they come back.
  void rejoin() {
    if (people_.empty()) return;
    const uint32_t socket = anybody();
    const Person person = people_[socket];
    world_.leave(socket);
    people_.erase(socket);
    join(person.cursor, person.epoch);
  }
  void restore() {
    log_.begins.resize(dice_.roll(log_.head() + 1));
    while (!log_.begins.empty() && !log_.begins.back()) log_.begins.pop_back();
    log_.trimmed = std::min(log_.trimmed, log_.head());
    ++log_.epoch;
  }
  void trim() {
    log_.trimmed += dice_.roll(log_.head() - log_.trimmed + 1);
    while (log_.trimmed < log_.head() && !log_.begins[log_.trimmed]) ++log_.trimmed;
  }

  void collect() {
    while (!world_.questions.empty()) {
      asked_.push_back({world_.questions.front(), log_});
      world_.questions.pop_front();
    }
  }
  Asked pick() {
    const auto place = asked_.begin() + dice_.roll(static_cast<uint32_t>(asked_.size()));
    Asked asked = *place;
    asked_.erase(place);
    return asked;
  }
  void answer() {
    collect();
    if (asked_.empty()) return;
    const Asked asked = pick();
    world_.answer(asked.question, (dice_.roll(2) ? asked.log : log_).answer(asked.question));
  }
  void lose() {
    collect();
    if (!asked_.empty()) world_.fail(pick().question);
  }

  /// Everybody reads what they got, and checks it.
  void listen() {
    for (auto person = people_.begin(); person != people_.end();) {
      const std::vector<Json>& heard = world_.heard[person->first];
      while (person->second.read < heard.size()) hear(person->second, heard[person->second.read++]);
      const bool gone = world_.closings.count(person->first) > 0;
      if (gone) world_.leave(person->first);
      person = gone ? people_.erase(person) : std::next(person);
    }
  }
  void hear(Person& person, const Json& message) {
    if (message.text("type") == "loaded") {
      person.cursor = message.number("seq");
      person.epoch = epochOf(message.text("epoch"));
    }
    if (message.text("type") != "changes") return;
    REQUIRE(message.number("from") == person.cursor);
    for (const Json& change : message.find("changes")->items()) {
      REQUIRE(change.number("seq") == ++person.cursor);
      REQUIRE(epochOf(change.text("id")) == person.epoch);
    }
    REQUIRE(message.number("to") == person.cursor);
  }
  static uint32_t epochOf(std::string_view text) {
    return static_cast<uint32_t>(std::stoul(std::string(text.substr(1))));
  }

  void settle() {
    for (int round = 0; round < 3; ++round) {
      world_.heads(R"({"acme":)" + std::to_string(log_.head()) + "}");
      for (collect(); !asked_.empty(); collect()) {
        const Asked asked = pick();
        world_.answer(asked.question, log_.answer(asked.question));
      }
      listen();
      world_.now += 1000;
    }
  }

  Dice dice_;
  HubWorld world_;
  Log log_;
  std::vector<Asked> asked_;
  std::map<uint32_t, Person> people_;
  uint32_t lastSocket_ = 0;
};

}  // namespace

TEST_CASE("whatever happens, everybody gets the log without gap, repeat or inversion") {
  for (uint64_t seed = 1; seed <= 400; ++seed) {
    INFO("seed " << seed);
    History(seed).run(150);
  }
}
