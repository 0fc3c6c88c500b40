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

#include <catch2/catch.hpp>

#include <algorithm>
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
  explicit HubWorld(bool withSchema = true, HubLimits limits = {}) : hub(limits) {
    if (withSchema) schema = *hub.setSchema(kTasksDocument);
  }

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

  static std::string identity(const std::string& user = "ada", const std::string& more = "") {
    return R"({"organization":"acme","actor":{"kind":"user","id":")" + user +
           R"("},"operations":["*"],"groups":[],"mayNameAgent":false)" + more + "}";
  }

  std::string helloText(const std::string& session = "s1", const std::string& more = "") const {
    return R"({"type":"hello","schema":")" + schema + R"(","session":")" + session + R"(","bootstrap":"full")" + more +
           "}";
  }

  void open(uint32_t socket, const std::string& who = identity()) {
    act([&] { hub.open(socket, who, now); });
  }
  void say(uint32_t socket, const std::string& frame) {
    act([&] { hub.receive(socket, frame, now); });
  }
  void leave(uint32_t socket) {
    act([&] { hub.closed(socket, now); });
  }
  void heads(const std::string& heads) {
    act([&] { hub.heads(heads, now); });
  }
  void hear(const std::string& heads) {
    act([&] { hub.hear(heads, now); });
  }
  void answer(const Question& question, const std::string& text) {
    act([&] { hub.answer(question.request, true, text, now); });
  }
  void fail(const Question& question) {
    act([&] {
      hub.answer(question.request, false, R"({"error":{"code":"database_unreachable","message":"It is gone."}})", now);
    });
  }
  /// Time passes to the next wake.
  void sleep() {
    REQUIRE(wake);
    now = std::max(now, *wake);
    wake.reset();
    act([&] { hub.tick(now); });
  }

  /// Opens, says hello and gets its load, as of `seq`.
  void join(uint32_t socket, double seq = 0, const std::string& who = identity()) {
    open(socket, who);
    say(socket, helloText("s" + std::to_string(socket)));
    answer(take("load"), loadText(seq));
    REQUIRE(last(socket).text("type") == "loaded");
  }

  std::string loadText(double seq, const std::string& models = R"({"tasks":[]})") const {
    return R"({"seq": )" + numberText(seq) + R"(, "epoch": ")" + epoch + R"(", "claims": [], "models": )" + models +
           "}";
  }

  /// The answer of ablo.changes: a row's entry for each of from+1 … to, with `more` in each.
  std::string changesText(double from, double to, double head, const std::string& more = "") const {
    std::string entries;
    for (double seq = from + 1; seq <= to; ++seq)
      entries += (entries.empty() ? "" : ", ") + (R"({"seq": )" + numberText(seq)) +
                 R"(, "kind": "row", "model": "tasks", "id": "t)" + numberText(seq) +
                 R"(", "op": "update", "after": {"id": "t)" + numberText(seq) +
                 R"("}, "before": {}, "fields": ["title"], "actor": {"kind": "user", "id": "ada"}, )" +
                 R"("session": "s1", "commitKey": "k", "operationIndex": 0, "at": 5)" + more + "}";
    return R"({"from": )" + numberText(from) + R"(, "to": )" + numberText(to) + R"(, "head": )" + numberText(head) +
           R"(, "epoch": ")" + epoch + R"(", "changes": [)" + entries + "]}";
  }

  /// The oldest unanswered call of a function.
  Question take(const std::string& function) {
    const auto found = std::find_if(questions.begin(), questions.end(),
                                    [&](const Question& question) { return question.function == function; });
    INFO("no call of " << function);
    REQUIRE(found != questions.end());
    Question question = *found;
    questions.erase(found);
    return question;
  }
  bool asks(const std::string& function) const {
    return std::any_of(questions.begin(), questions.end(),
                       [&](const Question& question) { return question.function == function; });
  }

  const Json& last(uint32_t socket) {
    REQUIRE(!heard[socket].empty());
    return heard[socket].back();
  }
  std::vector<std::string> types(uint32_t socket) {
    std::vector<std::string> types;
    for (const Json& message : heard[socket]) types.emplace_back(message.text("type"));
    return types;
  }
  void forget() {
    heard.clear();
    blocks.clear();
    audiences.clear();
  }

  static std::string numberText(double number) { return writeJson(Json(number)); }

 private:
  template <class Event>
  void act(Event event) {
    event();
    const Frame& frame = hub.drain();
    const std::vector<uint32_t>& words = frame.words();
    std::size_t at = 0;
    const auto word = [&] { return words.at(at++); };
    const auto text = [&] {
      const uint32_t offset = word();
      return std::string(frame.text(offset, word()));
    };
    while (at < words.size()) switch (static_cast<Hub::Record>(word())) {
        case Hub::Record::send: {
          const bool isBinary = static_cast<Hub::Payload>(word()) == Hub::Payload::binary;
          std::vector<uint32_t> sockets(word());
          const std::string bytes = text();
          const Result<Json> message = isBinary ? Json() : parseJson(bytes, kTrustedJson);
          REQUIRE(message);
          for (uint32_t& socket : sockets) {
            socket = word();
            REQUIRE(!closings.count(socket));  // nothing is sent after a close
            if (isBinary)
              blocks[socket].push_back(bytes);
            else
              heard[socket].push_back(*message);
          }
          audiences.push_back(std::move(sockets));
          break;
        }
        case Hub::Record::call: {
          Question question{word(), text(), text(), {}};
          const Result<Json> input = parseJson(text(), kTrustedJson);
          REQUIRE(input);
          question.input = *input;
          questions.push_back(std::move(question));
          break;
        }
        case Hub::Record::close: {
          const uint32_t socket = word();
          const uint32_t code = word();
          closings[socket] = {code, text()};
          break;
        }
        case Hub::Record::wake: {
          const uint32_t low = word();
          wake = Frame::number(low, word());
          break;
        }
        case Hub::Record::log: text(); break;
        case Hub::Record::hint: {
          const uint32_t low = word();
          const double head = Frame::number(low, word());
          hints[text()] = head;
          break;
        }
      }
  }
};

}  // namespace ablo::test
