// SPDX-License-Identifier: MIT
//
// HubWorld: a hub, with the sockets and the database around it played by the test. What the hub wants is kept until the
// test looks: frames by socket, calls until they are answered.
//
//   HubWorld world;
//   world.join(1);                                     // says hello, and answers its load
//   world.say(1, R"({"type":"commit", …})");
//   world.answer(world.take("commit"), R"({"head":1, …})");
//   CHECK(world.last(1).text("type") == "receipt");
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ablo/hub.h"
#include "ablo/json.h"

namespace ablo::test {

inline const std::string kTasksDocument =
    R"({"v":3,"models":{"tasks":{"fields":{
      "title":{"type":"string"},"status":{"type":"enum","enumValues":["todo","done"],"hasDefault":true},
      "points":{"type":"number","isOptional":true},"done":{"type":"boolean","isOptional":true},
      "dueAt":{"type":"date","isOptional":true},"notes":{"type":"json","isOptional":true}}},
    "decks":{"tableName":"slide_decks","fields":{"name":{"type":"string"}}}}})";

struct Question {
  uint32_t request = 0;
  std::string function;
  std::string organization;
  Json input;
};

struct Closing {
  uint32_t code = 0;
  std::string reason;
};

class HubWorld {
 public:
  explicit HubWorld(bool withSchema = true, HubLimits limits = {});

  Hub hub;
  double now = 1'700'000'000'000;
  std::string schema;
  std::string epoch = "e1";
  std::map<uint32_t, std::vector<Json>> heard;
  std::map<uint32_t, std::vector<std::string>> blocks;  // the binary frames
  std::map<uint32_t, Closing> closings;
  std::deque<Question> questions;
  std::vector<std::vector<uint32_t>> audiences;  // the sockets of each send record
  std::optional<double> wake;
  std::map<std::string, double> hints;  // the last that other servers were told

  static std::string identity(const std::string& user = "ada", const std::string& more = "");
  std::string helloText(const std::string& session = "s1", const std::string& more = "") const;

  void open(uint32_t socket, const std::string& who = identity());
  void say(uint32_t socket, const std::string& frame);
  void leave(uint32_t socket);
  void heads(const std::string& heads);
  void hear(const std::string& heads);
  void answer(const Question& question, const std::string& text);
  void fail(const Question& question);
  /// Time passes to the next wake.
  void sleep();

  /// Opens, says hello and gets its load, as of `seq`.
  void join(uint32_t socket, double seq = 0, const std::string& who = identity());

  std::string loadText(double seq, const std::string& models = R"({"tasks":[]})") const;
  /// The answer of ablo.changes: a row's entry for each of from+1 … to, with `more` in each.
  std::string changesText(double from, double to, double head, const std::string& more = "") const;

  /// The oldest unanswered call of a function.
  Question take(const std::string& function);
  bool asks(const std::string& function) const;

  const Json& last(uint32_t socket);
  std::vector<std::string> types(uint32_t socket);
  void forget();

  static std::string numberText(double number);

 private:
  /// Keeps what the hub wants.
  void obey();
};

}  // namespace ablo::test
