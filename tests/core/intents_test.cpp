// SPDX-License-Identifier: MIT
//
// What is asked about claims: who holds what, in which order they wait, and when it is free.
#include "bench.h"

using namespace ablo;
using namespace ablo::test;

namespace {

const char* const kRow = R"({"model":"tasks","id":"t1"})";
const char* const kWouldNotWait = R"({"model":"tasks","id":"t1","ifClaimed":"fail"})";

/// A claim of the row t1 as the server says it.
std::string claim(const std::string& id, const std::string& more, const std::string& kind = "agent") {
  return R"({"id":")" + id + R"(","model":"tasks","row":"t1","session":"s2","actor":{"kind":")" + kind +
         R"(","id":"ada"},)" + more + "}";
}

struct Line : Bench {
  Line() { connect(); }

  int seq = 2;

  void told(const std::string& claim) {
    ++seq;
    say(changes(
        seq - 1, seq,
        R"({"seq":)" + std::to_string(seq) + R"(,"kind":"claim","model":"tasks","id":"t1","claim":)" + claim + "}"));
  }
  std::string ids(const std::string& filter = kRow) {
    std::string ids;
    const Json claims = *client.intents(filter);
    for (const Json& claim : claims.items()) ids += std::string(claim.text("id")) + " ";
    return ids;
  }
  uint32_t wait(const std::string& filter) {
    const uint32_t request = *client.awaitFree(filter, now);
    drain();
    return request;
  }
};

const std::string kHeld = R"("status":"active","fence":7,"ticket":1,"readAt":3)", kOver = R"("status":"released")";

}  // namespace

TEST_CASE("Who waits for others does not wait for what the same participant holds elsewhere") {
  Line line;
  const char* const others = R"({"model":"tasks","id":"t1","others":true})";
  line.told(claim("own", kHeld, "user"));
  CHECK(line.wait(kRow) != 0);
  CHECK(line.wait(others) == 0);
  line.told(claim("other", kHeld));
  const uint32_t request = line.wait(others);
  CHECK(request != 0);
  line.told(claim("other", kOver));
  CHECK(line.answered[request] == "ok");
}

TEST_CASE(
    "Who holds a part of a row longest comes first, and those who wait come by their tickets, not by how many are in "
    "front of them") {
  Line line;
  line.told(claim("a", R"("status":"active","fence":9,"ticket":2,"readAt":3,"fields":["title"])"));
  line.told(claim("b", R"("status":"active","fence":8,"ticket":1,"readAt":4,"fields":["status"])"));
  line.told(claim("c", R"("status":"queued","position":2,"ticket":5,"fields":["title"])"));
  line.told(claim("d", R"("status":"queued","position":1,"ticket":6,"fields":["status"])"));
  line.told(claim("e", R"("status":"queued","position":1,"ticket":4,"fields":["title"])"));
  CHECK(line.ids() == "b a e c d ");
}

TEST_CASE("A claim that is loaded again is the same, however often its holder renewed it meanwhile") {
  Line line;
  line.told(claim("a", kHeld + R"(,"expiresAt":1)"));
  const auto load = [&](const std::string& claims) {
    line.say(changes(line.seq, line.seq + 1, R"({"seq":9,"kind":"resync"})"));
    line.heard();
    line.say(R"({"type":"welcome","organization":"acme","epoch":"e","seq":9,"start":"load"})");
    line.say(R"({"type":"loaded","seq":9,"models":{"tasks":[]},"claims":[)" + claims + "]}");
    line.seq = 9;
    return line.claimed;
  };
  CHECK(load(claim("a", kHeld + R"(,"expiresAt":2)")).empty());
  CHECK(line.ids() == "a ");
  CHECK(load(claim("a", R"("status":"active","fence":8,"ticket":1,"readAt":6)")) == std::vector<std::string>{"t1"});
  CHECK(load("") == std::vector<std::string>{"t1"});
  CHECK(line.ids().empty());
}

TEST_CASE("Who waits until a row is free is told when it is, and at once if it is") {
  Line line;
  CHECK(line.wait(kRow) == 0);
  line.told(claim("a", kHeld));
  const uint32_t row = line.wait(kRow), rows = line.wait(R"({"model":"tasks","ids":["t0","t1"]})");
  CHECK(line.wait(R"({"model":"tasks","ids":["t0"]})") == 0);
  line.told(claim("b", R"("status":"queued","position":1,"ticket":2)"));
  line.told(claim("a", kOver));
  CHECK(line.answered[row] == "ok");
  CHECK(line.answered[rows] == "ok");
}

TEST_CASE("Whether a row is free is only known when the server has told, and who would not wait is told then") {
  Bench bench;
  const uint32_t patient = *bench.client.awaitFree(kRow, bench.now);
  const uint32_t hasty = *bench.client.awaitFree(kWouldNotWait, bench.now);
  bench.greet();
  bench.say(R"({"type":"welcome","organization":"acme","epoch":"e","seq":3,"start":"load"})");
  CHECK(bench.answered.empty());
  bench.say(R"({"type":"loaded","seq":3,"models":{},"claims":[)" + claim("a", kHeld) + "]}");
  CHECK(bench.answered[hasty] == "entity_claimed");
  CHECK(!bench.answered.contains(patient));
}

