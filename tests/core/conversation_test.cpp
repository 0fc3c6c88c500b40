// SPDX-License-Identifier: MIT
//
// A whole conversation: real clients, the real hub, no JavaScript. Connect, write, reject, claim, resume.
#include "world.h"

using namespace ablo;
using test::World;

namespace {
const std::string kNew = R"({"title":"first","status":"todo"})";
const std::string kFirst = "00000000-0000-4000-8000-000000000001", kSecond = "00000000-0000-4000-8000-000000000002";
std::string titled(const std::string& title) { return R"({"title":")" + title + "\"}"; }
}  // namespace

TEST_CASE("What one writes, the others see") {
  World world;
  World::Person& ada = world.join("ada");
  World::Person& bob = world.join("bob");
  const uint32_t commit = world.write(ada, "k1", "create", "t1", kNew);
  CHECK(World::title(ada, "t1") == "first");
  CHECK(World::title(bob, "t1") == "(none)");
  world.settle();
  CHECK(ada.settled[commit] == "ok");
  CHECK(World::title(bob, "t1") == "first");
  World::Person& late = world.join("late");
  CHECK(World::title(late, "t1") == "first");
  CHECK(late.client->cursor() == ada.client->cursor());
}

TEST_CASE("Two who write the same row at once agree in the end") {
  World world;
  World::Person& ada = world.join("ada");
  World::Person& bob = world.join("bob");
  world.write(ada, "k0", "create", "t1", kNew);
  world.settle();
  for (int i = 0; i < 100; ++i) {
    world.write(ada, "a" + std::to_string(i), "update", "t1", titled("ada " + std::to_string(i)));
    world.write(bob, "b" + std::to_string(i), "update", "t1", titled("bob " + std::to_string(i)));
    if (i % 7 == 0) world.settle();
  }
  world.settle();
  CHECK(World::title(ada, "t1") == World::title(bob, "t1"));
  CHECK(world.database.row("tasks", "t1")->text("title") == World::title(ada, "t1"));
  CHECK(world.database.head() == 201);
  CHECK(ada.client->status().number("pending") == 0);
  CHECK(ada.client->status().number("resumes") == 0);
  CHECK(bob.client->status().number("resumes") == 0);
}

TEST_CASE("A write from an outdated snapshot is refused, and the other's value stands") {
  World world;
  World::Person& ada = world.join("ada");
  World::Person& bob = world.join("bob");
  world.write(ada, "k0", "create", "t1", kNew);
  world.settle();
  const double stamp = ada.client->snapshot(R"({"reads":[{"model":"tasks","id":"t1"}]})")->stamp;
  world.write(bob, "k1", "update", "t1", titled("bob"));
  world.settle();
  const uint32_t commit = world.write(ada, "k2", "update", "t1", titled("ada"),
                                      R"(,"onStale":"reject","readAt":)" + std::to_string(static_cast<int>(stamp)));
  CHECK(World::title(ada, "t1") == "ada");
  world.settle();
  CHECK(ada.settled[commit] == "stale_context");
  CHECK(World::title(ada, "t1") == "bob");
  CHECK(World::title(bob, "t1") == "bob");
}

TEST_CASE("A claim keeps others out until it is released, and the next in line is granted") {
  World world;
  World::Person& ada = world.join("ada");
  World::Person& agent = world.join("agent", false);
  world.write(ada, "k0", "create", "t1", kNew);
  world.settle();
  const uint32_t held = *agent.client->claim(
      R"({"claim":")" + kFirst + R"(","model":"tasks","id":"t1","ttl":60000,"action":"drafting","wait":true})",
      world.now);
  world.settle();
  CHECK(agent.answered[held] == "ok");
  CHECK(ada.client->intents(R"({"model":"tasks","id":"t1"})")->items()[0].text("action") == "drafting");

  const uint32_t refused = world.write(ada, "k1", "update", "t1", titled("ada"));
  world.settle();
  CHECK(ada.settled[refused] == "entity_claimed");
  CHECK(World::title(ada, "t1") == "first");

  const uint32_t waiting = *ada.client->claim(
      R"({"claim":")" + kSecond + R"(","model":"tasks","id":"t1","ttl":60000,"action":"editing","wait":true})",
      world.now);
  world.settle();
  CHECK_FALSE(ada.answered.count(waiting));
  const uint32_t under = world.write(agent, "k2", "update", "t1", titled("drafted"));
  REQUIRE(agent.client->release(kFirst, world.now));
  world.settle();
  CHECK(agent.settled[under] == "ok");
  CHECK(ada.answered[waiting] == "ok");
  CHECK(World::title(ada, "t1") == "drafted");
  CHECK(agent.client->intents("{}")->items().size() == 1);
}

