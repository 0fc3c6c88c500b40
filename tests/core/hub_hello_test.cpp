// SPDX-License-Identifier: MIT
//
// How a conversation begins and how it is ended: hello, credentials, schemas, and what is no message at all.
#include <catch2/catch.hpp>

#include "hub_world.h"

using namespace ablo;
using namespace ablo::test;

TEST_CASE("a client that starts afresh is welcomed and gets everything") {
  HubWorld world;
  world.open(1);
  CHECK(world.heard[1].empty());
  world.say(1, world.helloText());
  CHECK(world.heard[1].empty());  // not before the database answered: the epoch is the database's

  const Question load = world.take("load");
  CHECK(load.organization == "acme");
  CHECK(load.input.flag("full"));
  world.answer(load, world.loadText(7, R"({"tasks": [{"id": "t1", "title": "a"}]})"));
  REQUIRE(world.types(1) == std::vector<std::string>{"welcome", "loaded"});

  const Json& welcome = world.heard[1][0];
  CHECK(welcome.text("organization") == "acme");
  CHECK(welcome.find("actor")->text("id") == "ada");
  CHECK(welcome.text("epoch") == "e1");
  CHECK(welcome.number("seq") == 7);
  CHECK(welcome.text("start") == "load");
  CHECK(welcome.number("now") == world.now);
  CHECK(!welcome.find("expiresAt"));
  const Json& loaded = world.heard[1][1];
  CHECK(loaded.number("seq") == 7);
  CHECK(loaded.find("models")->find("tasks")->items()[0].text("title") == "a");
  CHECK(loaded.find("claims")->isArray());
}

TEST_CASE("an agent that names what it needs does not get everything") {
  HubWorld world;
  world.open(1);
  world.say(1, R"({"type":"hello","schema":")" + world.schema + R"(","session":"s1","bootstrap":"none"})");
  CHECK(!world.take("load").input.flag("full", true));
}

constexpr const char* kOtherHello = R"({"type":"hello","schema":"0123456789abcdef","session":"s1","bootstrap":"full"})";

TEST_CASE("a client of another schema is sent away by name, and one of a server without any too") {
  HubWorld world;
  world.open(1);
  world.say(1, kOtherHello);
  const Question question = world.take("other_schema");
  CHECK(question.input.text("than") == world.schema);
  CHECK(world.closings.empty());
  world.answer(question, "{}");
  CHECK(world.last(1).find("error")->text("code") == "schema_mismatch");
  CHECK(world.closings[1].code == 4010);

  HubWorld empty(false);
  empty.open(1);
  empty.say(1, kOtherHello);
  empty.answer(empty.take("other_schema"), "{}");
  CHECK(empty.last(1).find("error")->text("code") == "schema_not_pushed");
  CHECK(empty.closings[1].code == 4010);
}

TEST_CASE(
    "a client of a schema that another server pushed a moment ago comes in, and those of the one before are told") {
  HubWorld world;
  world.join(1);
  Hub other;
  const std::string wider = R"({"v":3,"models":{"tasks":{"fields":{"name":{"type":"string"}}}}})";
  const std::string hash = *other.setSchema(wider);
  world.open(2);
  world.say(2, R"({"type":"hello","schema":")" + hash + R"(","session":"s2","bootstrap":"full"})");
  world.answer(world.take("other_schema"), writeJson(Json::object({{"document", wider}})));
  CHECK(world.last(1).find("error")->text("code") == "schema_mismatch");
  CHECK(world.closings[1].code == 4010);
  world.answer(world.take("load"), world.loadText(0));
  CHECK(world.last(2).text("type") == "loaded");
  CHECK(world.closings.count(2) == 0);
}