TEST_CASE("What an earlier connection told is not what is, until this one has told up to where the log was") {
  Line line;
  const auto ask = [&] { return std::pair(line.wait(kRow), line.wait(kWouldNotWait)); };
  line.client.closed(1006, "", line.now);
  const auto [away, hastyAway] = ask();
  line.client.nudge(line.now);
  line.greetAgain();
  line.say(R"({"type":"welcome","organization":"acme","epoch":"e","seq":4,"start":"resume"})");
  const auto [behind, hastyBehind] = ask();
  line.seq = 2;
  line.told(claim("b", R"("status":"queued","position":1,"ticket":2)"));
  CHECK(line.answered.empty());
  line.told(claim("a", kHeld));
  CHECK(line.answered.size() == 2);
  CHECK(line.answered[hastyAway] == "entity_claimed");
  CHECK(line.answered[hastyBehind] == "entity_claimed");
  line.told(claim("a", kOver));
  CHECK(line.answered[away] == "ok");
  CHECK(line.answered[behind] == "ok");
}

TEST_CASE("Who would not wait is told after a load that comes in between") {
  Line line;
  line.told(claim("a", kHeld));
  line.say(changes(line.seq, line.seq + 1, R"({"seq":4,"kind":"resync"})"));
  const uint32_t hasty = line.wait(kWouldNotWait);
  line.say(R"({"type":"welcome","organization":"acme","epoch":"e","seq":4,"start":"load"})");
  line.say(R"({"type":"loaded","seq":4,"models":{},"claims":[)" + claim("a", kHeld) + "]}");
  CHECK(line.answered[hasty] == "entity_claimed");
}

TEST_CASE("As many rows are waited for as a client may hold") {
  Line line;
  std::string ids = R"("t0")";
  for (int i = 0; i < 150'000; ++i) ids += R"(,"00000000-0000-4000-8000-)" + std::to_string(100'000'000'000 + i) + '"';
  CHECK(line.wait(R"({"model":"tasks","ids":[)" + ids + "]}") == 0);
  line.told(claim("a", kHeld));
  CHECK(line.wait(R"({"model":"tasks","ids":[)" + ids + R"(,"t1"]})") != 0);
}

TEST_CASE("Nobody is said to hold what was never heard of") {
  Bench bench;
  const uint32_t request = *bench.client.awaitFree(R"({"model":"tasks","id":"t1","timeout":300})", bench.now);
  bench.client.start(bench.now);
  bench.now += 300;
  bench.client.tick(bench.now);
  bench.drain();
  CHECK(bench.answered[request] == "api_unreachable");
}

TEST_CASE("Nobody waits longer than they want to, nor for a server that does not come back") {
  Line line;
  line.told(claim("a", kHeld));
  const uint32_t patient = line.wait(kRow), brief = line.wait(R"({"model":"tasks","id":"t1","timeout":500})");
  line.now += 500;
  CHECK(line.wake <= line.now);
  line.client.tick(line.now);
  line.drain();
  CHECK(line.answered[brief] == "model_claimed_timeout");
  CHECK(!line.answered.contains(patient));
  line.client.closed(1006, "", line.now);
  line.now += 10'000;
  line.client.tick(line.now);
  line.drain(true);
  CHECK(line.answered[patient] == "api_unreachable");
}

TEST_CASE("Who does not wait any more is told nothing") {
  Line line;
  line.told(claim("a", kHeld));
  const uint32_t request = line.wait(kRow);
  line.client.closeRequest(request);
  line.told(claim("a", kOver));
  CHECK(!line.answered.contains(request));
}

TEST_CASE("What cannot be asked about claims is refused by name") {
  Line line;
  const auto code = [&](const std::string& filter) { return line.client.intents(filter).error().code; };
  const auto waiting = [&](const std::string& filter) { return line.client.awaitFree(filter, line.now).error().code; };
  CHECK(code(R"({"model":"task"})") == ErrorCode::unknown_model);
  CHECK(code(R"({"model":"tasks","id":""})") == ErrorCode::invalid_id);
  CHECK(code(R"({"model":"tasks","field":"titel"})") == ErrorCode::unknown_field);
  CHECK(waiting(R"({"model":"tasks","id":"t1","field":"titel"})") == ErrorCode::unknown_field);
  CHECK(waiting(R"({"model":"task","id":"t1"})") == ErrorCode::unknown_model);
  CHECK(waiting(R"({"model":"tasks","id":"t1","timeout":"soon"})") == ErrorCode::duration_invalid);
  CHECK(waiting(R"({"model":"tasks","id":"t1","ifClaimed":"wiat"})") == ErrorCode::query_invalid);
  line.told(claim("a", kHeld));
  CHECK(waiting(kWouldNotWait) == ErrorCode::entity_claimed);
}
