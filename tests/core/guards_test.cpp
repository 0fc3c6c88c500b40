// SPDX-License-Identifier: MIT
//
// What a write goes by, and writes that are made anew from the row: what the client says of it, and when it says it again.
#include "bench.h"

using namespace ablo;
using namespace ablo::test;

namespace {

struct Guarded : Bench {
  explicit Guarded(bool guardsUpdates = true) : Bench(true, 1u << 30, guardsUpdates) { connect(); }

  /// Somebody looks at the row as it is now.
  void read(const std::string& id) { client.rowRead(1, static_cast<uint32_t>(client.slot(1, id))); }

  /// Others change the title of t1; the client hears of it.
  void others(int seq) { say(changes(seq - 1, seq, change(seq, "t1", "theirs " + std::to_string(seq)))); }

  /// The frame of a write that was made.
  Json written(const std::string& key, const std::string& operation, const std::string& options = "") {
    write(key, operation, options);
    return heard();
  }
  double readAt(const std::string& key, const std::string& operation, const std::string& options = "") {
    return written(key, operation, options).find("operations")->items()[0].number("readAt", -1);
  }
  void confirm(const std::string& key, int seq) {
    say(R"({"type":"receipt","key":")" + key + R"(","attempt":1,"status":"confirmed","seq":)" + std::to_string(seq) +
        "}");
  }
  void refuse(const std::string& key, int attempt, int seq, const std::string& code = "stale_context") {
    say(R"({"type":"receipt","key":")" + key + R"(","attempt":)" + std::to_string(attempt) +
        R"(,"status":"rejected","error":{"code":")" + code + R"(","message":"m","readAt":2,"conflicts":[{"seq":)" +
        std::to_string(seq) + "}]}}");
  }
  /// Time passes, more than any pause.
  void pass() {
    now += 1000;
    client.tick(now);
    drain();
  }
  bool outdated(uint32_t commit) const { return said.count(commit) > 0 && said.at(commit).find("retries"); }
};

const std::string kTitle = update("t1", "mine");
const std::string kStatus = R"({"op":"update","model":"tasks","id":"t1","data":{"status":"done"}})";

}  // namespace

TEST_CASE("A guarded update goes by what was last read of its row") {
  Guarded bench;
  CHECK(bench.readAt("k1", update("t2", "never read")) == 2);
  bench.read("t1");
  bench.others(3);
  CHECK(bench.readAt("k2", kStatus) == 2);
  bench.read("t1");
  CHECK(bench.readAt("k3", kStatus) == 3);
  CHECK(bench.written("k4", kStatus).text("epoch") == "e");
}

TEST_CASE("What was read and has not changed since is as good as new") {
  Guarded bench;
  bench.read("t2");
  bench.others(3);
  CHECK(bench.readAt("k1", update("t2", "mine")) == 3);
}

TEST_CASE(
    "What is given, forced or created is not guarded by what was read, and neither is what nobody wants guarded") {
  Guarded bench;
  bench.read("t1");
  bench.others(3);
  const Json given = bench.written("k1", kTitle, R"(,"readAt":1)");
  CHECK(given.number("readAt") == 1);
  CHECK_FALSE(given.find("operations")->items()[0].find("readAt"));
  CHECK_FALSE(bench.written("k2", kTitle, R"(,"onStale":"force")").find("epoch"));
  const std::string create = R"({"op":"create","model":"tasks","id":"t9","data":{"title":"new","status":"todo"}})";
  CHECK(bench.readAt("k3", create) == -1);
  Guarded plain(false);
  plain.read("t1");
  CHECK(plain.readAt("k1", kTitle) == -1);
}

TEST_CASE("Another row under the same id is not the one that was read") {
  Guarded bench;
  bench.read("t1");
  bench.say(
      changes(2, 4, R"({"seq":3,"kind":"row","model":"tasks","op":"delete","id":"t1"},)" + change(4, "t1", "another")));
  CHECK(bench.readAt("k1", kTitle) == 2);
}

TEST_CASE("What was read of a refused write goes by nothing until it is read again") {
  Guarded bench;
  bench.write("k1", kTitle);
  bench.read("t1");
  bench.refuse("k1", 1, 2);
  const std::string commit = R"({"key":"k2","operations":[)" + kStatus + "]}";
  CHECK(bench.client.commit(commit, bench.now).error().code == ErrorCode::stale_context);
  CHECK(bench.client.status().number("pending") == 0);
  bench.read("t1");
  CHECK(bench.client.commit(commit, bench.now));
}

// Went wrong: a page that was opened again showed its own write over what others had changed since that write had landed.
TEST_CASE("What was read under a write that had landed long ago goes by that") {
  Guarded bench;
  bench.written("k1", kTitle);
  bench.others(3);
  bench.others(4);
  bench.read("t1");
  bench.others(5);
  bench.confirm("k1", 3);
  CHECK(bench.title("t1") == "theirs 5");
  CHECK(bench.readAt("k2", kTitle) == 3);
}