TEST_CASE("A claim whose holder is gone ends by itself") {
  World world;
  World::Person& ada = world.join("ada");
  World::Person& agent = world.join("agent");
  world.write(ada, "k0", "create", "t1", kNew);
  REQUIRE(agent.client->claim(
      R"({"claim":")" + kFirst + R"(","model":"tasks","id":"t1","ttl":1000,"action":"drafting","wait":true})",
      world.now));
  world.settle();
  CHECK(ada.client->intents("{}")->items().size() == 1);
  world.now += 1000;
  world.database.now = world.now;
  world.database.sweep();
  world.poll();
  CHECK(ada.client->intents("{}")->items().empty());
}

TEST_CASE("Who was away resumes where they were, and misses nothing") {
  World world;
  World::Person& ada = world.join("ada");
  World::Person& bob = world.join("bob");
  world.write(ada, "k0", "create", "t1", kNew);
  world.settle();
  world.cut(bob);
  for (int i = 0; i < 5; ++i)
    world.write(ada, "a" + std::to_string(i), "update", "t1", titled("ada " + std::to_string(i)));
  world.settle();
  const uint32_t offline = world.write(bob, "b0", "create", "t2", kNew);
  CHECK(World::title(bob, "t1") == "first");
  world.pass(1'000);
  CHECK(World::title(bob, "t1") == "ada 4");
  CHECK(bob.settled[offline] == "ok");
  CHECK(World::title(ada, "t2") == "first");
  CHECK(bob.client->status().number("resumes") == 1);
}

TEST_CASE("A server that dies between the commit and its receipt loses nothing and doubles nothing") {
  World world;
  World::Person& ada = world.join("ada");
  World::Person& bob = world.join("bob");
  world.write(ada, "k0", "create", "t1", kNew);
  world.settle();
  world.loseAnswers = true;
  const uint32_t commit = world.write(ada, "k1", "update", "t1", titled("once"));
  world.settle();
  CHECK(world.database.head() == 2);
  CHECK_FALSE(ada.settled.count(commit));
  world.killServer();
  const uint32_t after = world.write(ada, "k2", "create", "t2", kNew);
  world.pass(2'000);
  world.loseAnswers = false;
  world.startServer();
  world.pass(10'000);
  CHECK(ada.settled[commit] == "ok");
  CHECK(ada.settled[after] == "ok");
  CHECK(world.database.head() == 3);
  CHECK(World::title(bob, "t1") == "once");
  CHECK(World::title(bob, "t2") == "first");
}

TEST_CASE("A row changed behind everybody's back appears") {
  World world;
  World::Person& ada = world.join("ada");
  world.write(ada, "k0", "create", "t1", kNew);
  world.settle();
  world.database.write("tasks", "t1", Json::object({{"id", "t1"}, {"title", "by hand"}, {"status", "done"}}));
  world.poll();
  CHECK(World::title(ada, "t1") == "by hand");
}

// Went wrong: the hub closed an expired socket without a word, and the client took the close for a refusal and stopped.
TEST_CASE("A session that outlasts its token goes on with a new one") {
  World world;
  world.credentialsLast = 3'000;
  World::Person& ada = world.join("ada");
  world.pass(10'000);
  const uint32_t commit = world.write(ada, "k1", "create", "t1", kNew);
  world.settle();
  CHECK(ada.settled[commit] == "ok");
  CHECK(ada.client->status().number("resumes") >= 3);
}

TEST_CASE("Who leaves gives back what they hold") {
  World world;
  World::Person& ada = world.join("ada");
  World::Person& agent = world.join("agent");
  world.write(ada, "k0", "create", "t1", kNew);
  REQUIRE(agent.client->claim(
      R"({"claim":")" + kFirst + R"(","model":"tasks","id":"t1","ttl":60000,"action":"drafting","wait":true})",
      world.now));
  world.settle();
  CHECK(ada.client->intents("{}")->items().size() == 1);
  agent.client->stop(world.now);
  world.settle();
  CHECK(ada.client->intents("{}")->items().empty());
}
