// SPDX-License-Identifier: MIT
//
// What a client asks for and is answered: queries, which never run ahead of the stream, and claims.
#include <catch2/catch.hpp>

#include "hub_world.h"

using namespace ablo;
using namespace ablo::test;

namespace {

constexpr auto kQuery = R"({"type":"query","request":5,"model":"tasks","where":[["id","=","t1"]]})";
constexpr auto kClaim =
    R"({"type":"claim","request":6,"claim":"00000000-0000-4000-8000-000000000001","model":"tasks","id":"t1","ttl":5000,"action":"edit","wait":true,"actor":{"id":"eve"}})";

std::string refusal(HubWorld& world, const std::string& frame) {
  world.say(1, frame);
  const Json& answer = world.last(1);
  CHECK(answer.text("type") == "answer");
  return std::string(answer.find("error") ? answer.find("error")->text("code") : "");
}

}  // namespace

TEST_CASE("a query is answered by the database") {
  HubWorld world;
  world.join(1, 3);
  world.say(1, kQuery);
  const Question read = world.take("read");
  CHECK(read.input.text("statement").find("$2->>0") != std::string_view::npos);
  CHECK(read.input.find("params")->items()[0].asString() == "t1");
  world.answer(read, R"({"seq": 3, "rows": [{"id": "t1"}]})");
  CHECK(world.last(1).number("request") == 5);
  CHECK(world.last(1).find("rows")->items()[0].text("id") == "t1");
}

TEST_CASE("an answer that is ahead of the stream waits for it") {
  HubWorld world;
  world.join(1, 3);
  world.forget();
  world.say(1, kQuery);
  world.answer(world.take("read"), R"({"seq": 5, "rows": []})");
  CHECK(world.heard[1].empty());
  world.answer(world.take("changes"), world.changesText(3, 4, 5));
  CHECK(world.types(1) == std::vector<std::string>{"changes"});
  world.answer(world.take("changes"), world.changesText(4, 5, 5));
  CHECK(world.types(1) == std::vector<std::string>{"changes", "changes", "answer"});
}

TEST_CASE("an answer that waited for a log that was replaced says so") {
  HubWorld world;
  world.join(1, 3);
  world.say(1, kQuery);
  world.say(1, R"({"type":"query","request":7,"model":"tasks"})");
  world.answer(world.take("read"), R"({"seq": 5, "rows": []})");
  world.epoch = "e2";
  world.answer(world.take("changes"), world.changesText(3, 3, 1));
  CHECK(world.last(1).number("request") == 5);
  CHECK(world.last(1).find("error")->text("code") == "log_epoch_changed");
  world.answer(world.take("read"), R"({"seq": 5, "rows": []})");
  CHECK(world.last(1).number("request") == 7);
  CHECK(world.last(1).find("error")->text("code") == "log_epoch_changed");
}

TEST_CASE("what was granted in a log that was replaced is not told as granted") {
  HubWorld world;
  world.join(1, 3);
  world.say(1, kClaim);
  world.say(1, kQuery);
  world.epoch = "e2";
  world.answer(world.take("read"), R"({"seq": 5, "rows": []})");
  world.answer(world.take("changes"), world.changesText(3, 3, 1));
  world.answer(world.take("claim"), R"({"claim": {"id": "c", "status": "active", "readAt": 1}, "head": 1})");
  CHECK(world.last(1).find("error")->text("code") == "log_epoch_changed");
}

TEST_CASE("a query that was asked while loading is answered after the load") {
  HubWorld world;
  world.open(1);
  world.say(1, world.helloText());
  world.say(1, kQuery);
  world.answer(world.take("read"), R"({"seq": 0, "rows": []})");
  CHECK(world.heard[1].empty());
  world.answer(world.take("load"), world.loadText(0));
  CHECK(world.types(1) == std::vector<std::string>{"welcome", "loaded", "answer"});
}

