// SPDX-License-Identifier: MIT
//
// Several rows claimed together: all of them, or none.
#include <set>

#include "bench.h"

using namespace ablo;
using namespace ablo::test;

namespace {

const char* const kBoth =
    R"({"rows":[{"claim":"second","model":"tasks","id":"t2"},{"claim":"first","model":"tasks","id":"t1"}],"ttl":3000,"action":"moving","wait":true)";

/// An entry that says how one of the claims stands.
std::string entry(double seq, const std::string& claim, const std::string& status, int readAt = 3) {
  const std::string row = claim == "first" ? "t1" : "t2";
  return changes(static_cast<int>(seq) - 1, static_cast<int>(seq),
                 R"({"seq":)" + std::to_string(static_cast<int>(seq)) +
                     R"(,"kind":"claim","op":"grant","model":"tasks","id":")" + row + R"(","claim":{"id":")" + claim +
                     R"(","model":"tasks","row":")" + row + R"(","status":")" + status + R"(","fence":7,"readAt":)" +
                     std::to_string(readAt) + R"(,"session":"s1"}})");
}

std::string refusal(uint32_t request) {
  return R"({"type":"answer","request":)" + std::to_string(request) + R"(,"error":{"code":"entity_claimed"}})";
}

uint32_t ask(Bench& bench, const std::string& more = "") {
  bench.connect();
  return *bench.client.claim(kBoth + more + "}", bench.now);
}

}  // namespace

TEST_CASE("Rows are claimed one after the other in an order that does not depend on how they are named") {
  Bench bench;
  const uint32_t request = ask(bench);
  CHECK(bench.heard().text("claim") == "first");
  CHECK(bench.sent.empty());
  bench.say(entry(3, "first", "active"));
  const Json next = bench.heard();
  CHECK(next.text("type") == "claim");
  CHECK(next.text("claim") == "second");
  CHECK(next.text("id") == "t2");
  CHECK(!next.find("rows"));
  CHECK(!bench.answered.count(request));
  bench.say(entry(4, "second", "active"));
  CHECK(bench.answered[request] == "ok");
}

TEST_CASE("When one of several rows is not to be had, what is held of the others is given back") {
  Bench bench;
  const uint32_t request = ask(bench);
  bench.heard();
  bench.say(entry(3, "first", "active"));
  bench.heard();
  SECTION("because somebody else holds it") {
    bench.say(refusal(request));
    CHECK(bench.answered[request] == "entity_claimed");
    CHECK(bench.heard().text("claim") == "first");
  }
  SECTION("because another one of them was lost meanwhile") {
    bench.say(entry(4, "first", "expired"));
    CHECK(bench.answered[request] == "claim_lost");
    const Json released = bench.heard();
    CHECK(released.text("type") == "release");
    CHECK(released.text("claim") == "second");
    bench.write("k1", update("t1", "nobody holds it"));
    CHECK(bench.heard().text("type") == "commit");
  }
  SECTION("because nobody wants them any more") {
    REQUIRE(bench.client.release("first", bench.now));
    bench.drain();
    CHECK(bench.answered[request] == "claim_not_found");
    CHECK(std::set<std::string>{std::string(bench.heard().text("claim")), std::string(bench.heard().text("claim"))} ==
          std::set<std::string>{"first", "second"});
  }
}

TEST_CASE("A load in which one of several rows is held, and another no more, is not a grant of both") {
  Bench bench;
  bench.connect();
  const uint32_t request = *bench.client.claim(
      R"({"rows":[{"claim":"z","model":"tasks","id":"t1"},{"claim":"a","model":"tasks","id":"t2"}],"ttl":3000})",
      bench.now);
  const auto claim = [](const std::string& id, const std::string& row) {
    return R"({"id":")" + id + R"(","model":"tasks","row":")" + row +
           R"(","status":"active","fence":7,"readAt":3,"session":"s1"})";
  };
  const auto load = [&](const std::string& claims) {
    bench.say(R"({"type":"loaded","seq":9,"models":{},"claims":[)" + claims + "]}");
  };
  load(claim("z", "t1"));
  CHECK(bench.answered.empty());
  load(claim("a", "t2"));
  CHECK(bench.answered[request] == "claim_lost");
}

