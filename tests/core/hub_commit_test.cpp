// SPDX-License-Identifier: MIT
//
// Commits on their way to the database: what is refused before it, what goes together, and what a lost answer means.
#include "hub_world.h"

using namespace ablo;
using namespace ablo::test;

namespace {

std::string update(const std::string& key, const std::string& id, const std::string& more = "") {
  return R"({"type":"commit","key":")" + key +
         R"(","attempt":1,"issuedAt":1,"operations":[{"op":"update","model":"tasks","id":")" + id +
         R"(","data":{"title":"x"}}])" + more + "}";
}

/// `{head, receipts}` with these statuses; confirmed ones get the seqs up to `head`.
std::string verdicts(const std::vector<std::string>& statuses, double head) {
  std::string receipts;
  for (const std::string& status : statuses)
    receipts += (receipts.empty() ? "" : ",") + (R"({"status":")" + status) + "\"" +
                (status == "confirmed" ? R"(,"seq":)" + HubWorld::numberText(head) : "") + "}";
  return R"({"head":)" + HubWorld::numberText(head) + R"(,"receipts":[)" + receipts + "]}";
}

std::vector<std::string> keysOf(const Question& question) {
  std::vector<std::string> keys;
  for (const Json& commit : question.input.find("commits")->items()) keys.emplace_back(commit.text("key"));
  return keys;
}

using Keys = std::vector<std::string>;

}  // namespace

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

TEST_CASE("one batch is in flight, the next collects, and no row is in it twice") {
  HubWorld world;
  world.join(1);
  world.join(2);
  world.say(1, update("a", "t1"));
  const Question first = world.take("commit");
  CHECK(keysOf(first) == Keys{"a"});  // an idle server does not wait

  world.say(1, update("b", "t2"));
  world.say(2, update("c", "t3"));
  world.say(2, update("d", "t2"));  // b's row: next time
  world.say(2, update("e", "t4"));  // after d, being of the same session
  world.say(1, update("f", "t5"));
  CHECK(!world.asks("commit"));
  world.answer(first, verdicts({"confirmed"}, 1));
  const Question second = world.take("commit");
  CHECK(keysOf(second) == Keys{"b", "c", "f"});
  world.answer(second, verdicts({"confirmed", "rejected", "confirmed"}, 3));
  CHECK(keysOf(world.take("commit")) == Keys{"d", "e"});
  CHECK(!world.asks("commit"));
  CHECK(world.hub.statistics().find(R"("commits":6,"rejections":1,"batches":3)") != std::string::npos);
}

TEST_CASE("a batch is at most a hundred commits") {
  HubWorld world;
  world.join(1);
  world.say(1, update("first", "t"));
  for (int i = 0; i < 110; ++i) world.say(1, update("k" + std::to_string(i), "t" + std::to_string(i)));
  world.answer(world.take("commit"), verdicts({"confirmed"}, 1));
  const Question batch = world.take("commit");
  REQUIRE(keysOf(batch).size() == 100);
  CHECK(keysOf(batch)[99] == "k99");
  world.answer(batch, verdicts(std::vector<std::string>(100, "confirmed"), 101));
  CHECK(keysOf(world.take("commit")).size() == 10);
}

TEST_CASE("a row that somebody holds in psql stops its writers and nobody else") {
  HubWorld world;
  world.join(1);
  world.join(2);
  world.say(1, update("a", "held"));
  world.say(2, update("b", "t2"));
  world.answer(world.take("commit"), verdicts({"blocked"}, 0));
  CHECK(world.last(1).text("type") == "loaded");  // no receipt: nothing is decided

  // The next batch left first, for it was waiting; the blocked one goes beside it.
  Question patient = world.take("commit");
  Question batch = world.take("commit");
  if (!patient.input.flag("patient")) std::swap(patient, batch);
  CHECK(keysOf(patient) == Keys{"a"});
  CHECK(keysOf(batch) == Keys{"b"});
  world.answer(batch, verdicts({"confirmed"}, 1));

  world.say(1, update("c", "t3"));    // of the session that waits
  world.say(2, update("d", "held"));  // of the row that is held
  world.say(2, update("e", "t4"));
  CHECK(!world.asks("commit"));  // e is behind d
  world.say(1, R"({"type":"ping"})");
  CHECK(world.last(1).text("type") == "pong");

  SECTION("until the row is free") {
    world.answer(patient, verdicts({"confirmed"}, 2));
    CHECK(world.last(1).text("status") == "confirmed");
    CHECK(keysOf(world.take("commit")) == Keys{"c", "d", "e"});
  }
  SECTION("or it has been held too long") {
    CHECK(!patient.input.find("final"));
    world.answer(patient, verdicts({"blocked"}, 1));
    world.answer(world.take("commit"), verdicts({"blocked"}, 1));
    const Question third = world.take("commit");
    CHECK(third.input.flag("final"));
    world.answer(third, verdicts({"blocked"}, 1));  // the database could not even record that
    CHECK(world.last(1).text("type") == "pong");    // so nobody is told no: it might still happen
    const Question again = world.take("commit");
    CHECK(again.input.flag("final"));
    world.answer(again, verdicts({"rejected"}, 1));
    CHECK(world.last(1).text("key") == "a");
    CHECK(world.last(1).text("status") == "rejected");
    CHECK(keysOf(world.take("commit")) == Keys{"c", "d", "e"});
  }
}