TEST_CASE("What was read before a write that is refused is still what was read") {
  Guarded bench;
  bench.read("t1");
  bench.write("k1", kTitle);
  bench.refuse("k1", 1, 2);
  CHECK(bench.client.commit(R"({"key":"k2","operations":[)" + kTitle + "]}", bench.now));
}

TEST_CASE("A guarded write names those of its own it stands on") {
  Guarded bench;
  const auto basedOn = [&](const std::string& key, const std::string& operation, const std::string& options = "") {
    const Json commit = bench.written(key, operation, options);
    std::string keys;
    if (const Json* basis = commit.find("basedOn"))
      for (const Json& one : basis->items()) keys += std::string(one.text("key")) + " ";
    return keys;
  };
  CHECK(basedOn("k1", kTitle).empty());
  CHECK(basedOn("k2", kStatus).empty());
  CHECK(basedOn("k3", kTitle) == "k1 ");
  CHECK(basedOn("k4", R"({"op":"archive","model":"tasks","id":"t1"})") == "k1 k2 k3 ");
  bench.confirm("k1", 3);  // it is not here yet, but will not be refused any more
  CHECK(basedOn("k5", kTitle) == "k3 k4 ");
  CHECK(basedOn("k6", update("t2", "x"), R"(,"reads":[{"model":"tasks","id":"t1"}])") == "k2 k3 k4 k5 ");
  CHECK(basedOn("k7", update("t1", "x"), R"(,"onStale":"merge","readAt":2)").empty());
}

// Went wrong: what a merge had given up was shown until its place in the log was here, and a write that went by it landed.
TEST_CASE("A write that gave way in part is stood on by name, and what was read of it goes by nothing") {
  Guarded bench;
  bench.written("k1", kTitle, R"(,"onStale":"merge","readAt":2)");
  bench.read("t1");
  bench.others(3);
  CHECK(bench.title("t1") == "mine");
  bench.say(
      R"({"type":"receipt","key":"k1","attempt":1,"status":"confirmed","seq":5,"notifications":[{"model":"tasks","id":"t1"}]})");
  CHECK(bench.title("t1") == "mine");
  const Json commit = bench.written("k2", kTitle);
  const Json* basis = commit.find("basedOn");
  REQUIRE(basis);
  CHECK(basis->items()[0].text("key") == "k1");
  bench.say(changes(3, 5, change(5, "t2", "what was left of it", kOwn + "\"k1\"")));
  bench.refuse("k2", 1, 3);
  CHECK(bench.title("t1") == "theirs 3");
  const auto stale = bench.client.commit(R"({"key":"k3","operations":[)" + kTitle + "]}", bench.now);
  REQUIRE(!stale);
  CHECK(stale.error().code == ErrorCode::stale_context);
}

// Went wrong: its change came first, after a resume, and what it had given up was never told.
TEST_CASE("A write that may give way is settled by its receipt alone") {
  for (const std::string way : {"merge", "flag", "reject"}) {
    Guarded bench;
    const uint32_t commit = bench.write("k1", kTitle, R"(,"readAt":2,"onStale":")" + way + "\"");
    bench.others(3);
    bench.say(changes(3, 4, change(4, "t1", "theirs 3", kOwn + "\"k1\"")));
    const bool yields = way != "reject";
    CHECK(bench.settled.count(commit) == (yields ? 0 : 1));
    CHECK(bench.client.status().number("pending") == (yields ? 1 : 0));
    bench.say(
        R"({"type":"receipt","key":"k1","attempt":1,"status":"confirmed","seq":4,"notifications":[{"model":"tasks","id":"t1"}]})");
    CHECK(bench.settled[commit] == "confirmed");
    CHECK(bench.said.count(commit) == (yields ? 1 : 0));
    CHECK(bench.title("t1") == "theirs 3");
  }
}

TEST_CASE("A message that is kept and given again says the same") {
  Guarded bench;
  bench.write("k1", kTitle);
  const uint32_t commit = bench.write("k2", kTitle, R"(,"reads":[{"model":"tasks","id":"t2","fields":["title"]}])");
  const std::string message(bench.client.message(commit));
  Guarded next(false);
  next.say(R"({"type":"changes","from":2,"to":7,"changes":[]})");
  CHECK(next.client.message(*next.client.commit(message, next.now)) == message);
}

TEST_CASE("A write that is made from the row is told to be outdated, and made anew under the same key") {
  Guarded bench(false);
  const uint32_t first = bench.write("k1", kTitle, R"(,"retries":2)");
  CHECK(bench.heard().find("operations")->items()[0].number("readAt") == 2);
  bench.others(3);
  bench.refuse("k1", 1, 3);
  CHECK(bench.title("t1") == "theirs 3");
  bench.pass();
  REQUIRE(bench.outdated(first));
  CHECK(bench.said[first].number("attempt") == 2);
  CHECK(bench.said[first].number("retries") == 1);
  bench.write("k1", kTitle, R"(,"attempt":2,"retries":1)");
  const Json again = bench.heard();
  CHECK(again.number("attempt") == 2);
  CHECK(again.find("operations")->items()[0].number("readAt") == 3);
  bench.refuse("k1", 1, 3);  // of the first one, once more
  CHECK(bench.client.status().number("pending") == 1);
}

