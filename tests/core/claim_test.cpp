// SPDX-License-Identifier: MIT
//
// Claims of a client when something goes wrong: what it carries, keeps, gives back and asks again. Each was a promise that the
// simulator saw broken.
#include "bench.h"

using namespace ablo;
using namespace ablo::test;

namespace {

const char* const kAsk = R"({"claim":"c1","model":"tasks","id":"t1","ttl":3000,"action":"editing","wait":true})";

std::string entry(double seq, const std::string& op, const std::string& status) {
  return changes(static_cast<int>(seq) - 1, static_cast<int>(seq),
                 R"({"seq":)" + std::to_string(static_cast<int>(seq)) + R"(,"kind":"claim","op":")" + op +
                     R"(","model":"tasks","id":"t1","claim":{"id":"c1","model":"tasks","row":"t1","status":")" +
                     status + R"(","fence":7,"readAt":3,"session":"s1"}})");
}

uint32_t hold(Bench& bench) {
  const uint32_t request = *bench.client.claim(kAsk, bench.now);
  bench.heard();
  bench.say(entry(3, "grant", "active"));
  return request;
}

}  // namespace

TEST_CASE("A write that comes out of a queue carries the claims it was made under, or it would be another one") {
  Bench bench;
  bench.connect();
  hold(bench);
  const uint32_t commit = bench.write("k1", update("t1", "under it"));
  const std::string kept(bench.client.message(commit));
  Bench later;
  later.connect();
  REQUIRE(later.client.commit(kept, later.now));
  later.drain();
  CHECK(writeJson(*later.heard().find("claims")) == R"([{"id":"c1","fence":7}])");
}

TEST_CASE("A claim that is to be given back is renewed until the writes under it have settled") {
  Bench bench;
  bench.connect();
  hold(bench);
  bench.write("k1", update("t1", "under it"));
  bench.heard();
  REQUIRE(bench.client.release("c1", bench.now));
  bench.now += 1000;
  bench.client.tick(bench.now);
  CHECK(bench.heard().text("type") == "renew");
}

TEST_CASE("A claim that is taken for lost is given back after the writes that went out with it") {
  Bench bench;
  bench.connect();
  hold(bench);
  bench.write("k1", update("t1", "under it"));
  bench.heard();
  bench.say(entry(4, "expire", "expired"));
  REQUIRE(bench.client.claim(R"({"claim":"c2","model":"tasks","id":"t1","ttl":3000})", bench.now));
  CHECK(bench.heard().text("claim") == "c2");
  REQUIRE(bench.client.release("c1", bench.now));
  bench.drain();
  CHECK(bench.sent.empty());
  bench.say(R"({"type":"receipt","key":"k1","attempt":1,"status":"rejected","error":{"code":"claim_lost"}})");
  const Json released = bench.heard();
  CHECK(released.text("type") == "release");
  CHECK(released.text("claim") == "c1");
}

TEST_CASE("A claim that was given back before the database had it is given back again") {
  Bench bench;
  bench.connect();
  const uint32_t request = *bench.client.claim(kAsk, bench.now);
  bench.heard();
  REQUIRE(bench.client.release("c1", bench.now));
  CHECK(bench.heard().text("type") == "release");
  CHECK(bench.answered[request] == "claim_not_found");
  bench.say(entry(3, "grant", "active"));
  CHECK(bench.heard().text("type") == "release");
}

TEST_CASE(
    "Who waits in line is told so when the log is replaced under a connection that stands, and nobody knows of it "
    "there") {
  Bench bench;
  bench.connect();
  const uint32_t request = *bench.client.claim(kAsk, bench.now);
  bench.heard();
  bench.say(R"({"type":"loaded","seq":2,"epoch":"e2","models":{},"claims":[]})");
  CHECK(bench.answered[request] == "claim_lost");
}

namespace {

/// All that was said, `type claim` each.
std::vector<std::string> said(Bench& bench) {
  std::vector<std::string> frames;
  bench.drain();
  for (const Json& frame : bench.sent)
    frames.push_back(std::string(frame.text("type")) + " " + std::string(frame.text("claim")));
  bench.sent.clear();
  return frames;
}

/// Longer than anybody waits, then a connection that knows the log as it was.
std::vector<std::string> returns(Bench& bench) {
  bench.now += 11'000;
  bench.client.tick(bench.now);
  bench.drain();
  bench.client.nudge(bench.now);
  bench.greetAgain();
  bench.sent.clear();
  bench.say(R"({"type":"welcome","epoch":"e","seq":3,"start":"resume"})");
  return said(bench);
}

}  // namespace

TEST_CASE("What is given back while there is no connection is given back when there is one") {
  Bench bench;
  bench.connect();
  hold(bench);
  bench.client.closed(1006, "", bench.now);
  const uint32_t release = *bench.client.release("c1", bench.now);
  const std::vector<std::string> frames = returns(bench);
  CHECK(bench.answered[release] == "api_unreachable");
  CHECK(frames == std::vector<std::string>{"release c1"});
}

TEST_CASE("What was given back over a connection that was lost is given back again") {
  Bench bench;
  bench.connect();
  hold(bench);
  const uint32_t release = *bench.client.release("c1", bench.now);
  CHECK(said(bench) == std::vector<std::string>{"release c1"});
  bench.client.closed(1006, "", bench.now);
  const std::vector<std::string> frames = returns(bench);
  CHECK(bench.answered[release] == "api_unreachable");
  CHECK(frames == std::vector<std::string>{"release c1"});
}

TEST_CASE("More claims than one frame may name are renewed in several") {
  Bench bench;
  for (int i = 0; i < 1001; ++i)
    REQUIRE(bench.client.claim(R"({"claim":"c)" + std::to_string(i) + R"(","model":"tasks","id":"t1","ttl":3000})",
                               bench.now));
  bench.connect();
  bench.drain();
  std::vector<std::size_t> renewed;
  for (const Json& frame : bench.sent)
    if (frame.text("type") == "renew") renewed.push_back(frame.find("claims")->items().size());
  CHECK(renewed == std::vector<std::size_t>{1000, 1});
}
