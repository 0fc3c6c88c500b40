// SPDX-License-Identifier: MIT
//
// A workspace on its way: small ones as JSON, large ones in blocks, made a slice at a time.
#include <algorithm>
#include <catch2/catch.hpp>

#include "base/hash.h"
#include "codec/block.h"
#include "hub_world.h"
#include "stored_image.h"
#include "world.h"

using namespace ablo;
using namespace ablo::test;

namespace {

std::string idOf(int i) { return "t" + std::to_string(i); }

Json taskRow(const std::string& id, const std::string& title) {
  return Json::object({{"id", id}, {"title", title}, {"status", "todo"}, {"updatedAt", "2026-01-02T03:04:05.000006Z"}});
}

Json tasks(int rows) {
  Json list = Json::array();
  for (int i = 0; i < rows; ++i) list.push(taskRow(idOf(i), "title \"" + std::to_string(i) + "\""));
  return list;
}

/// A socket that has said hello and waits.
Question waiting(HubWorld& world, uint32_t socket) {
  world.open(socket);
  world.say(socket, world.helloText("s" + std::to_string(socket)));
  return world.take("load");
}

std::string loadOf(const HubWorld& world, double seq, const Json& rows) {
  return world.loadText(seq, writeJson(Json::object({{"tasks", rows}, {"unheardOf", Json::array({1})}})));
}

}  // namespace

TEST_CASE("A small workspace stays JSON, which a person can read") {
  HubWorld world;
  world.answer(waiting(world, 1), loadOf(world, 1, tasks(100)));
  CHECK(world.blocks[1].empty());
  CHECK(world.last(1).find("models")->find("tasks")->items().size() == 100);
}

