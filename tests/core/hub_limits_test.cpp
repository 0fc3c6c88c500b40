// SPDX-License-Identifier: MIT
//
// What one socket may have under way: more is refused by name, to that socket alone, and what was taken is done.
#include <catch2/catch.hpp>

#include "hub_world.h"

using namespace ablo;
using namespace ablo::test;

namespace {

std::string create(const std::string& key, const std::string& title = "x") {
  return R"({"type":"commit","key":")" + key +
         R"(","attempt":1,"issuedAt":1,"operations":[{"op":"create","model":"tasks","id":")" + key +
         R"(","data":{"title":")" + title + R"(","status":"todo"}}]})";
}

std::string query(int request) {
  return R"({"type":"query","model":"tasks","request":)" + std::to_string(request) + "}";
}

std::string code(const Json& message) {
  return std::string(message.find("error") ? message.find("error")->text("code") : "");
}

constexpr auto kConfirmed = R"({"head":0,"receipts":[{"status":"confirmed","seq":0}]})";

}  // namespace

TEST_CASE("a socket with too many commits under way is sent away for a while, and those it sent still run") {
  HubWorld world(true, {.commits = 2});
  world.join(1);
  world.join(2);
  world.say(1, create("a"));
  world.say(1, create("b"));
  SECTION("unless receipts came") {
    world.answer(world.take("commit"), kConfirmed);
    world.say(1, create("c"));
    CHECK(world.closings.empty());
  }
  SECTION("whatever others send") {
    world.say(2, create("c"));
    world.say(1, create("d"));
    CHECK(code(world.last(1)) == "too_much_unanswered");
    CHECK(world.closings[1].code == 1013);
    CHECK(!world.closings.count(2));
    world.answer(world.take("commit"), kConfirmed);
    CHECK(world.take("commit").input.find("commits")->items().size() == 2);
  }
}

TEST_CASE("a few large commits are too many as well") {
  HubWorld world(true, {.commitBytes = 1000});
  world.join(1);
  world.say(1, create("a", std::string(2000, 'x')));  // one may always be sent
  CHECK(world.closings.empty());
  world.say(1, create("b"));
  CHECK(world.closings[1].reason == "too_much_unanswered");
}

TEST_CASE("a query or a claim too many is refused, and asked again it is answered") {
  HubWorld world(true, {.requests = 2});
  world.join(1, 3);
  world.say(1, query(1));
  world.say(
      1,
      R"({"type":"claim","request":2,"claim":"00000000-0000-4000-8000-000000000001","model":"tasks","id":"t1","ttl":5000,"action":"edit","wait":true})");
  world.forget();
  world.say(1, query(3));
  CHECK(world.last(1).number("request") == 3);
  CHECK(code(world.last(1)) == "too_much_unanswered");
  world.fail(world.take("claim"));
  world.say(1, query(3));
  world.answer(world.take("read"), R"({"seq": 5, "rows": []})");  // ahead of the stream: it is held, and counts
  world.say(1, query(4));
  CHECK(world.last(1).number("request") == 4);
  CHECK(code(world.last(1)) == "too_much_unanswered");
  world.answer(world.take("changes"), world.changesText(3, 5, 5));
  world.say(1, query(4));
  world.answer(world.take("read"), R"({"seq": 5, "rows": []})");
  world.answer(world.take("read"), R"({"seq": 5, "rows": []})");
  CHECK(world.last(1).number("request") == 4);
  CHECK(world.last(1).find("rows"));
  CHECK(world.closings.empty());
}

TEST_CASE("a renewal too many is left out, and its socket goes on") {
  HubWorld world(true, {.requests = 1});
  world.join(1);
  world.say(1, query(1));
  world.forget();
  world.say(1, R"({"type":"renew","claims":["00000000-0000-4000-8000-000000000001"]})");
  CHECK(world.heard[1].empty());
  CHECK(world.closings.empty());
  world.answer(world.take("read"), R"({"seq": 0, "rows": []})");
  world.say(1, R"({"type":"renew","claims":["00000000-0000-4000-8000-000000000001"]})");
  CHECK(world.asks("renew"));
}

TEST_CASE("a few large questions are too many as well, of a socket and of an organization") {
  const bool own = GENERATE(true, false);
  HubWorld world(true, own ? HubLimits{.commitBytes = 10} : HubLimits{.queuedBytes = 10});
  world.join(1);
  world.join(2);
  world.say(1, query(1));  // one may exceed it
  world.forget();
  world.say(own ? 1 : 2, query(2));
  CHECK(code(world.last(own ? 1 : 2)) == "too_much_unanswered");
  world.answer(world.take("read"), R"({"seq": 0, "rows": []})");
  world.say(2, query(2));
  CHECK(world.asks("read"));
}

TEST_CASE("answers that wait for the stream are not kept without end") {
  HubWorld world(true, {.heldBytes = 10});
  world.join(1, 3);
  world.say(1, query(1));
  world.say(1, query(2));
  world.forget();
  world.answer(world.take("read"), R"({"seq": 5, "rows": []})");
  CHECK(world.heard[1].empty());
  world.answer(world.take("read"), R"({"seq": 5, "rows": []})");
  CHECK(world.last(1).number("request") == 2);
  CHECK(code(world.last(1)) == "too_much_unanswered");
  world.answer(world.take("changes"), world.changesText(3, 5, 5));
  CHECK(world.last(1).number("request") == 1);
  CHECK(world.last(1).find("rows"));
}