TEST_CASE(
    "of many rows that somebody holds two are waited for at a time, and no writer is kept for longer than a while") {
  HubWorld world;
  constexpr uint32_t kWriters = 10;
  for (uint32_t n = 1; n <= kWriters + 1; ++n) world.join(n);
  const auto keyOf = [](uint32_t n) { return "k" + std::to_string(n); };
  for (uint32_t n = 1; n <= kWriters; ++n) world.say(n, update(keyOf(n), "held" + std::to_string(n)));
  world.answer(world.take("commit"), verdicts({"blocked"}, 0));
  Question batch = world.take("commit");
  if (batch.input.flag("patient")) {
    world.questions.push_back(batch);
    batch = world.take("commit");
    if (batch.input.flag("patient")) std::swap(batch, world.questions[0]);
  }
  REQUIRE(keysOf(batch).size() == kWriters - 1);
  world.answer(batch, verdicts(std::vector<std::string>(kWriters - 1, "blocked"), 0));
  REQUIRE(world.questions.size() == 2);
  for (const Question& question : world.questions) CHECK(question.input.flag("patient"));

  world.say(kWriters + 1, update("free", "t1"));
  REQUIRE(world.questions.size() == 3);
  const Question free = world.questions.back();
  CHECK(keysOf(free) == Keys{"free"});
  world.questions.pop_back();
  world.answer(free, verdicts({"confirmed"}, 1));
  CHECK(world.last(kWriters + 1).text("status") == "confirmed");
  world.take("changes");

  // Who has not waited in the database yet goes before who has.
  const Question first = world.take("commit");
  const Question second = world.take("commit");
  world.answer(first, verdicts({"blocked"}, 1));
  world.answer(second, verdicts({"blocked"}, 1));
  Keys next;
  for (const Question& question : world.questions) next.push_back(keysOf(question)[0]);
  CHECK(next == Keys{"k3", "k4"});

  world.now += 6'000;
  world.sleep();
  REQUIRE(world.questions.size() == kWriters);
  for (std::size_t n = 2; n < world.questions.size(); ++n) {
    CHECK(world.questions[n].input.flag("final"));
    CHECK(!world.questions[n].input.flag("patient"));
  }
  while (world.asks("commit")) world.answer(world.take("commit"), verdicts({"rejected"}, 1));
  for (uint32_t n = 1; n <= kWriters; ++n) CHECK(world.last(n).text("status") == "rejected");
}

TEST_CASE("who gets no connection to wait in the database for a row goes without, each second") {
  HubWorld world(true, HubLimits{.calls = 4});  // one of them for those who wait
  const auto of = [](const std::string& organization) {
    return R"({"organization":")" + organization +
           R"(","actor":{"kind":"user","id":"ada"},"operations":["*"],"groups":[],"mayNameAgent":false})";
  };
  const auto blocked = [&](uint32_t socket, const std::string& key) {
    world.say(socket, update(key, "held"));
    world.answer(world.take("commit"), verdicts({"blocked"}, 0));
  };
  world.join(1, 0, of("many"));
  world.join(2, 0, of("few"));
  blocked(1, "a");
  const Question waits = world.take("commit");
  CHECK(waits.input.flag("patient"));
  blocked(2, "b");
  CHECK(!world.asks("commit"));  // there is no place for another one who waits

  const double came = world.now;
  world.sleep();  // a is under way and stays; b is taken out of the line
  CHECK(world.now == came + 1'000);
  const Question at_once = world.take("commit");
  CHECK(keysOf(at_once) == Keys{"b"});
  CHECK(!at_once.input.flag("patient"));
  CHECK(!at_once.input.find("final"));

  SECTION("and is done if the row is free") {
    world.answer(at_once, verdicts({"confirmed"}, 1));
    CHECK(world.last(2).text("status") == "confirmed");
  }
  SECTION("and is refused after six seconds, however long the line is") {
    Question next = at_once;
    while (!next.input.flag("final")) {
      CHECK(!next.input.flag("patient"));
      world.answer(next, verdicts({"blocked"}, 0));
      while (!world.asks("commit")) world.sleep();
      next = world.take("commit");
    }
    CHECK(world.now == came + 6'000);
    world.answer(next, verdicts({"rejected"}, 0));
    CHECK(world.last(2).text("status") == "rejected");
  }
}

TEST_CASE("commits of a session that were blocked together are tried in their order") {
  HubWorld world;
  world.join(1);
  world.say(1, update("first", "t0"));
  world.say(1, update("a", "t1"));
  world.say(1, update("b", "t2"));
  world.answer(world.take("commit"), verdicts({"confirmed"}, 1));
  world.answer(world.take("commit"), verdicts({"blocked", "blocked"}, 1));
  const Question a = world.take("commit");
  CHECK(keysOf(a) == Keys{"a"});
  CHECK(!world.asks("commit"));
  world.answer(a, verdicts({"confirmed"}, 2));
  CHECK(keysOf(world.take("commit")) == Keys{"b"});
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