TEST_CASE("who talks on while its schema is looked for is sent away, and finds it when it comes back") {
  HubWorld world;
  Hub other;
  const std::string wider = R"({"v":3,"models":{"tasks":{"fields":{"name":{"type":"string"}}}}})";
  const std::string hello =
      R"({"type":"hello","schema":")" + *other.setSchema(wider) + R"(","session":"s1","bootstrap":"none"})";
  world.open(1);
  world.say(1, hello);
  world.say(1, "");
  CHECK(world.closings[1].code == 1001);
  world.leave(1);
  world.answer(world.take("other_schema"), writeJson(Json::object({{"document", wider}})));
  CHECK(world.hub.metrics().find(R"("organizations":0)") != std::string::npos);

  world.open(2);
  world.say(2, hello);
  world.answer(world.take("load"), world.loadText(0));
  CHECK(world.types(2) == std::vector<std::string>{"welcome", "loaded"});
}

TEST_CASE("while the database does not say which schema is in force nobody is sent away for good") {
  HubWorld world;
  world.open(1);
  world.say(1, kOtherHello);
  world.fail(world.take("other_schema"));
  CHECK(world.closings[1].code == 1001);

  world.open(2);
  world.say(2, kOtherHello);
  world.leave(2);
  world.answer(world.take("other_schema"), "{}");
  CHECK(world.closings.count(2) == 0);
}

TEST_CASE("a push that a client does not fit sends it away; one that cannot be read changes nothing") {
  HubWorld world;
  world.join(1);
  CHECK(!world.hub.setSchema("{}"));
  world.say(1, R"({"type":"ping"})");
  CHECK(world.last(1).text("type") == "pong");
  REQUIRE(world.hub.setSchema(R"({"v":3,"models":{"tasks":{"fields":{"name":{"type":"string"}}}}})"));
  world.say(2, "");  // drains
  CHECK(world.last(1).find("error")->text("code") == "schema_mismatch");
  CHECK(world.closings[1].code == 4010);
}

TEST_CASE("only the holder of a secret key may name the agent it acts as") {
  HubWorld world;
  world.open(1);
  world.say(1, world.helloText("s1", R"(,"agent":"writer")"));
  CHECK(world.last(1).find("error")->text("code") == "permission_denied");
  CHECK(world.closings[1].code == 4003);

  world.open(
      2,
      R"({"organization":"acme","actor":{"kind":"system","id":"key"},"operations":["*"],"groups":[],"mayNameAgent":true})");
  world.say(2, world.helloText("s2", R"(,"agent":"writer")"));
  world.answer(world.take("load"), world.loadText(0));
  CHECK(world.heard[2][0].find("actor")->text("kind") == "agent");
  CHECK(world.heard[2][0].find("actor")->text("id") == "writer");
}

TEST_CASE("when a credential expires its socket hears nothing more and is closed at once") {
  HubWorld world;
  world.join(1, 0, HubWorld::identity("ada", R"(,"expiresAt":1700000060000)"));
  CHECK(world.heard[1][0].number("expiresAt") == 1'700'000'060'000);
  world.join(2);
  REQUIRE(world.wake);
  CHECK(*world.wake == 1'700'000'060'000);
  world.forget();

  world.heads(R"({"acme": 1})");
  world.now = 1'700'000'060'000;
  SECTION("by the clock") {
    world.sleep();
    CHECK(world.closings[1].code == 4001);
  }
  SECTION("by whatever comes first, should the clock be late") {
    world.answer(world.take("changes"), world.changesText(0, 1, 1));
    CHECK(world.closings[1].code == 4001);
    CHECK(world.last(2).text("type") == "changes");
  }
  CHECK(world.closings[1].reason == "session_expired");
  CHECK(world.heard[1].empty());
}

TEST_CASE("a socket that never says hello is closed") {
  HubWorld world;
  world.open(1);
  world.sleep();
  CHECK(world.closings[1].code == 1001);  // a page that slept in between comes back (simulated history 3711)
}