TEST_CASE("It waits for what it missed, for its own writes before it, and for a while of chance") {
  Guarded bench(false);
  bench.write("k1", update("t2", "before"));
  const uint32_t commit = bench.write("k2", kTitle, R"(,"retries":9)");
  bench.refuse("k2", 1, 3);
  CHECK(bench.client.status().number("pending") == 2);
  bench.pass();
  CHECK_FALSE(bench.outdated(commit));
  bench.others(3);
  bench.pass();
  CHECK_FALSE(bench.outdated(commit));
  bench.confirm("k1", 4);
  CHECK(bench.outdated(commit));

  bench.wake = -1;
  const uint32_t next = bench.write("k3", kTitle, R"(,"retries":9,"attempt":7)");
  bench.now += 1;
  bench.refuse("k3", 7, 3);
  REQUIRE_FALSE(bench.outdated(next));
  CHECK(bench.wake > bench.now);
  CHECK(bench.wake < bench.now + 1000);
  bench.now = bench.wake;
  bench.client.tick(bench.now);
  bench.drain();
  CHECK(bench.outdated(next));
}

TEST_CASE("When no try is left it is contention_exhausted, with what changed") {
  Guarded bench(false);
  const uint32_t commit = bench.write("k1", kTitle, R"(,"retries":0)");
  bench.refuse("k1", 1, 3);
  CHECK(bench.settled[commit] == "contention_exhausted");
  CHECK(bench.said[commit].find("conflicts")->items()[0].number("seq") == 3);
  CHECK(bench.client.status().number("pending") == 0);
}

TEST_CASE("Another refusal of it is final, and so is the end of the client") {
  Guarded bench(false);
  const uint32_t refused = bench.write("k1", kTitle, R"(,"retries":9)");
  bench.refuse("k1", 1, 3, "check_violation");
  CHECK(bench.settled[refused] == "check_violation");
  const uint32_t waiting = bench.write("k2", kTitle, R"(,"retries":9)");
  bench.refuse("k2", 1, 3);
  bench.client.stop(bench.now);
  bench.drain();
  CHECK(bench.settled[waiting] == "client_disposed");
}

TEST_CASE("In another log it does not wait for what it missed in the last one") {
  Guarded bench(false);
  const uint32_t commit = bench.write("k1", kTitle, R"(,"retries":9)");
  bench.refuse("k1", 1, 1000);
  bench.pass();
  CHECK_FALSE(bench.outdated(commit));
  bench.say(R"({"type":"loaded","seq":2,"epoch":"other","models":{"tasks":[]},"claims":[]})");
  bench.pass();
  CHECK(bench.outdated(commit));
}

TEST_CASE("What is written from rows that are shown while the log is loaded anew goes by no log") {
  Guarded bench(false);
  bench.say(R"({"type":"welcome","organization":"acme","actor":{"kind":"user","id":"ada"},"epoch":"other",)"
            R"("seq":9,"start":"load","now":1})");
  bench.write("k1", kTitle, R"(,"retries":9)");
  bench.say(R"({"type":"loaded","seq":9,"epoch":"other","models":{"tasks":[]},"claims":[]})");
  const Json frame = bench.heard();
  CHECK(frame.find("operations")->items()[0].number("readAt", -1) == 0);
  REQUIRE(frame.find("epoch"));
  CHECK(frame.text("epoch").empty());
}

TEST_CASE("A stamp that came from elsewhere names no log before the first connection") {
  Bench bench;
  bench.write("k1", kTitle, R"(,"readAt":2)");
  bench.connect();
  const Json frame = bench.heard();
  CHECK(frame.number("readAt") == 2);
  CHECK_FALSE(frame.find("epoch"));
}

TEST_CASE("How often it may be made anew is a whole number") {
  Guarded bench(false);
  for (const char* retries : {"-1", "0.5", "null", "\"often\""}) {
    const auto refused =
        bench.client.commit(R"({"key":"k","operations":[)" + kTitle + R"(],"retries":)" + retries + "}", bench.now);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::write_options_invalid);
  }
}

TEST_CASE("What it missed does not come: after half a minute it is given up, and nothing of it has taken effect") {
  Guarded bench(false);
  const uint32_t commit = bench.write("k1", kTitle, R"(,"retries":9)");
  bench.refuse("k1", 1, 1000);
  for (int second = 0; second < 29; ++second) bench.pass();
  CHECK_FALSE(bench.settled.count(commit));
  bench.pass();
  bench.pass();
  CHECK(bench.settled[commit] == "contention_exhausted");
  CHECK(bench.client.status().number("pending") == 0);
}
