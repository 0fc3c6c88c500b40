// SPDX-License-Identifier: MIT
//
// Who sees what of the log, and when: no gap, no repeat, and one frame for all who stand at the same place.
#include <catch2/catch.hpp>

#include "hub_world.h"

using namespace ablo;
using namespace ablo::test;

namespace {

std::string inGroups(const std::string& groups) {
  return R"({"organization":"acme","actor":{"kind":"user","id":"x"},"operations":["*"],"groups":)" + groups +
         R"(,"mayNameAgent":false})";
}

/// One entry of the log, alone on its page.
std::string entry(const std::string& op, const std::string& before, const std::string& after) {
  return R"({"from":0,"to":1,"head":1,"epoch":"e1","changes":[{"seq":1,"kind":"row","model":"tasks","id":"t1","op":")" +
         op + R"(","after":{"id":"t1","title":"secret"},"fields":["title"],"groupsBefore":)" + before +
         R"(,"groupsAfter":)" + after + R"(,"at":5}]})";
}

}  // namespace

TEST_CASE("a client that was away gets what it missed, and then what comes") {
  HubWorld world;
  world.join(1, 9);
  world.open(2);
  world.say(2, world.helloText("s2", R"(,"cursor":4,"epoch":"e1")"));
  const Question first = world.take("changes");
  CHECK(first.input.number("after") == 4);
  world.answer(first, world.changesText(4, 7, 9));
  world.answer(world.take("changes"), world.changesText(7, 9, 9));

  REQUIRE(world.types(2) == std::vector<std::string>{"welcome", "changes", "changes"});
  CHECK(world.heard[2][0].text("start") == "resume");
  CHECK(world.heard[2][0].number("seq") == 9);
  CHECK(world.heard[2][1].number("from") == 4);
  CHECK(world.heard[2][1].number("to") == 7);
  CHECK(world.heard[2][2].number("from") == 7);

  const Json& change = world.heard[2][1].find("changes")->items()[0];
  CHECK(change.number("seq") == 5);
  CHECK(change.find("row")->text("id") == "t5");
  CHECK(change.text("key") == "k");
  CHECK(change.text("session") == "s1");
  CHECK(!change.find("before"));
  CHECK(!change.find("operationIndex"));

  world.heads(R"({"acme": 10})");
  world.answer(world.take("changes"), world.changesText(9, 10, 10));
  CHECK(world.last(2).number("from") == 9);
  CHECK(!world.asks("changes"));
}

TEST_CASE("one frame is made for all who stand at the same place, whoever joined when") {
  HubWorld world;
  world.join(1);
  world.join(2);
  world.join(3, 2);  // has loaded ahead of what was published
  world.answer(world.take("changes"), world.changesText(0, 2, 3));
  CHECK(world.audiences.back() == std::vector<uint32_t>{1, 2});
  CHECK(world.last(3).text("type") == "loaded");

  world.answer(world.take("changes"), world.changesText(2, 3, 3));
  CHECK(world.audiences.back() == std::vector<uint32_t>{1, 2, 3});
  CHECK(world.last(3).number("from") == 2);
}

TEST_CASE("who loaded into the middle of a page gets the rest of it") {
  HubWorld world;
  world.join(1);
  world.heads(R"({"acme": 4})");
  const Question page = world.take("changes");
  world.join(2, 3);
  world.answer(page, world.changesText(0, 4, 4));
  CHECK(world.last(2).number("from") == 3);
  CHECK(world.last(2).find("changes")->items().size() == 1);
  CHECK(world.last(1).find("changes")->items().size() == 4);
}

TEST_CASE("what is published while a client loads reaches it all the same") {
  HubWorld world;
  world.join(1);
  world.open(2);
  world.say(2, world.helloText("s2"));
  const Question load = world.take("load");  // its snapshot is of seq 0
  world.heads(R"({"acme": 2})");
  world.answer(world.take("changes"), world.changesText(0, 2, 2));
  CHECK(world.heard[2].empty());
  world.answer(load, world.loadText(0));
  CHECK(world.last(2).text("type") == "loaded");
  const Question rest = world.take("changes");
  CHECK(rest.input.number("after") == 0);
  world.answer(rest, world.changesText(0, 2, 2));
  CHECK(world.last(2).number("to") == 2);
}