TEST_CASE("The time to wait for several rows is that of all of them together") {
  Bench bench;
  const uint32_t request = ask(bench, R"(,"timeout":1000)");
  bench.heard();
  bench.now += 600;
  bench.say(entry(3, "first", "active"));
  bench.heard();
  bench.now += 600;
  bench.client.tick(bench.now);
  bench.drain();
  CHECK(bench.answered[request] == "grant_timeout");
}

TEST_CASE("Several rows that are being claimed are asked for again on a new connection, those that are held are kept") {
  Bench bench;
  const uint32_t request = ask(bench);
  bench.heard();
  bench.say(entry(3, "first", "active"));
  bench.heard();
  bench.reconnect();
  CHECK(bench.heard().text("type") == "hello");
  bench.say(R"({"type":"welcome","epoch":"e","seq":3,"start":"resume"})");
  std::vector<std::string> said;
  bench.drain();
  for (const Json& frame : bench.sent)
    said.push_back(std::string(frame.text("type")) + " " + std::string(frame.text("claim")));
  CHECK(said == std::vector<std::string>{"claim second", "renew "});
  CHECK(!bench.answered.count(request));
}

TEST_CASE("A claim of no rows, and of rows that cannot be, is refused") {
  Bench bench;
  bench.connect();
  const auto code = [&](const std::string& rows) {
    return bench.client.claim(R"({"ttl":3000,"rows":[)" + rows + "]}", bench.now).error().code;
  };
  CHECK(code("") == ErrorCode::invalid_request);
  CHECK(code(R"({"claim":"a","model":"tasks","id":"t1"},{"claim":"b","model":"nothing","id":"t2"})") ==
        ErrorCode::unknown_model);
  CHECK(code(R"({"claim":"a","model":"tasks","id":"t1"},{"claim":"b","model":"tasks","id":""})") ==
        ErrorCode::invalid_id);
}

TEST_CASE("What is written under several claims goes by what was read when each of them was granted") {
  Bench bench;
  const uint32_t request = ask(bench);
  bench.heard();
  bench.say(entry(3, "first", "active"));
  bench.heard();
  bench.say(changes(3, 8, change(8, "t2", "of somebody else")));
  bench.say(entry(9, "second", "active", 9));
  REQUIRE(bench.answered[request] == "ok");
  bench.write("k1", update("t1", "one") + "," + update("t2", "two") +
                        R"(,{"op":"create","model":"tasks","id":"t3","data":{"title":"new","status":"todo"}})");
  const Json commit = bench.heard();
  const auto& operations = commit.find("operations")->items();
  CHECK(operations[0].number("readAt") == 3);
  CHECK(operations[1].number("readAt") == 9);
  CHECK(!operations[2].find("readAt"));
  CHECK(!commit.find("readAt"));
}

TEST_CASE("Under several claims of a row a write goes by the latest for each field it changes") {
  Bench bench;
  bench.connect();
  const auto holds = [&](int seq, const std::string& claim, const std::string& fields) {
    REQUIRE(bench.client.claim(
        R"({"claim":")" + claim + R"(","model":"tasks","id":"t1","ttl":3000,"action":"x")" + fields + "}", bench.now));
    bench.heard();
    bench.say(changes(seq - 1, seq,
                      R"({"seq":)" + std::to_string(seq) +
                          R"(,"kind":"claim","op":"grant","model":"tasks","id":"t1","claim":{"id":")" + claim +
                          R"(","model":"tasks","row":"t1","status":"active","fence":7,"readAt":)" +
                          std::to_string(seq) + R"(,"session":"s1")" + fields + "}}"));
  };
  const auto goesBy = [&](const std::string& key, const std::string& data, const std::string& options = "") {
    bench.write(key, R"({"op":"update","model":"tasks","id":"t1","data":{)" + data + "}}", options);
    return bench.heard().find("operations")->items()[0].number("readAt");
  };
  holds(3, "title", R"(,"fields":["title"])");
  holds(4, "status", R"(,"fields":["status"])");
  CHECK(goesBy("k1", R"("title":"x")") == 3);
  CHECK(goesBy("k2", R"("status":"done")") == 4);
  CHECK(goesBy("k3", R"("title":"x","status":"done")") == 3);
  holds(5, "all", "");
  CHECK(goesBy("k4", R"("title":"x","status":"done")") == 5);
  CHECK(goesBy("k5", R"("title":"x")", R"(,"claim":"title")") == 3);  // the claim that is named has seen no more
  bench.write("k6", update("t2", "x"), R"(,"claim":"status")");
  CHECK(bench.heard().find("operations")->items()[0].number("readAt") == 4);
}
