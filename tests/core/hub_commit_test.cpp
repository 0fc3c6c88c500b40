// SPDX-License-Identifier: MIT
//
// Commits on their way to the database: what is refused before it, and what a lost answer means.
#include "hub_commits.h"

using namespace ablo;
using namespace ablo::test;

TEST_CASE("a commit reaches the database with who sent it, and its receipt comes before its changes") {
  HubWorld world;
  world.join(1);
  world.forget();
  world.say(
      1, update("k1", "t1", R"(,"readAt":0,"onStale":"reject","actor":{"kind":"user","id":"eve"},"session":"other")"));
  const Question batch = world.take("commit");
  const Json& commit = batch.input.find("commits")->items()[0];
  CHECK(commit.find("actor")->text("id") == "ada");
  CHECK(commit.text("session") == "s1");
  CHECK(writeJson(*commit.find("premises")) ==
        R"([{"model":"tasks","id":"t1","readAt":0,"onStale":"reject","fields":["title"],"operation":0}])");
  CHECK(!commit.find("onBehalfOf"));
  CHECK(commit.find("operations")->items()[0].find("data")->text("title") == "x");
  CHECK(!batch.input.find("patient"));

  world.answer(batch, verdicts({"confirmed"}, 1));
  world.answer(world.take("changes"), world.changesText(0, 1, 1));
  CHECK(world.types(1) == std::vector<std::string>{"receipt", "changes"});
  CHECK(world.heard[1][0].text("key") == "k1");
  CHECK(world.heard[1][0].text("status") == "confirmed");
  CHECK(world.heard[1][0].number("seq") == 1);
}

TEST_CASE("the log's new entries may come with the answer, and then nobody is asked for them") {
  HubWorld world;
  world.join(1, 5);
  world.join(2, 5);
  const auto answer = [&](double from, double to) {
    std::string text = verdicts({"confirmed"}, to);
    text.pop_back();
    return text + R"(,"page":)" + world.changesText(from, to, to) + "}";
  };
  world.forget();
  world.say(1, update("k1", "t1"));
  Question batch = world.take("commit");
  CHECK(batch.input.number("after") == 5);
  world.answer(batch, answer(5, 6));
  CHECK(world.types(1) == std::vector<std::string>{"receipt", "changes"});
  CHECK(world.types(2) == std::vector<std::string>{"changes"});
  CHECK(world.last(2).number("from") == 5);
  CHECK(world.last(2).number("to") == 6);
  CHECK(!world.asks("changes"));

  SECTION("what was published meanwhile is not published again") {
    world.say(1, update("k2", "t1"));
    batch = world.take("commit");
    world.heads(R"({"acme": 7})");
    world.answer(world.take("changes"), world.changesText(6, 7, 7));
    world.answer(batch, answer(6, 8));
    CHECK(world.last(2).number("from") == 7);
    CHECK(world.last(2).find("changes")->items().size() == 1);
    CHECK(!world.asks("changes"));
  }
  SECTION("a page that is being read comes first") {
    world.say(1, update("k2", "t1"));
    batch = world.take("commit");
    world.heads(R"({"acme": 7})");
    const Question page = world.take("changes");
    world.answer(batch, answer(6, 8));
    CHECK(world.last(2).number("to") == 6);
    world.answer(page, world.changesText(6, 7, 7));
    CHECK(world.last(2).number("to") == 7);
    world.answer(world.take("changes"), world.changesText(7, 8, 8));
    CHECK(world.last(2).number("to") == 8);
  }
  SECTION("a page of another log, or one that is no page, is left aside: it is asked for") {
    world.say(1, update("k2", "t1"));
    batch = world.take("commit");
    const std::string epoch = std::exchange(world.epoch, "e2");
    const std::string other = answer(6, 7);
    world.epoch = epoch;
    const bool broken = GENERATE(false, true);
    world.answer(batch, broken ? R"({"head":7,"receipts":[{"status":"confirmed","seq":7}],"page":{"from":6}})" : other);
    CHECK(world.last(1).text("type") == "receipt");
    world.answer(world.take("changes"), world.changesText(6, 7, 7));
    CHECK(world.last(2).number("to") == 7);
  }
}