TEST_CASE("what is no message is named and closes the socket") {
  const auto refused = [](const std::string& frame) {
    HubWorld world;
    world.join(1);
    world.say(1, frame);
    INFO(frame.substr(0, 80));
    CHECK(world.closings[1].code == 4009);
    REQUIRE(world.last(1).text("type") == "error");
    return std::string(world.last(1).find("error")->text("code"));
  };
  CHECK(refused("{") == "invalid_json");
  CHECK(refused("") == "invalid_json");
  CHECK(refused("\xff\xfe") == "invalid_json");
  CHECK(refused("[]") == "invalid_request");
  CHECK(refused("{}") == "invalid_request");
  CHECK(refused(R"({"type":"drop"})") == "invalid_request");
  CHECK(refused(R"({"type":7})") == "invalid_request");
  CHECK(refused(R"({"type":"ping","__proto__":1})") == "invalid_json");
  CHECK(refused(R"({"type":"commit","operations":[]})") == "invalid_request");
  CHECK(refused(R"({"type":"commit","key":"k","attempt":0})") == "invalid_request");
  CHECK(refused(R"({"type":"commit","key":")" + std::string(256, 'k') + R"(","attempt":1})") == "invalid_request");
  CHECK(refused(R"({"type":"query","model":"tasks"})") == "invalid_request");
  CHECK(refused(R"({"type":"claim","request":-1})") == "invalid_request");
  CHECK(refused(R"({"type":"renew","claims":["no uuid"]})") == "invalid_request");
  CHECK(refused(R"({"type":"hello"})") == "invalid_request");
  CHECK(refused(R"({"type":"ping","pad":")" + std::string(262'200, 'x') + "\"}") == "request_too_large");
  CHECK(refused(std::string(40, '[') + std::string(40, ']')) == "request_too_large");
}

TEST_CASE("nothing is served before a hello") {
  HubWorld world;
  world.open(1);
  world.say(1, R"({"type":"ping"})");
  CHECK(world.last(1).find("error")->text("code") == "invalid_request");
  CHECK(world.closings[1].code == 4009);
  world.say(1, world.helloText());  // too late: it is not heard any more
  CHECK(world.questions.empty());
}

TEST_CASE("a client whose load the database does not answer is sent to come back") {
  HubWorld world;
  world.open(1);
  world.say(1, world.helloText());
  world.fail(world.take("load"));
  CHECK(world.closings[1].code == 1011);

  world.open(2);
  world.say(2, world.helloText());
  world.answer(world.take("load"), "{\"seq\": 1");  // cut off
  CHECK(world.closings[2].code == 1011);
}

TEST_CASE("an organization is known as long as somebody is there") {
  HubWorld world;
  CHECK(world.hub.organizations() == "[]");
  world.join(1);
  world.join(
      2, 0,
      R"({"organization":"zoo","actor":{"kind":"user","id":"bob"},"operations":["*"],"groups":[],"mayNameAgent":false})");
  CHECK(world.hub.organizations() == R"(["acme","zoo"])");
  world.leave(1);
  CHECK(world.hub.organizations() == R"(["zoo"])");
  CHECK(world.hub.statistics() == R"({"sockets":1,"commits":0,"rejections":0,"batches":0,"resumes":0,"inFlight":0})");
}

TEST_CASE("a hub that retires gives the receipts of what is under way before it sends its senders away") {
  HubWorld world;
  world.join(1);
  world.join(2);
  const std::string operations = R"("operations":[{"op":"update","model":"tasks","id":"t1","data":{"title":"x"}}]})";
  world.say(1, R"({"type":"commit","key":"a","attempt":1,"issuedAt":1,)" + operations);
  world.say(1, R"({"type":"commit","key":"b","attempt":1,"issuedAt":1,)" + operations);
  world.hub.retire(world.now);
  world.say(1, R"({"type":"ping"})");
  CHECK(world.closings[2].code == 1001);
  CHECK(world.closings.count(1) == 0);
  world.answer(world.take("commit"), R"({"head":1,"receipts":[{"status":"confirmed","seq":1}]})");
  CHECK(world.closings.count(1) == 0);
  world.answer(world.take("commit"), R"({"head":2,"receipts":[{"status":"confirmed","seq":2}]})");
  CHECK(world.last(1).text("key") == "b");
  CHECK(world.closings[1].code == 1001);
}

TEST_CASE("a hub that retires tells everybody to come back and hears nobody") {
  HubWorld world;
  world.join(1);
  world.hub.retire(world.now);
  world.open(2);
  CHECK(world.closings[1].code == 1001);
  CHECK(world.closings[2].code == 1001);
  world.say(1, R"({"type":"ping"})");
  CHECK(world.last(1).text("type") == "loaded");
}
