// SPDX-License-Identifier: MIT
//
// A client that loads what it names: what it goes on showing when the server loads it afresh, and how much it keeps.
#include "bench.h"

using namespace ablo;
using namespace ablo::test;

namespace {

const std::string kTodo = R"({"model":"tasks","where":[["status","=","todo"]]})";
const std::string kFresh = R"({"type":"loaded","seq":1,"epoch":"f","models":{},"claims":[]})";

std::string task(const std::string& id, const std::string& title, const std::string& status = "todo") {
  return R"({"id":")" + id + R"(","title":")" + title + R"(","status":")" + status + "\"}";
}
void answer(Bench& bench, double request, int seq, const std::string& rows) {
  bench.say(R"({"type":"answer","request":)" + std::to_string(static_cast<int>(request)) + R"(,"seq":)" +
            std::to_string(seq) + R"(,"rows":[)" + rows + "]}");
}
/// Asks, and has the server answer.
void load(Bench& bench, const std::string& query, const std::string& rows) {
  REQUIRE(*bench.client.load(query, bench.now) != 0);
  answer(bench, bench.heard().number("request"), 5, rows);
}
/// Connected, at seq 5.
struct Agent : Bench {
  Agent() : Bench(false) {
    greet();
    say(R"({"type":"welcome","organization":"acme","epoch":"e","seq":5,"start":"load"})");
    say(R"({"type":"loaded","seq":5,"models":{},"claims":[]})");
  }
};

}  // namespace

TEST_CASE("Rows of a kept query stay on screen while a fresh load is under way") {
  Agent bench;
  load(bench, kTodo, task("t1", "one") + "," + task("t2", "two"));
  load(bench, R"({"model":"tasks","where":[["status","=","done"]],"limit":1})", task("t3", "three", "done"));
  bench.say(changes(
      5, 6, R"({"seq":6,"kind":"row","model":"tasks","op":"create","id":"t4","row":)" + task("t4", "four") + "}"));

  bench.say(kFresh);
  for (const char* id : {"t1", "t2", "t3", "t4"}) CHECK(bench.title(id) != "(none)");
  const Json first = bench.heard(), second = bench.heard();
  const bool firstIsTodo = !first.find("limit");
  bench.say(changes(1, 2, change(2, "t4", "four, changed since")));
  CHECK(bench.title("t4") == "four, changed since");

  // An answer of the restored log is older than what was here, and stands. What it should have named is gone.
  answer(bench, (firstIsTodo ? first : second).number("request"), 1, task("t1", "restored") + "," + task("t4", "old"));
  CHECK(bench.title("t1") == "restored");
  CHECK(bench.title("t2") == "(none)");
  CHECK(bench.title("t4") == "four, changed since");
  CHECK(bench.title("t3") == "three");  // of a query that has no answer yet
  answer(bench, (firstIsTodo ? second : first).number("request"), 1, task("t5", "five", "done"));
  CHECK(bench.title("t3") == "(none)");  // nobody's answer named it
  CHECK(bench.title("t5") == "five");
}

TEST_CASE("A row that no kept query asks for is gone after a fresh load") {
  Agent bench;
  load(bench, kTodo, task("t1", "one"));
  bench.say(changes(
      5, 6,
      R"({"seq":6,"kind":"row","model":"tasks","op":"update","id":"t1","row":)" + task("t1", "one", "done") + "}"));
  CHECK(bench.title("t1") == "one");
  bench.say(kFresh);
  CHECK(bench.title("t1") == "(none)");
}

TEST_CASE("A kept query is asked again on the next connection if nobody answered it after a fresh load") {
  Agent bench;
  load(bench, kTodo, task("t1", "one"));
  bench.say(kFresh);
  bench.heard();
  bench.client.closed(1006, "", bench.now);
  bench.now += 60'000;  // long enough that what was asked is given up
  bench.client.tick(bench.now);
  bench.greetAgain();
  bench.heard();
  bench.say(R"({"type":"welcome","organization":"acme","epoch":"f","seq":1,"start":"resume"})");
  CHECK(bench.title("t1") == "one");
  answer(bench, bench.heard().number("request"), 1, "");
  CHECK(bench.title("t1") == "(none)");
}

TEST_CASE("A client whose question was given up does not take in every change from then on") {
  Agent bench;
  const uint32_t request = *bench.client.load(kTodo, bench.now);
  for (int seconds = 0; seconds < 30; ++seconds) {
    bench.now += 1'000;
    bench.client.tick(bench.now);
    bench.say(R"({"type":"pong"})");
  }
  CHECK(bench.answered[request] == "api_unreachable");
  bench.say(changes(5, 6, change(6, "t1", "one")));
  CHECK(bench.title("t1") == "(none)");
}

TEST_CASE("A client that asks ever new questions keeps the last ones, and those that are listened to") {
  Agent bench;
  const auto query = [](std::size_t i) {
    return R"({"model":"tasks","where":[["id","=","t)" + std::to_string(i) + R"("]]})";
  };
  REQUIRE(bench.client.openQuery(query(0)));
  constexpr std::size_t kAsked = 300;
  for (std::size_t i = 0; i < kAsked; ++i) {
    const std::string id = "t" + std::to_string(i);
    load(bench, query(i), task(id, id));
    if (i > 0) CHECK(*bench.client.load(query(1), bench.now) == 0);  // used all the time
  }
  CHECK(bench.title("t2") == "t2");  // its row is still here, and follows the log
  bench.say(changes(5, 6, change(6, "t2", "renamed")));
  CHECK(bench.title("t2") == "renamed");
  CHECK(*bench.client.load(query(0), bench.now) == 0);
  CHECK(*bench.client.load(query(kAsked - 1), bench.now) == 0);
  CHECK(*bench.client.load(query(2), bench.now) != 0);

  bench.heard();
  bench.say(kFresh);
  std::size_t again = 0;
  for (; !bench.sent.empty(); ++again) bench.heard();
  CHECK(again <= 256);
}
