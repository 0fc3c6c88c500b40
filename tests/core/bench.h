// SPDX-License-Identifier: MIT
//
// Bench: one client with the test in the server's place, and everything that came out of it so far.
#pragma once

#include <catch2/catch.hpp>
#include <deque>
#include <map>

#include "ablo/client.h"
#include "tasks_schema.h"

namespace ablo::test {

using Record = Client::Record;

/// A client, and everything that came out of it so far.
class Bench {
 public:
  explicit Bench(bool loadAll = true, std::size_t budget = 1u << 30, bool guardsUpdates = false)
      : client({"s1", loadAll, "", budget, guardsUpdates}) {
    REQUIRE(client.defineSchema(test::kTasks));
  }

  Client client;
  double now = 1'700'000'000'000;
  std::deque<Json> sent;                     // frames for the server, oldest first
  std::map<uint32_t, std::string> settled;   // commit → "confirmed", or the code
  std::map<uint32_t, Json> said;             // commit → what was said with that
  std::map<uint32_t, std::string> answered;  // request → "ok", or the code
  std::vector<uint32_t> queries;             // queries whose result changed, at the last drain
  std::vector<std::string> rows;             // ids of rows that changed, at the last drain
  std::vector<std::string> claimed;          // ids of rows whose claims changed, at the last drain
  std::vector<std::string> premises;         // ids of rows that outdated a snapshot
  std::vector<std::string> warnings;
  std::vector<std::string> lost;  // claims
  bool tokenWanted = false, connectWanted = false, disconnected = false;
  double wake = -1;

  void drain(bool mayWarn = false) {
    const Frame& frame = client.drain();
    queries.clear();
    rows.clear();
    claimed.clear();
    const std::vector<uint32_t>& w = frame.words();
    for (std::size_t i = 0; i < w.size();) switch (static_cast<Record>(w[i])) {
        case Record::row:
          rows.push_back(std::string(client.string(w[i + 4])));
          i += 5;
          break;
        case Record::query:
          queries.push_back(w[i + 1]);
          i += 3;
          break;
        case Record::claims:
          claimed.push_back(std::string(client.string(w[i + 2])));
          i += 3;
          break;
        case Record::settled:
          settled[w[i + 1]] = outcome(w[i + 2], "confirmed", frame.text(w[i + 5], w[i + 6]));
          if (w[i + 6] > 0) said[w[i + 1]] = *parseJson(frame.text(w[i + 5], w[i + 6]));
          i += 7;
          break;
        case Record::answered:
          answered[w[i + 1]] = outcome(w[i + 2], "ok", frame.text(w[i + 3], w[i + 4]));
          i += 5;
          break;
        case Record::status: i += 1; break;
        case Record::send:
          sent.push_back(*parseJson(frame.text(w[i + 1], w[i + 2])));
          i += 3;
          break;
        case Record::connect:
          connectWanted = true;
          i += 1;
          break;
        case Record::disconnect:
          disconnected = true;
          i += 2;
          break;
        case Record::wake:
          wake = Frame::number(w[i + 1], w[i + 2]);
          i += 3;
          break;
        case Record::token:
          tokenWanted = true;
          i += 1;
          break;
        case Record::premise:
          premises.push_back(std::string(client.string(w[i + 4])));
          i += 5;
          break;
        case Record::forget:
        case Record::model: i += 2; break;
        case Record::warning:
          warnings.push_back(std::string(frame.text(w[i + 1], w[i + 2])));
          if (!mayWarn) FAIL(warnings.back());
          i += 3;
          break;
        case Record::lost:
          lost.push_back(std::string(frame.text(w[i + 1], w[i + 2])));
          i += 3;
          break;
      }
  }

  void say(const std::string& message) {
    client.receive(message, now);
    drain();
  }
  Json heard() {
    drain();
    REQUIRE_FALSE(sent.empty());
    Json first = sent.front();
    sent.pop_front();
    return first;
  }
  void greet() {
    client.start(now);
    client.tokenReady(now);
    client.opened(now);
    CHECK(heard().text("type") == "hello");
  }
  /// Connected, with two tasks at seq 2.
  void connect() {
    greet();
    say(R"({"type":"welcome","organization":"acme","actor":{"kind":"user","id":"ada"},"epoch":"e","seq":2,"start":"load"})");
    say(R"({"type":"loaded","seq":2,"models":{"tasks":[{"id":"t1","title":"one","status":"todo"},{"id":"t2","title":"two","status":"todo"}]},"claims":[]})");
  }
  void reconnect() {
    client.closed(1006, "", now);
    now = client.status().number("failures") ? now + 200 : now;
    client.nudge(now);
    greetAgain();
  }
  void greetAgain() {
    client.tokenReady(now);
    client.opened(now);
    drain();
  }

  uint32_t write(const std::string& key, const std::string& operation, const std::string& options = "") {
    const Result<uint32_t> commit =
        client.commit(R"({"key":")" + key + R"(","operations":[)" + operation + "]" + options + "}", now);
    REQUIRE(commit);
    drain();
    return *commit;
  }
  std::string title(const std::string& id) {
    const int slot = client.slot(1, id);
    return slot < 0 ? "(none)" : (*client.row(1, static_cast<uint32_t>(slot)))[1].text;
  }

 private:
  static std::string outcome(uint32_t outcome, const char* good, std::string_view text) {
    return outcome == 1 ? good : std::string(parseJson(text)->text("code"));
  }
};

inline std::string update(const std::string& id, const std::string& title) {
  return R"({"op":"update","model":"tasks","id":")" + id + R"(","data":{"title":")" + title + "\"}}";
}
inline std::string change(int seq, const std::string& id, const std::string& title, const std::string& more = "") {
  return R"({"seq":)" + std::to_string(seq) +
         R"(,"kind":"row","model":"tasks","op":"update","fields":["title"],"id":")" + id + R"(","row":{"id":")" + id +
         R"(","title":")" + title + R"(","status":"todo"})" + more + "}";
}
inline std::string changes(int from, int to, const std::string& list) {
  return R"({"type":"changes","from":)" + std::to_string(from) + R"(,"to":)" + std::to_string(to) + R"(,"changes":[)" +
         list + "]}";
}
inline const std::string kOwn = R"(,"session":"s1","key":)";

}  // namespace ablo::test