TEST_CASE("what cannot be is refused by name and never reaches the database") {
  HubWorld world;
  world.join(1);
  const auto refused = [&](const std::string& rest) {
    world.say(1, R"({"type":"commit","key":"k","attempt":2,)" + rest + "}");
    INFO(rest);
    CHECK(world.questions.empty());
    CHECK(world.last(1).text("status") == "rejected");
    CHECK(world.last(1).number("attempt") == 2);
    const Json* error = world.last(1).find("error");
    return error ? std::string(error->text("code")) : std::string();
  };
  const auto operation = [&](const std::string& json) {
    return refused(R"("issuedAt":1,"operations":[)" + json + "]");
  };

  CHECK(operation(R"({"op":"update","model":"task","id":"t1","data":{}})") == "unknown_model");
  CHECK(operation(R"({"op":"update","model":"tasks","id":"t1","data":{"titel":"x"}})") == "unknown_field");
  CHECK(operation(R"({"op":"update","model":"tasks","id":"t1","data":{"title":7}})") == "wrong_type");
  CHECK(operation(R"({"op":"create","model":"tasks","id":"t1","data":{"status":"todo"}})") ==
        "model_required_field_missing");
  CHECK(operation(R"({"op":"update","model":"tasks","id":"","data":{}})") == "invalid_id");
  CHECK(operation(R"({"op":"upsert","model":"tasks","id":"t1","data":{}})") == "invalid_request");
  CHECK(refused(R"("issuedAt":1,"operations":[])") == "commit_operation_required");
  CHECK(refused(R"("issuedAt":1)") == "commit_operation_required");
  const std::string one = R"({"op":"delete","model":"tasks","id":"t1"})";
  std::string many = one;
  for (int i = 0; i < 500; ++i) many += "," + one;
  CHECK(operation(many) == "commit_too_many_operations");
  CHECK(refused(R"("operations":[)" + one + "]") == "write_options_invalid");
  CHECK(refused(R"("issuedAt":1,"onStale":"maybe","operations":[)" + one + "]") == "write_options_invalid");
  CHECK(refused(R"("issuedAt":1,"readAt":1.5,"operations":[)" + one + "]") == "write_options_invalid");
  CHECK(refused(R"("issuedAt":1,"claims":[{"id":"c"}],"operations":[)" + one + "]") == "write_options_invalid");
  CHECK(world.closings.empty());
}

TEST_CASE("a credential is held to its operations") {
  HubWorld world;
  world.join(
      1, 0,
      R"({"organization":"acme","actor":{"kind":"agent","id":"a"},"operations":["tasks.update"],"groups":[],"mayNameAgent":false})");
  world.say(
      1,
      R"({"type":"commit","key":"k","attempt":1,"issuedAt":1,"operations":[{"op":"delete","model":"tasks","id":"t1"}]})");
  CHECK(world.last(1).find("error")->text("code") == "permission_denied");
  world.say(1, update("k2", "t1"));
  CHECK(keysOf(world.take("commit")) == Keys{"k2"});
  world.say(
      1,
      R"({"type":"commit","key":"k3","attempt":1,"issuedAt":1,"operations":[{"op":"archive","model":"tasks","id":"t2"}]})");
  CHECK(world.last(1).text("key") != "k3");  // to archive is to update
}

TEST_CASE("whoever's credential was revoked is sent away by name, and its commits are answered by nobody") {
  HubWorld world;
  world.join(1, 0, HubWorld::identity("ada", R"(,"credential":"c1")"));
  world.join(2);
  world.forget();
  world.say(1, update("first", "t0"));
  const Question first = world.take("commit");
  CHECK(first.input.find("commits")->items()[0].text("credential") == "c1");
  world.say(1, update("a", "t1"));
  world.say(2, update("b", "t2"));
  world.answer(first, verdicts({"confirmed"}, 0));
  world.forget();
  const Question batch = world.take("commit");
  CHECK(!batch.input.find("commits")->items()[1].find("credential"));
  world.answer(batch, verdicts({"revoked", "confirmed"}, 1));
  CHECK(world.types(1) == std::vector<std::string>{"error"});
  CHECK(world.last(1).find("error")->text("code") == "apikey_revoked");
  CHECK(world.closings[1].code == 4001);
  CHECK(world.heard[2][0].text("status") == "confirmed");
}

TEST_CASE("a batch whose answer was lost is sent again as it was, and nobody is told anything") {
  HubWorld world;
  world.join(1);
  world.forget();
  world.say(1, update("first", "t0"));
  world.say(1, update("a", "t1"));
  world.say(1, update("b", "t2"));
  world.answer(world.take("commit"), verdicts({"confirmed"}, 0));
  const Question batch = world.take("commit");
  world.say(1, update("c", "t3"));
  world.forget();
  world.fail(batch);
  CHECK(!world.asks("commit"));
  world.sleep();
  const Question again = world.take("commit");
  CHECK(keysOf(again) == keysOf(batch));
  CHECK(world.heard[1].empty());
  world.answer(again, verdicts({"confirmed", "rejected"}, 1));
  CHECK(world.types(1) == std::vector<std::string>{"receipt", "receipt"});
  CHECK(keysOf(world.take("commit")) == Keys{"c"});
}

