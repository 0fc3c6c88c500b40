// SPDX-License-Identifier: MIT
//
// How often who may come and ask: the buckets by themselves, the addresses that are counted, and what a hub does when one is
// empty: a request is refused by name and with advice, a commit only leaves later.
#include <catch2/catch.hpp>

#include "hub/address.h"
#include "hub/fair_line.h"
#include "hub/rates.h"
#include "hub_world.h"
#include "random.h"

using namespace ablo;
using namespace ablo::hub;
using namespace ablo::test;

namespace {

constexpr auto kConfirmed = R"({"head":0,"receipts":[{"status":"confirmed","seq":0}]})";

std::string create(const std::string& key) {
  return R"({"type":"commit","key":")" + key +
         R"(","attempt":1,"issuedAt":1,"operations":[{"op":"create","model":"tasks","id":")" + key +
         R"(","data":{"title":"x","status":"todo"}}]})";
}

std::string query(int request) {
  return R"({"type":"query","model":"tasks","request":)" + std::to_string(request) + "}";
}

std::string identity(const std::string& organization, const std::string& user, const std::string& address = "") {
  return R"({"organization":")" + organization + R"(","actor":{"kind":"user","id":")" + user +
         R"("},"operations":["*"],"groups":[],"mayNameAgent":false,"credential":"c1","address":")" + address + "\"}";
}

const Json& error(HubWorld& world, uint32_t socket) {
  REQUIRE(world.last(socket).find("error"));
  return *world.last(socket).find("error");
}

std::string metric(const HubWorld& world, std::string_view group, std::string_view name) {
  const Result<Json> metrics = parseJson(world.hub.metrics());
  return writeJson(Json(metrics->find(group)->number(name)));
}

}  // namespace

TEST_CASE("nobody takes more than the rate and one burst, and whoever waits as told is let in") {
  test::Random random(7);
  for (int round = 0; round < 50; ++round) {
    const Rate rate{1.0 + static_cast<double>(random.below(200)), 1.0 + static_cast<double>(random.below(50))};
    Rates rates;
    const double began = 1e12;
    double now = began, taken = 0;
    for (int i = 0; i < 2000; ++i) {
      const double wait = rates.wait(rate, "a", now);
      if (wait == 0) {
        rates.take(rate, "a", now);
        ++taken;
      } else if (random.below(4) == 0) {
        CHECK(rates.wait(rate, "a", now + wait) == 0);
      }
      CHECK(taken <= (now - began) / 1000 * rate.perSecond + rate.burst + 0.01);
      now += static_cast<double>(random.below(20));
    }
  }
}

TEST_CASE("names do not share, no rate is no limit, and a clock that was set back costs one burst at most") {
  Rates rates;
  const Rate rate{1, 2};
  double now = 1e12;
  for (int i = 0; i < 2; ++i) rates.take(rate, "a", now);
  CHECK(rates.wait(rate, "a", now) == 1000);
  CHECK(rates.wait(rate, "b", now) == 0);
  CHECK(rates.wait({}, "a", now) == 0);
  now -= 600'000;
  CHECK(rates.wait(rate, "a", now) <= 2000);
}