TEST_CASE("changes of other groups are not shown, and the cursor moves all the same") {
  HubWorld world;
  world.join(1, 0, inGroups(R"(["deck:7","org:acme"])"));
  world.join(2, 0, inGroups(R"(["org:acme"])"));
  world.heads(R"({"acme": 1})");
  const auto changesOf = [&](uint32_t socket) { return world.last(socket).find("changes")->items(); };

  SECTION("a row of a group") {
    world.answer(world.take("changes"), entry("update", R"(["deck:7"])", R"(["deck:7"])"));
    CHECK(changesOf(1).size() == 1);
    CHECK(changesOf(2).empty());
    CHECK(world.last(2).number("to") == 1);
  }
  SECTION("a row that leaves a group is gone for it, without another word") {
    world.answer(world.take("changes"), entry("update", R"(["org:acme"])", R"(["deck:7"])"));
    CHECK(changesOf(1)[0].find("row")->text("title") == "secret");
    CHECK(changesOf(2)[0].text("op") == "delete");
    CHECK(!changesOf(2)[0].find("row"));
    CHECK(!changesOf(2)[0].find("fields"));
  }
  SECTION("a row without groups is the whole organization's") {
    world.answer(world.take("changes"), entry("update", "[]", "[]"));
    CHECK(changesOf(1).size() == 1);
    CHECK(changesOf(2).size() == 1);
  }
  SECTION("a new row was nobody's before") {
    world.answer(world.take("changes"), entry("create", "[]", R"(["deck:7"])"));
    CHECK(changesOf(1).size() == 1);
    CHECK(changesOf(2).empty());
  }
  SECTION("a deleted row is gone for those who had it") {
    world.answer(world.take("changes"), entry("delete", R"(["deck:7"])", "[]"));
    CHECK(changesOf(1)[0].text("op") == "delete");
    CHECK(changesOf(2).empty());
  }
}

TEST_CASE("a claim's change carries the claim") {
  HubWorld world;
  world.join(1);
  world.heads(R"({"acme": 1})");
  world.answer(
      world.take("changes"),
      R"({"from":0,"to":1,"head":1,"epoch":"e1","changes":[{"seq":1,"kind":"claim","model":"tasks","id":"t1","op":"grant","after":{"id":"c1"},"at":5}]})");
  CHECK(world.last(1).find("changes")->items()[0].find("claim")->text("id") == "c1");
}

TEST_CASE("a cursor from which the log does not go on is answered with a load that says why") {
  HubWorld world;
  std::string reason = "log_epoch_changed";
  world.open(1);
  world.say(1, world.helloText("s1", R"(,"cursor":4,"epoch":"e0")"));
  SECTION("the epoch is another") { world.answer(world.take("changes"), world.changesText(4, 9, 9)); }
  SECTION("the cursor is ahead of the head") {
    world.epoch = "e0";
    world.answer(world.take("changes"), world.changesText(4, 4, 2));
  }
  SECTION("what followed it is no longer kept") {
    reason = "cursor_too_old";
    world.epoch = "e0";
    world.answer(
        world.take("changes"),
        R"({"from":4,"to":9,"head":9,"epoch":"e0","trimmed":true,"changes":[{"seq":9,"kind":"row","op":"create"}]})");
  }
  SECTION("there was too much to tell") {
    reason = "";
    world.epoch = "e0";
    world.answer(world.take("changes"),
                 R"({"from":4,"to":5,"head":5,"epoch":"e0","changes":[{"seq":5,"kind":"resync","op":"truncate"}]})");
  }
  CHECK(world.heard[1].empty());
  world.answer(world.take("load"), world.loadText(9));
  CHECK(world.heard[1][0].text("start") == "load");
  CHECK(world.last(1).text("type") == "loaded");
  const Json* said = world.last(1).find("reason");
  CHECK((said ? said->text("code") : "") == reason);
}

TEST_CASE("a server that fell behind what is kept sends everybody loading, once, and says why") {
  HubWorld world;
  world.join(1, 3);
  world.open(2);
  world.say(2, world.helloText("s2"));
  world.heads(R"({"acme": 9})");
  const Question page = world.take("changes");
  world.answer(page, R"({"from":3,"to":9,"head":9,"epoch":"e1","trimmed":true,"changes":[]})");
  while (world.asks("load")) world.answer(world.take("load"), world.loadText(9));
  CHECK(world.last(1).find("reason")->text("code") == "cursor_too_old");
  CHECK(world.last(2).text("type") == "loaded");
  CHECK(!world.last(2).find("reason"));  // it had nothing yet

  world.forget();
  world.heads(R"({"acme": 10})");
  world.answer(world.take("changes"), world.changesText(9, 10, 10));
  CHECK(world.last(1).number("from") == 9);
  CHECK(!world.asks("load"));
}

