// SPDX-License-Identifier: MIT
//
// How long somebody waits: for a write, for a claim, for a token.
#include "bench.h"

using namespace ablo;
using namespace ablo::test;

namespace {

std::string ask(const std::string& claim, const std::string& more = "") {
  return R"({"claim":")" + claim + R"(","model":"tasks","id":"t1","ttl":60000,"action":"editing","wait":true)" + more +
         "}";
}
std::string transition(int seq, const std::string& claim, const std::string& op, const std::string& status) {
  return changes(seq - 1, seq,
                 R"({"seq":)" + std::to_string(seq) + R"(,"kind":"claim","op":")" + op + R"(","claim":{"id":")" +
                     claim + R"(","model":"tasks","row":"t1","fence":1,"readAt":2,"status":")" + status + "\"}}");
}
void welcome(Bench& bench, const std::string& more) {
  bench.say(R"({"type":"welcome","organization":"acme","epoch":"e","seq":2,"start":"load")" + more + "}");
  bench.say(R"({"type":"loaded","seq":2,"models":{},"claims":[]})");
}

}  // namespace

// Went wrong: only a client that was offline gave up, and with a database that hung an awaited write never settled.
TEST_CASE("A write that a server takes and never answers is unknown after 30 s, and confirmed when it is known") {
  Bench bench;
  bench.connect();
  const uint32_t commit = bench.write("k1", update("t1", "mine"));
  CHECK(bench.wake <= bench.now + 30'000);
  for (int seconds = 0; seconds < 29; ++seconds) {
    bench.now += 1'000;
    bench.client.tick(bench.now);
    bench.say(R"({"type":"pong"})");
  }
  CHECK(bench.settled.empty());
  bench.now += 1'000;
  bench.client.tick(bench.now);
  bench.drain();
  CHECK(bench.settled[commit] == "commit_no_result");
  CHECK(bench.client.status().text("state") == "live");
  CHECK(bench.client.status().number("pending") == 1);
  CHECK(bench.title("t1") == "mine");
  bench.settled.clear();
  bench.now += 60'000;
  bench.say(R"({"type":"pong"})");
  bench.client.tick(bench.now);
  bench.drain();
  CHECK(bench.settled.empty());  // said once
  bench.say(changes(2, 3, change(3, "t1", "mine", kOwn + "\"k1\"")));
  CHECK(bench.settled[commit] == "confirmed");
}

TEST_CASE("A question that a server takes and never answers is refused after 30 s; a place in line stays") {
  Bench bench;
  bench.connect();
  REQUIRE(bench.client.claim(ask("c1"), bench.now));
  bench.say(transition(3, "c1", "grant", "active"));
  const uint32_t release = *bench.client.release("c1", bench.now);
  const uint32_t inLine = *bench.client.claim(ask("c2"), bench.now);
  CHECK(bench.client.status().text("state") == "live");
  for (int seconds = 0; seconds < 30; ++seconds) {
    CHECK(bench.answered.count(release) == 0);
    bench.now += 1'000;
    bench.client.tick(bench.now);
    bench.say(R"({"type":"pong"})");
  }
  CHECK(bench.answered[release] == "api_unreachable");
  CHECK(bench.answered.count(inLine) == 0);
}

TEST_CASE("A claim that is not granted in the time given leaves the line") {
  Bench bench;
  bench.connect();
  const uint32_t request = *bench.client.claim(ask("c1", R"(,"timeout":5000)"), bench.now);
  CHECK_FALSE(bench.heard().find("timeout"));
  bench.say(transition(3, "c1", "queue", "queued"));
  CHECK(bench.wake <= bench.now + 5'000);
  bench.now += 4'999;
  bench.client.tick(bench.now);
  bench.drain();
  CHECK(bench.answered.empty());
  bench.now += 1;
  bench.client.tick(bench.now);
  bench.drain();
  CHECK(bench.answered[request] == "grant_timeout");
  CHECK(bench.heard().text("type") == "release");
  bench.say(transition(4, "c1", "grant", "active"));  // it crossed the release
  CHECK(bench.answered[request] == "grant_timeout");
  CHECK(bench.lost.empty());
}

TEST_CASE("A claim that was granted in time has no deadline any more; a timeout must be one") {
  Bench bench;
  bench.connect();
  const uint32_t request = *bench.client.claim(ask("c1", R"(,"timeout":5000)"), bench.now);
  bench.say(transition(3, "c1", "grant", "active"));
  bench.now += 10'000;
  bench.client.tick(bench.now);
  bench.drain();
  CHECK(bench.answered[request] == "ok");
  for (const char* timeout : {R"(,"timeout":-1)", R"(,"timeout":"5s")"})
    CHECK(bench.client.claim(ask("c2", timeout), bench.now).error().code == ErrorCode::duration_invalid);
}

TEST_CASE("Who holds a claim is told once when it is lost, and not when it is given back") {
  Bench bench;
  bench.connect();
  REQUIRE(bench.client.claim(ask("c1"), bench.now));
  bench.say(transition(3, "c1", "grant", "active"));
  bench.say(transition(4, "c1", "expire", "expired"));
  bench.say(transition(5, "c1", "cancel", "canceled"));
  CHECK(bench.lost == std::vector<std::string>{"c1"});
  CHECK(*bench.client.release("c1", bench.now) == 0);

  REQUIRE(bench.client.claim(ask("c2"), bench.now));
  bench.say(transition(6, "c2", "grant", "active"));
  const uint32_t release = *bench.client.release("c2", bench.now);
  CHECK(release != 0);
  bench.say(transition(7, "c2", "release", "released"));
  CHECK(bench.lost.size() == 1);
}

// Went wrong: a credential that was refused made the client forget what it held, and what it wrote later went out unguarded.
TEST_CASE("Who is refused by the server loses the claims they hold, and writes to their rows are refused") {
  Bench bench;
  bench.connect();
  REQUIRE(bench.client.claim(ask("c1"), bench.now));
  bench.say(transition(3, "c1", "grant", "active"));
  bench.client.closed(4001, "apikey_revoked", bench.now);
  bench.drain();
  CHECK(bench.lost == std::vector<std::string>{"c1"});
  CHECK(bench.client.commit(R"({"key":"k","operations":[)" + update("t1", "mine") + "]}", bench.now).error().code ==
        ErrorCode::claim_lost);
}

// Went wrong: a commit that one log had accepted was called confirmed as soon as another log had grown as long.
TEST_CASE("A commit that was accepted and not applied when the log was replaced is asked again") {
  Bench bench;
  bench.connect();
  const uint32_t commit = bench.write("k1", update("t1", "mine"));
  bench.heard();
  bench.say(R"({"type":"receipt","key":"k1","attempt":1,"status":"confirmed","seq":4})");
  bench.say(R"({"type":"loaded","seq":9,"epoch":"f","models":{"tasks":[]},"claims":[]})");
  CHECK(bench.settled.empty());
  CHECK(bench.heard().text("key") == "k1");
  bench.say(R"({"type":"receipt","key":"k1","attempt":1,"status":"confirmed","seq":10})");
  CHECK(bench.settled.empty());
  bench.say(changes(9, 10, change(10, "t1", "mine", kOwn + "\"k1\"")));
  CHECK(bench.settled[commit] == "confirmed");
}

TEST_CASE("A session route that fails is tried again, and called unreachable; one that refuses is not") {
  Bench bench;
  bench.client.start(bench.now);
  bench.client.tokenFailed("", "POST /api/ablo-session answered 502.", bench.now);
  bench.drain();
  CHECK(bench.client.status().find("error")->text("code") == "api_unreachable");
  CHECK(bench.client.status().find("error")->text("message") == "POST /api/ablo-session answered 502.");
  CHECK(bench.client.status().text("state") == "waiting");
  bench.client.nudge(bench.now);
  bench.client.tokenFailed("auth_no_credentials", "There is no session route.", bench.now);
  CHECK(bench.client.status().find("error")->text("code") == "auth_no_credentials");
  CHECK(bench.client.status().text("state") == "refused");
}

TEST_CASE("A token that is still good is used again, until there is another credential") {
  Bench bench;
  bench.greet();
  welcome(bench, R"(,"expiresAt":)" + std::to_string(static_cast<int64_t>(bench.now + 100'000)));
  const auto again = [&](double later) {
    bench.now += later;
    bench.client.closed(1006, "", bench.now);
    bench.tokenWanted = bench.connectWanted = false;
    bench.client.nudge(bench.now);
    bench.drain();
    return bench.tokenWanted ? "token" : bench.connectWanted ? "connect" : "nothing";
  };
  CHECK(again(60'000) == std::string("connect"));
  CHECK(again(0) == std::string("connect"));
  CHECK(again(10'000) == std::string("token"));  // 30 s are left of it
}

TEST_CASE("A token that is used again and refused is replaced before the client gives up") {
  Bench bench;
  bench.greet();
  welcome(bench, R"(,"expiresAt":)" + std::to_string(static_cast<int64_t>(bench.now + 100'000)));
  bench.client.closed(1006, "", bench.now);
  bench.client.nudge(bench.now);
  bench.client.opened(bench.now);
  bench.tokenWanted = false;
  bench.client.closed(4001, "apikey_invalid", bench.now);
  bench.drain();
  CHECK(bench.tokenWanted);
  bench.client.tokenReady(bench.now);
  bench.client.opened(bench.now);
  bench.client.closed(4001, "apikey_invalid", bench.now);
  CHECK(bench.client.status().text("state") == "refused");
}

TEST_CASE("Another credential is asked for its token even while the last one is good") {
  Bench bench;
  bench.greet();
  welcome(bench, R"(,"expiresAt":)" + std::to_string(static_cast<int64_t>(bench.now + 100'000)));
  bench.client.closed(1006, "", bench.now);
  bench.tokenWanted = false;
  bench.client.tokenChanged(bench.now);
  bench.drain();
  CHECK(bench.tokenWanted);
}