TEST_CASE("who has not come for a while is forgotten, and a flood of names is not remembered") {
  Rates rates;
  const Rate rate{1000, 1};
  for (int i = 0; i < 250'000; ++i) rates.take(rate, std::to_string(i), 1e12);
  CHECK(rates.size() <= 100'000);
  for (int i = 0; i < 250'000; ++i) rates.take(rate, std::to_string(i), 1e12 + i);
  CHECK(rates.size() <= 2'000);
}

TEST_CASE("addresses are counted as their owners come by them") {
  CHECK(countedAddress("203.0.113.9") == "203.0.113.9");
  CHECK(countedAddress("::ffff:203.0.113.9") == "203.0.113.9");
  CHECK(countedAddress("2001:db8:1:2::1") == countedAddress("2001:db8:1:2:ffff:1:2:3"));
  CHECK(countedAddress("2001:db8:1:2::1") != countedAddress("2001:db8:1:3::1"));
  CHECK(!countedAddress("2001:db8::").empty());
  for (const char* own : {"127.0.0.1",  "10.1.2.3",   "192.168.0.1",
                          "172.16.0.1", "172.31.9.9", "169.254.1.1",
                          "100.64.0.1", "::1",        "::ffff:127.0.0.1",
                          "fd00::1",    "fc12::",     "fe80::1%eth0",
                          "",           "nonsense",   "1.2.3",
                          "1.2.3.4.5",  "256.1.1.1",  "1:2:3",
                          "::1::2",     "12345::1",   "1:2:3:4:5:6:7:8:9",
                          "1.2.3.x"})
    CHECK(countedAddress(own).empty());
  CHECK(!countedAddress("172.32.0.1").empty());
  CHECK(!countedAddress("100.128.0.1").empty());
}

TEST_CASE(
    "organizations take turns at the database, and one has only so many places, half of them for what is urgent") {
  constexpr auto urgent = FairLine::Pace::urgent, rest = FairLine::Pace::rest;
  FairLine line(3, 2);
  for (uint32_t i = 1; i <= 10; ++i) line.add({i, "greedy", "read", "", rest});
  line.add({11, "modest", "read", "", rest});
  line.add({12, "greedy", "commit", "", urgent});
  CHECK(line.next()->request == 12);  // what is urgent goes before its own
  CHECK(line.next()->request == 11);
  CHECK(line.next()->request == 1);
  CHECK(!line.next());
  line.done("modest", rest);
  CHECK(!line.next());  // greedy has its two
  CHECK(line.waiting() == 9);
  line.add({13, "modest", "read", "", rest});
  CHECK(line.next()->request == 13);
  line.done("greedy", urgent);
  CHECK(!line.next());  // that place is for a commit
  line.add({14, "greedy", "commit", "", urgent});
  CHECK(line.next()->request == 14);
  line.done("greedy", urgent);
  line.done("greedy", rest);
  CHECK(line.next()->request == 2);
  CHECK(!line.next());
  CHECK(line.underWay() == 2);
}

TEST_CASE("what waits in the database for somebody's row has a quarter of all places, whoever it is of") {
  constexpr auto urgent = FairLine::Pace::urgent, slow = FairLine::Pace::slow;
  FairLine line(8, 6);
  for (uint32_t i = 1; i <= 6; ++i) line.add({i, i % 2 ? "one" : "other", "commit", "", slow});
  CHECK(line.next()->request == 1);
  CHECK(line.next()->request == 2);
  CHECK(!line.next());
  line.add({7, "third", "commit", "", urgent});
  CHECK(line.next()->request == 7);
  line.done("other", slow);
  CHECK(line.next()->request == 3);
  CHECK(!line.next());
  CHECK(line.waiting() == 3);
}

TEST_CASE("a question too many is refused with advice, and asked again in time it is answered") {
  HubWorld world(true, {.burstSeconds = 2, .requestsPerActor = 1});
  world.join(1);
  for (int i = 1; i <= 2; ++i) world.say(1, query(i));
  world.say(1, query(3));
  CHECK(world.last(1).number("request") == 3);
  CHECK(error(world, 1).text("code") == "rate_limited");
  CHECK(error(world, 1).text("limit") == "requestsPerActor");
  CHECK(error(world, 1).number("retryAfterSeconds") == 1);
  CHECK(world.closings.empty());
  CHECK(metric(world, "limited", "requestsPerActor") == "1");
  CHECK(metric(world, "refused", "rate_limited") == "1");
  world.now += 1000;
  for (int i = 0; i < 2; ++i) world.answer(world.take("read"), R"({"seq": 0, "rows": []})");
  world.say(1, query(3));
  CHECK(world.asks("read"));
}

TEST_CASE("what gives a claim back, or keeps it, is never too often") {
  HubWorld world(true, {.burstSeconds = 1, .requestsPerActor = 1});
  world.join(1);
  world.say(1, query(1));
  for (int i = 0; i < 5; ++i) {
    world.say(1, R"({"type":"renew","claims":["00000000-0000-4000-8000-000000000001"]})");
    world.say(1, R"({"type":"release","request":9,"claim":"00000000-0000-4000-8000-000000000001"})");
  }
  CHECK(world.closings.empty());
  world.take("read");
  for (int i = 0; i < 5; ++i) world.take("release");
}

TEST_CASE("who begins again and again is sent away for a while") {
  HubWorld world(true, {.burstSeconds = 2, .requestsPerActor = 1});
  world.open(1);
  for (int i = 0; i < 4 && world.closings.empty(); ++i) world.say(1, world.helloText("s1"));
  CHECK(error(world, 1).text("code") == "rate_limited");
  CHECK(world.closings[1].code == 1013);
}

TEST_CASE("commits that come too fast are not refused but leave at the rate, in order") {
  HubWorld world(true, {.burstSeconds = 1, .commitsPerOrganization = 10});
  world.join(1);
  for (int i = 0; i < 25; ++i) world.say(1, create("k" + std::to_string(i)));
  CHECK(world.closings.empty());
  const double began = world.now;
  int landed = 0;
  while (landed < 25) {
    if (!world.asks("commit")) world.sleep();
    if (!world.asks("commit")) continue;
    const Question batch = world.take("commit");
    const auto commits = batch.input.find("commits")->items();
    std::string receipts;
    for (const Json& commit : commits) {
      CHECK(commit.text("key") == "k" + std::to_string(landed++));
      receipts += (receipts.empty() ? "" : ",") + std::string(R"({"status":"confirmed","seq":0})");
    }
    CHECK(landed <= 10 + (world.now - began) / 100 + 0.01);
    world.answer(batch, R"({"head":0,"receipts":[)" + receipts + "]}");
  }
  CHECK(world.now - began >= 1'400);
  CHECK(world.now - began <= 1'600);
  CHECK(metric(world, "limited", "commitsPerOrganization") != "0");
}

TEST_CASE("one actor's commits wait for themselves, and nobody else's for them") {
  HubWorld world(true, {.burstSeconds = 1, .commitsPerActor = 2});
  world.join(1, 0, identity("acme", "fast"));
  world.join(2, 0, identity("acme", "calm"));
  for (int i = 0; i < 6; ++i) world.say(1, create("f" + std::to_string(i)));
  world.say(2, create("c"));
  world.answer(world.take("commit"), kConfirmed);  // f0
  const Question batch = world.take("commit");
  REQUIRE(batch.input.find("commits")->items().size() == 2);
  CHECK(batch.input.find("commits")->items()[0].text("key") == "f1");
  CHECK(batch.input.find("commits")->items()[1].text("key") == "c");
}

TEST_CASE("what an organization has on its way is bounded, whatever each of its sockets may have") {
  HubWorld world(true, {.queuedCommits = 3});
  for (uint32_t socket = 1; socket <= 3; ++socket)
    world.join(socket, 0, identity("acme", "u" + std::to_string(socket)));
  world.say(1, create("a"));  // leaves at once
  for (int i = 0; i < 3; ++i) world.say(2, create("b" + std::to_string(i)));
  world.say(3, create("c"));
  CHECK(error(world, 3).text("code") == "too_much_unanswered");
  CHECK(world.closings[3].code == 1013);
  CHECK(!world.closings.count(2));
}

TEST_CASE("a socket too many is told so and closed, and one that went makes room") {
  HubWorld world(true, {.sockets = 3, .socketsPerOrganization = 2});
  world.join(1);
  world.join(2);
  world.open(3);
  CHECK(error(world, 3).text("code") == "rate_limited");
  CHECK(error(world, 3).text("limit") == "socketsPerOrganization");
  CHECK(world.closings[3].code == 1013);
  CHECK(world.closings[3].reason == "rate_limited");
  world.leave(3);
  world.join(4, 0, identity("umbrella", "eve"));
  world.open(5, identity("umbrella", "eve"));
  CHECK(error(world, 5).text("limit") == "sockets");
  world.leave(1);
  world.open(6);
  CHECK(!world.closings.count(6));
}

TEST_CASE("an address may open so many sockets, so often; this machine and a proxy as many as they like") {
  HubWorld world(true, {.socketsPerAddress = 2, .burstSeconds = 1, .connectionsPerAddress = 3});
  const auto comes = [&](const std::string& address) {
    const Outcome outcome = world.hub.admit(Hub::Visit::connection, R"({"address":")" + address + "\"}", world.now);
    return outcome ? std::string() : writeJson(errorJson(outcome.error()));
  };
  uint32_t socket = 0;
  for (int i = 0; i < 2; ++i) {
    CHECK(comes("203.0.113.9").empty());
    world.open(++socket, identity("acme", "ada", "203.0.113.9"));
  }
  CHECK(comes("203.0.113.9").find("socketsPerAddress") != std::string::npos);
  world.leave(1);
  CHECK(comes("203.0.113.9").empty());
  CHECK(comes("203.0.113.9").find("connectionsPerAddress") != std::string::npos);
  for (int i = 0; i < 10; ++i) {
    CHECK(comes("127.0.0.1").empty());
    world.open(++socket + 10, identity("acme", "ada", "10.0.0.1"));
  }
  CHECK(world.closings.empty());
}

TEST_CASE("requests over HTTP and over sockets use up the same rate") {
  HubWorld world(true, {.burstSeconds = 3, .requestsPerKey = 1});
  world.join(1, 0, identity("acme", "ada"));
  const auto call = [&] {
    return static_cast<bool>(world.hub.admit(Hub::Visit::request, R"({"credential":"c1"})", world.now));
  };
  CHECK(call());
  world.say(1, query(1));
  CHECK(call());
  CHECK(!call());
  world.say(1, query(2));
  CHECK(error(world, 1).text("limit") == "requestsPerKey");
}

TEST_CASE("what is rejected, refused and sent is counted by name, and times are spread over buckets") {
  HubWorld world;
  world.join(1);
  world.say(1, create("a"));
  world.now += 30;
  world.answer(world.take("commit"),
               R"({"head":0,"receipts":[{"status":"rejected","error":{"code":"unique_violation"}}]})");
  world.say(1, R"({"type":"commit","key":"b","attempt":1,"issuedAt":1,"operations":[]})");
  CHECK(metric(world, "rejected", "unique_violation") == "1");
  CHECK(metric(world, "rejected", "commit_operation_required") == "1");
  const Result<Json> metrics = parseJson(world.hub.metrics());
  CHECK(metrics->number("rejections") == 2);
  CHECK(metrics->find("batchSizes")->find("counts")->items()[0].asNumber() == 1);
  CHECK(metrics->find("commitTimes")->number("sum") == 30);
  CHECK(metrics->find("commitTimes")->find("counts")->items()[5].asNumber() == 1);  // of 25 to 50 ms
  CHECK(world.hub.metrics().find("acme") == std::string::npos);
}