TEST_CASE("A large workspace comes in blocks, and others are served while they are made") {
  HubWorld world;
  world.join(2);
  world.answer(waiting(world, 1), loadOf(world, 0, tasks(10'000)));
  for (int slice = 1; slice < 10; ++slice) {
    CHECK(world.types(1).empty());
    world.say(2, R"({"type":"ping"})");
    CHECK(world.last(2).text("type") == "pong");
    world.sleep();
  }
  REQUIRE(world.types(1) == std::vector<std::string>{"welcome", "loaded"});

  const Schema schema = *parseSchema(kTasksDocument);
  const Json& names = *world.last(1).find("blocks");
  REQUIRE(world.blocks[1].size() == 3);
  REQUIRE(names.items().size() == 3);
  CHECK(world.last(1).find("models")->members().empty());
  int row = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const Result<Block> block = readBlock(schema, world.blocks[1][i]);
    REQUIRE(block);
    CHECK(names.items()[i].asString() == hashText(block->checksum));
    for (uint32_t at = 0; at < block->rows; ++at, ++row) {
      REQUIRE(block->id(at) == idOf(row));
      REQUIRE(block->cell(1, at).text == "title \"" + std::to_string(row) + "\"");
    }
  }
  CHECK(row == 10'000);
}

TEST_CASE("Whoever leaves or is sent loading again while blocks are made gets nothing of them") {
  HubWorld world;
  world.answer(waiting(world, 1), loadOf(world, 3, tasks(9'000)));
  world.leave(1);
  world.sleep();
  CHECK(world.types(1).empty());

  world.answer(waiting(world, 2), loadOf(world, 3, tasks(9'000)));
  world.say(2, world.helloText("s2"));
  while (!world.asks("load")) world.sleep();
  CHECK(world.types(2).empty());
  world.answer(world.take("load"), loadOf(world, 4, tasks(1)));
  CHECK(world.last(2).number("seq") == 4);
  CHECK(world.blocks[2].empty());
}

TEST_CASE("All who wait are given one reading, and who comes while it is read waits for the next") {
  HubWorld world;
  const Question first = waiting(world, 1);
  for (const uint32_t socket : {2u, 3u}) {
    world.open(socket);
    world.say(socket, world.helloText("s" + std::to_string(socket)));
  }
  CHECK(!world.asks("load"));
  world.answer(first, loadOf(world, 5, tasks(1)));
  CHECK(world.last(1).number("seq") == 5);
  CHECK(world.types(2).empty());
  world.answer(world.take("load"), loadOf(world, 6, tasks(9'000)));
  while (world.types(2).empty()) world.sleep();
  CHECK(world.last(2).number("seq") == 6);
  CHECK(world.last(3).number("seq") == 6);
  CHECK(world.blocks[2].size() == 3);
  CHECK(world.blocks[2] == world.blocks[3]);
  CHECK(std::count(world.audiences.begin(), world.audiences.end(), std::vector<uint32_t>{2, 3}) == 3);
  CHECK(!world.asks("load"));
}

TEST_CASE("Large workspaces are kept, and given again if nothing has happened since") {
  HubWorld world;
  const std::string have = writeJson(Json::object({{"epoch", world.epoch}, {"seq", 3}}));
  const auto had = [](const Question& question) {
    const Json* have = question.input.find("have");
    return have ? writeJson(*have) : "";
  };
  const auto made = [&](uint32_t socket) {
    while (world.types(socket).empty()) world.sleep();
    return world.blocks[socket].size();
  };
  const Question first = waiting(world, 1);
  CHECK(had(first).empty());
  world.answer(first, loadOf(world, 3, tasks(9'000)));
  REQUIRE(made(1) == 3);

  const Question second = waiting(world, 2);
  CHECK(had(second) == have);
  world.answer(second, R"({"seq":3,"epoch":")" + world.epoch + R"(","same":true,"claims":[{"id":"renewed"}]})");
  REQUIRE(made(2) == 3);
  CHECK(world.blocks[2] == world.blocks[1]);
  CHECK(writeJson(*world.last(2).find("blocks")) == writeJson(*world.last(1).find("blocks")));
  CHECK(world.last(2).find("claims")->items().size() == 1);

  SECTION("a reading that says something else takes its place") {
    world.answer(waiting(world, 3), loadOf(world, 4, tasks(5'000)));
    CHECK(made(3) == 2);
    CHECK(had(waiting(world, 4)) == writeJson(Json::object({{"epoch", world.epoch}, {"seq", 4}})));
  }
  SECTION("not longer than a minute") {
    world.now += 60'001;
    world.sleep();
    CHECK(had(waiting(world, 3)).empty());
  }
  SECTION("not under another schema") {
    world.schema = *world.hub.setSchema(R"({"v":3,"models":{"tasks":{"fields":{"title":{"type":"string"}}}}})");
    CHECK(had(waiting(world, 3)).empty());
  }
  SECTION("a reading that has no answer takes nobody along but those who waited for it") {
    const Question third = waiting(world, 3);
    world.open(4);
    world.say(4, world.helloText("s4"));
    world.fail(third);
    CHECK(world.closings.count(3) == 1);
    CHECK(world.closings.count(4) == 0);
    CHECK(had(world.take("load")) == have);
  }
}

TEST_CASE("A schema that changes while blocks are made ends their making: none is of two schemas") {
  HubWorld world;
  world.answer(waiting(world, 1), loadOf(world, 3, tasks(9'000)));
  world.sleep();
  world.schema = *world.hub.setSchema(R"({"v":3,"models":{"decks":{"fields":{"name":{"type":"string"}}}}})");
  const Question next = waiting(world, 2);
  CHECK(world.closings[1].code == 4010);
  CHECK(next.input.find("have") == nullptr);
  for (int slice = 0; slice < 12 && world.wake; ++slice) world.sleep();
  CHECK(world.blocks[1].empty());
  world.answer(next, world.loadText(4, R"({"decks":[]})"));
  CHECK(world.last(2).number("seq") == 4);
}

TEST_CASE("Workspaces are kept within a bound for all of them") {
  HubWorld world(true, HubLimits{.keptBytes = 100'000});
  world.answer(waiting(world, 1), loadOf(world, 3, tasks(9'000)));
  while (world.types(1).empty()) world.sleep();
  CHECK(waiting(world, 2).input.find("have") == nullptr);
}

TEST_CASE("What was written while blocks were made follows them") {
  HubWorld world;
  world.join(2);
  world.answer(waiting(world, 1), loadOf(world, 0, tasks(9'000)));
  world.heads(R"({"acme":2})");
  world.answer(world.take("changes"), world.changesText(0, 2, 2));
  CHECK(world.last(2).number("to") == 2);
  while (world.types(1).empty()) world.sleep();
  CHECK(world.last(1).number("seq") == 0);
  world.answer(world.take("changes"), world.changesText(0, 2, 2));
  CHECK(world.last(1).number("from") == 0);
  CHECK(world.last(1).number("to") == 2);
}

TEST_CASE("A client of ten thousand rows shows them all") {
  World world;
  for (int i = 0; i < 10'000; ++i) world.database.write("tasks", idOf(i), taskRow(idOf(i), std::to_string(i)));
  World::Person& ada = world.join("ada");
  world.pass(1000);
  REQUIRE(ada.client->status().text("state") == "live");
  for (int i = 0; i < 10'000; ++i) REQUIRE(World::title(ada, idOf(i)) == std::to_string(i));
  world.write(ada, "k", "update", "t9999", R"({"title":"mine"})");
  world.settle();
  CHECK(World::title(ada, "t9999") == "mine");
  CHECK(ada.settled.at(1) == "ok");
}

TEST_CASE("Rows of a foreign writer with strange ids and values arrive beside the others") {
  World world;
  const std::string longer(300, 'x'), longest(70'000, 'y');
  for (const std::string& id : {std::string(), longer, longest, std::string("plain")})
    world.database.write("tasks", id, taskRow(id, "here"));
  world.database.write("tasks", "odd", Json::object({{"id", "odd"}, {"title", 5}, {"status", Json::array()}}));
  world.database.write("tasks", "idless", Json::object({{"title", "lost"}}));
  Json poisoned = Json::object({{"__proto__", 1}});
  world.database.write("notes", "n1", Json::object({{"id", "n1"}, {"text", "kept"}, {"extra", poisoned}}));
  World::Person& ada = world.join("ada");
  REQUIRE(ada.client->status().text("state") == "live");
  for (const std::string& id : {std::string(), longer, longest, std::string("plain")})
    CHECK(World::title(ada, id) == "here");
  CHECK(World::title(ada, "odd").empty());
  CHECK(ada.client->slot(0, "n1") >= 0);

  Client again({"again", true, ""});
  REQUIRE(again.defineSchema(kTasks));
  const Client::Image image = ada.client->saveImage();
  const std::vector<std::string_view> parts = partsOf(image);
  REQUIRE(again.restoreImage(image.manifest, parts));
  CHECK(again.slot(1, longest) >= 0);
}