TEST_CASE("a restored database sends everybody loading, and an old answer nobody") {
  HubWorld world;
  world.join(1, 9);
  world.join(2, 9);
  world.forget();
  world.heads(R"({"acme": 5})");  // restored? or an answer that was long under way?
  const Question doubt = world.take("changes");

  SECTION("an old answer") {
    world.answer(doubt, world.changesText(9, 9, 9));
    CHECK(!world.asks("load"));
    CHECK(world.heard[1].empty());
  }
  SECTION("restored") {
    world.epoch = "e2";
    world.answer(doubt, world.changesText(9, 9, 5));
    world.answer(world.take("load"), world.loadText(5));
    world.answer(world.take("load"), world.loadText(5));
    CHECK(world.types(1) == std::vector<std::string>{"loaded"});
    CHECK(world.last(1).text("epoch") == "e2");
    CHECK(world.last(2).number("seq") == 5);
    world.heads(R"({"acme": 6})");
    world.answer(world.take("changes"), world.changesText(5, 6, 6));
    CHECK(world.last(2).number("from") == 5);
  }
}

TEST_CASE("a log that was replaced by one of the same length is found out within ten seconds") {
  HubWorld world;
  world.join(1, 9);
  world.heads(R"({"acme": 9})");
  world.now += 9'999;
  world.heads(R"({"acme": 9})");
  CHECK(!world.asks("changes"));
  world.now += 1;
  world.heads(R"({"acme": 9})");
  const Question question = world.take("changes");
  CHECK(question.input.number("after") == 9);

  SECTION("it is the same") {
    world.answer(question, world.changesText(9, 9, 9));
    world.heads(R"({"acme": 10})");
    CHECK(world.take("changes").input.number("after") == 9);
  }
  SECTION("it is another") {
    world.epoch = "e2";
    world.answer(question, world.changesText(9, 9, 9));
    world.answer(world.take("load"), world.loadText(9));
    CHECK(world.last(1).find("reason")->text("code") == "log_epoch_changed");
  }
}

TEST_CASE("a resync marker sends those who have not passed it loading") {
  HubWorld world;
  world.join(1, 3);
  world.join(2, 5);
  world.answer(world.take("changes"),
               R"({"from":3,"to":4,"head":5,"epoch":"e1","changes":[{"seq":4,"kind":"resync","op":"truncate"}]})");
  CHECK(world.questions.size() == 2);  // a load for the first, the next page for all
  world.answer(world.take("load"), world.loadText(5));
  CHECK(world.last(1).text("type") == "loaded");
  CHECK(world.last(2).text("type") == "loaded");
}

TEST_CASE("a page that does not come is asked for again") {
  HubWorld world;
  world.join(1);
  world.heads(R"({"acme": 1})");
  world.fail(world.take("changes"));
  CHECK(!world.asks("changes"));
  world.sleep();
  world.answer(world.take("changes"), world.changesText(0, 1, 1));
  CHECK(world.last(1).number("to") == 1);
}

TEST_CASE("a client may say hello again on the same socket; the answer to its first is not for it") {
  HubWorld world;
  world.join(1, 3);
  world.forget();
  world.say(1, world.helloText("s1", R"(,"cursor":2,"epoch":"e1")"));
  const Question old = world.take("changes");
  world.say(1, world.helloText("s1", R"(,"cursor":1,"epoch":"e1")"));
  world.answer(old, world.changesText(2, 3, 3));
  CHECK(world.heard[1].empty());
  world.answer(world.take("changes"), world.changesText(1, 3, 3));
  CHECK(world.types(1) == std::vector<std::string>{"welcome", "changes"});
  CHECK(world.last(1).number("from") == 1);
}

TEST_CASE("other servers are told of what grew here, once, and what they tell is asked about before it is believed") {
  HubWorld world;
  world.join(1, 9);
  world.say(
      1,
      R"({"type":"claim","request":1,"claim":"00000000-0000-4000-8000-000000000001","model":"tasks","id":"t1","ttl":1000,"action":"x","wait":true})");
  world.answer(world.take("claim"), R"({"claim":{"id":"c1"},"head":10})");
  CHECK(world.hints == std::map<std::string, double>{{"acme", 10}});
  world.hints.clear();
  world.say(1, R"({"type":"renew","claims":["00000000-0000-4000-8000-000000000001"]})");
  world.answer(world.take("renew"), R"({"renewed":["c1"],"head":10})");
  CHECK(world.hints.empty());
  world.answer(world.take("changes"), world.changesText(9, 10, 10));

  world.hear(R"({"acme": 12, "unheard of": 5})");
  const Question question = world.take("changes");
  CHECK(question.input.number("after") == 10);
  world.answer(question, world.changesText(10, 10, 10));  // it was not so
  CHECK(world.last(1).number("to") == 10);
  world.hear(R"({"acme": 4})");
  world.hear("no JSON");
  CHECK(!world.asks("changes"));
  CHECK(world.hints.empty());
}
