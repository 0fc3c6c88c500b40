// SPDX-License-Identifier: MIT
//
// Commits that go to the database together, and those that have to wait for others.
#include "hub_commits.h"

using namespace ablo;
using namespace ablo::test;

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

TEST_CASE("who goes by a row leaves with whoever writes it before, and hears at once that it changed") {
  HubWorld world;
  for (uint32_t socket = 1; socket <= 4; ++socket) world.join(socket);
  const std::string guarded = R"(,"readAt":0)";
  world.say(4, update("first", "other"));
  const Question first = world.take("commit");
  world.say(1, update("a", "hot"));
  world.say(2, update("b", "hot", guarded));
  world.say(3, update("c", "hot"));           // goes by nothing: it would only come back
  world.say(1, update("d", "hot", guarded));  // after a, being of the same session: nothing it could be refused for
  world.say(4, update("e", "hot", guarded));  // after c
  world.answer(first, verdicts({"confirmed"}, 1));
  const Question second = world.take("commit");
  CHECK(keysOf(second) == Keys{"a", "b"});
  world.answer(second, verdicts({"confirmed", "rejected"}, 2));
  CHECK(world.last(2).text("status") == "rejected");
  const Question third = world.take("commit");
  CHECK(keysOf(third) == Keys{"c", "d", "e"});

  SECTION("who is not refused for it comes with the next batch, at its place") {
    world.say(2, update("f", "hot"));
    world.answer(third, verdicts({"confirmed", "behind", "behind"}, 3));
    const Question fourth = world.take("commit");
    CHECK(keysOf(fourth) == Keys{"d", "e"});
    CHECK(!fourth.input.flag("patient"));
    world.answer(fourth, verdicts({"confirmed", "rejected"}, 4));
    CHECK(keysOf(world.take("commit")) == Keys{"f"});
  }
  SECTION("who is blocked goes alone, and those behind it wait for that") {
    world.answer(third, verdicts({"blocked", "behind", "behind"}, 2));
    const Question alone = world.take("commit");
    CHECK(keysOf(alone) == Keys{"c"});
    CHECK(alone.input.flag("patient"));
    CHECK(!world.asks("commit"));
    world.answer(alone, verdicts({"confirmed"}, 3));
    CHECK(keysOf(world.take("commit")) == Keys{"d", "e"});
  }
}

TEST_CASE("who is blocked behind others of its session does not leave beside them") {
  HubWorld world;
  world.join(1);
  world.say(1, update("a", "t1"));
  const Question first = world.take("commit");
  for (const char* const id : {"t2", "t3", "t4"}) world.say(1, update(id, id));
  world.answer(first, verdicts({"confirmed"}, 1));
  world.answer(world.take("commit"), verdicts({"blocked", "behind", "blocked"}, 1));
  const Question alone = world.take("commit");
  CHECK(keysOf(alone) == Keys{"t2"});
  world.answer(alone, verdicts({"confirmed"}, 2));
  const Question next = world.take("commit");
  CHECK(keysOf(next) == Keys{"t3"});
  CHECK(!world.asks("commit"));
  world.answer(next, verdicts({"confirmed"}, 3));
  CHECK(keysOf(world.take("commit")) == Keys{"t4"});
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