TEST_CASE("a query that cannot be is refused by name, and one the database did not answer too") {
  HubWorld world;
  world.join(1);
  CHECK(refusal(world, R"({"type":"query","request":1,"model":"task"})") == "unknown_model");
  CHECK(refusal(world, R"({"type":"query","request":1,"model":"tasks","where":[["titel","=","x"]]})") ==
        "unknown_field");
  CHECK(refusal(world, R"({"type":"query","request":1,"model":"tasks","where":[["title","~","x"]]})") ==
        "query_unsupported_operator");
  CHECK(world.questions.empty());
  world.say(1, kQuery);
  world.fail(world.take("read"));
  CHECK(world.last(1).find("error")->text("code") == "database_unreachable");
}

TEST_CASE("a claim is asked for in the name of who is connected, and its answer moves the stream") {
  HubWorld world;
  world.join(1);
  world.say(1, kClaim);
  const Question claim = world.take("claim");
  CHECK(claim.input.find("actor")->text("id") == "ada");
  CHECK(claim.input.text("session") == "s1");
  CHECK(claim.input.text("action") == "edit");
  CHECK(claim.input.flag("wait"));
  CHECK(!claim.input.find("request"));
  world.answer(claim, R"({"claim": {"id": "c1", "status": "active"}, "head": 1})");
  CHECK(world.last(1).number("request") == 6);
  CHECK(world.last(1).find("claim")->text("status") == "active");
  CHECK(world.take("changes").input.number("after") == 0);
}

TEST_CASE("a claim is refused by name, here or by the database") {
  HubWorld world;
  world.join(1);
  const std::string id = R"("claim":"00000000-0000-4000-8000-000000000001")";
  CHECK(refusal(world, R"({"type":"claim","request":1,"model":"task"})") == "unknown_model");
  CHECK(refusal(world, R"({"type":"claim","request":1,"model":"tasks","claim":"x"})") == "invalid_request");
  CHECK(refusal(world, R"({"type":"claim","request":1,"model":"tasks","id":"",)" + id + "}") == "invalid_id");
  CHECK(refusal(world, R"({"type":"claim","request":1,"model":"tasks","id":"t","ttl":10,)" + id + "}") ==
        "duration_invalid");
  CHECK(refusal(world,
                R"({"type":"claim","request":1,"model":"tasks","id":"t","ttl":100,"action":"e","fields":["nope"],)" +
                    id + "}") == "unknown_field");
  CHECK(world.questions.empty());
  world.say(1, kClaim);
  world.answer(world.take("claim"), R"({"error": {"code": "queue_too_deep", "message": "Too many."}})");
  CHECK(world.last(1).find("error")->text("code") == "queue_too_deep");
}

TEST_CASE("a release is answered, a renewal is not, and both are in the name of who is connected") {
  HubWorld world;
  world.join(1);
  world.say(1, R"({"type":"release","request":8,"claim":"00000000-0000-4000-8000-000000000001"})");
  const Question release = world.take("release");
  CHECK(release.input.find("actor")->text("id") == "ada");
  world.answer(release, R"({"head": 0})");
  CHECK(world.last(1).number("request") == 8);

  world.forget();
  world.say(1, R"({"type":"renew","claims":["00000000-0000-4000-8000-000000000001"]})");
  const Question renew = world.take("renew");
  CHECK(renew.input.find("claims")->items().size() == 1);
  world.answer(renew, R"({"renewed": []})");
  CHECK(world.heard[1].empty());
}

TEST_CASE("a renewal with the number of a request is answered with how each claim stands") {
  HubWorld world;
  world.join(1);
  world.say(1, R"({"type":"renew","request":4,"claims":["00000000-0000-4000-8000-000000000001"]})");
  const Question beat = world.take("heartbeat");
  CHECK(beat.input.find("actor")->text("id") == "ada");
  world.answer(beat, R"({"claims": [{"id": "c1", "status": "expired"}]})");
  CHECK(world.last(1).number("request") == 4);
  CHECK(world.last(1).find("claims")->items()[0].text("status") == "expired");
}