TEST_CASE("a batch that never gets an answer is taken apart, and only who is to blame has to ask again") {
  HubWorld world;
  world.join(1);
  world.join(2);
  world.say(1, update("first", "t0"));
  world.say(1, update("poison", "t1"));
  world.say(1, update("behind", "t2"));
  world.say(2, update("good", "t3"));
  world.answer(world.take("commit"), verdicts({"confirmed"}, 0));
  for (int i = 0; i < 4; ++i) {
    if (i > 0) world.sleep();
    world.fail(world.take("commit"));
  }
  const Question poison = world.take("commit");
  const Question good = world.take("commit");
  CHECK(keysOf(poison) == Keys{"poison"});
  CHECK(keysOf(good) == Keys{"good"});
  CHECK(!world.asks("commit"));  // behind waits for poison
  world.answer(good, verdicts({"confirmed"}, 1));
  CHECK(world.last(2).text("status") == "confirmed");

  world.fail(poison);
  world.say(1, update("later", "t4"));  // of the same session: it may not overtake
  for (int i = 0; i < 3; ++i) {
    CHECK(world.closings.empty());
    world.sleep();
    world.fail(world.take("commit"));
  }
  CHECK(world.closings[1].code == 1011);
  CHECK(!world.closings.count(2));
  CHECK(!world.asks("commit"));
  CHECK(world.hub.statistics().find(R"("sockets":1)") != std::string::npos);
}

TEST_CASE("a receipt of a log that was replaced meanwhile is not given: the next log is asked") {
  HubWorld world;
  world.join(1, 9);
  world.say(1, update("k1", "t1"));
  const Question first = world.take("commit");
  world.heads(R"({"acme": 4})");
  world.epoch = "e2";
  world.answer(world.take("changes"), world.changesText(9, 9, 4));
  world.answer(world.take("load"), world.loadText(4));
  world.forget();
  world.answer(first, R"({"head":10,"receipts":[{"status":"confirmed","seq":10}]})");
  CHECK(world.heard[1].empty());
  world.sleep();
  world.answer(world.take("commit"), R"({"head":5,"receipts":[{"status":"confirmed","seq":5}]})");
  CHECK(world.last(1).number("seq") == 5);
}

TEST_CASE("commits of a socket that has gone still run, and the organization stays until they have") {
  HubWorld world;
  world.join(1);
  world.say(1, update("a", "t1"));
  world.say(1, update("b", "t1"));
  world.leave(1);
  CHECK(world.hub.organizations() == "[]");
  world.answer(world.take("commit"), verdicts({"confirmed"}, 1));
  world.answer(world.take("commit"), verdicts({"confirmed"}, 2));
  CHECK(!world.asks("changes"));  // nobody is there to be told
  CHECK(world.hub.statistics().find(R"("inFlight":0)") != std::string::npos);
}

TEST_CASE("what a session still has waiting is asked again over its newest socket, and waits there once") {
  HubWorld world;
  const auto speak = [&](uint32_t socket) {
    world.open(socket);
    world.say(socket, world.helloText("s1"));
    world.answer(world.take("load"), world.loadText(0));
    for (const char* key : {"a", "b"}) world.say(socket, update(key, "t1"));
  };
  world.join(200);
  speak(1);
  const Question slow = world.take("commit");
  for (uint32_t socket = 2; socket < 100; ++socket) {
    world.leave(socket - 1);
    speak(socket);
  }
  world.say(200, update("other", "t2"));
  speak(100);  // while the one before looks as if it were there
  CHECK(world.closings.at(99).code == 1001);

  world.answer(slow, verdicts({"confirmed"}, 1));
  std::vector<Keys> batches;
  for (double head = 2; world.asks("commit"); ++head) {
    const Question batch = world.take("commit");
    batches.push_back(keysOf(batch));
    world.answer(batch, verdicts(std::vector<std::string>(batches.back().size(), "confirmed"), head));
  }
  CHECK(batches == std::vector<Keys>{{"other", "a"}, {"b"}});
  CHECK(world.heard[100].back().text("key") == "b");
}

// Went wrong: with nobody there the log was forgotten, and what had been decided in it was believed of no log that came after.
TEST_CASE("what was decided while its only client was away stands") {
  HubWorld world;
  world.join(1);
  world.say(1, update("a", "t1"));
  const Question batch = world.take("commit");
  world.leave(1);
  SECTION("in the same log") { world.join(2); }
  SECTION("in no other log") {
    world.epoch = "e2";
    world.join(2);
  }
  SECTION("nor in one that has lost its end") {
    world.join(2, 5);
    world.leave(2);
    world.join(3, 4);
  }
  const bool same = world.epoch == "e1" && !world.heard.count(3);
  world.answer(batch, verdicts({"confirmed"}, 1));
  world.say(world.heard.count(3) ? 3 : 2, update("b", "t1"));
  CHECK(world.asks("commit") == same);
}
