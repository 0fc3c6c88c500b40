// SPDX-License-Identifier: MIT
//
// Snapshots of queries: which changes outdate one, and what a write says that goes by it.
#include "bench.h"

using namespace ablo;
using namespace ablo::test;

namespace {

const std::string kOnes = R"({"model":"tasks","where":[["title","=","one"]],"orderBy":[["status","asc"]],"limit":1})";

struct Reader : Bench {
  explicit Reader(bool loadAll = true) : Bench(loadAll) { connect(); }

  std::string query(const std::string& text) { return R"({"query":)" + writeJson(Json(text)) + "}"; }
  Result<Client::SnapshotTaken> take(const std::string& reads) {
    return client.snapshot(R"({"reads":[)" + reads + "]}");
  }
  Json written(const std::string& key, uint32_t snapshot) {
    write(key, update("t2", "x"), R"(,"snapshot":)" + std::to_string(snapshot));
    return heard();
  }
  std::string codeOf(uint32_t snapshot, const std::string& more = "") {
    const auto commit = client.commit(R"({"key":"refused","operations":[)" + update("t2", "x") + R"(],"snapshot":)" +
                                          std::to_string(snapshot) + more + "}",
                                      now);
    return commit ? "sent" : std::string(codeText(commit.error().code));
  }
};

}  // namespace

TEST_CASE("A write from a snapshot says what was read, and where in the log") {
  Reader bench;
  const uint32_t snapshot = bench.take(bench.query(kOnes) + R"(,{"model":"tasks","id":"t1"})")->snapshot;
  const Json message = bench.written("k1", snapshot);
  CHECK(
      writeJson(*message.find("reads")) ==
      R"([{"readAt":2,"query":{"model":"tasks","where":[["title","=","one"]]}},{"readAt":2,"model":"tasks","id":"t1"}])");
  CHECK(message.text("epoch") == "e");
}

TEST_CASE("Who does not follow a snapshot is told of the first change alone") {
  Reader bench;
  const uint32_t snapshot = bench.take(R"({"model":"tasks","id":"t1"})")->snapshot;
  bench.say(changes(2, 3, change(3, "t1", "two")));
  bench.say(changes(3, 4, change(4, "t1", "three")));
  CHECK(bench.premises.size() == 1);
  bench.client.followSnapshot(snapshot, true);
  bench.say(changes(4, 5, change(5, "t1", "four")));
  CHECK(bench.premises.size() == 2);
  bench.client.followSnapshot(snapshot, false);
  bench.say(changes(5, 6, change(6, "t1", "five")));
  CHECK(bench.premises.size() == 2);
}

TEST_CASE("A snapshot that has fallen is worth nothing in another log") {
  Reader bench;
  const uint32_t snapshot = bench.take(R"({"model":"tasks","id":"t1"})")->snapshot;
  bench.say(changes(2, 3, change(3, "t1", "two")));
  bench.say(R"({"type":"loaded","seq":2,"epoch":"e2","models":{},"claims":[]})");
  CHECK(bench.codeOf(snapshot) == "stale_context");
}

TEST_CASE("A query falls with a row that it found, or finds now, and not with others") {
  Reader bench;
  bench.client.followSnapshot(bench.take(bench.query(kOnes))->snapshot, true);
  bench.say(changes(2, 3, change(3, "t2", "three")));
  CHECK(bench.premises.empty());
  bench.say(changes(3, 4, change(4, "t9", "one")));
  CHECK(bench.premises == std::vector<std::string>{"t9"});
  bench.say(changes(4, 5, change(5, "t1", "two")));
  CHECK(bench.premises.back() == "t1");
  bench.say(changes(5, 6, R"({"seq":6,"kind":"row","op":"delete","model":"tasks","id":"t9","row":null})"));
  CHECK(bench.premises.back() == "t9");
  CHECK(bench.premises.size() == 3);
}

TEST_CASE("A snapshot that showed a write which is refused then shows what never was") {
  Reader bench;
  bench.write("k1", update("t2", "one"));
  bench.heard();
  const uint32_t seen = bench.take(bench.query(kOnes))->snapshot;
  bench.write("k2", update("t2", "one"));
  bench.heard();
  bench.say(
      R"({"type":"receipt","key":"k1","attempt":1,"status":"rejected","error":{"code":"row_locked","message":"m"}})");
  CHECK(bench.premises == std::vector<std::string>{"t2"});
  CHECK(bench.codeOf(seen) == "stale_context");
  const uint32_t after = bench.take(bench.query(kOnes))->snapshot;
  bench.write("k3", update("t2", "one"));
  bench.heard();
  bench.say(
      R"({"type":"receipt","key":"k3","attempt":1,"status":"rejected","error":{"code":"row_locked","message":"m"}})");
  CHECK(bench.premises.size() == 1);  // it was written after the snapshot was taken
  CHECK(bench.written("k4", after).find("reads"));
}

TEST_CASE("A write from a snapshot stands on the writes that it showed") {
  Reader bench;
  bench.write("k1", update("t2", "one"));
  bench.heard();
  const uint32_t snapshot = bench.take(bench.query(kOnes))->snapshot;
  const Json message = bench.written("k2", snapshot);
  CHECK(message.find("basedOn")->items()[0].text("key") == "k1");
}

TEST_CASE("After a fresh load nobody knows what changed: what was read before is gone") {
  Reader bench;
  const uint32_t snapshot = bench.take(R"({"model":"tasks","id":"t1"})")->snapshot;
  bench.say(R"({"type":"loaded","seq":7,"models":{"tasks":[]},"claims":[]})");
  CHECK(bench.premises == std::vector<std::string>{"t1"});
  CHECK(bench.codeOf(snapshot) == "stale_context");
}

TEST_CASE("A write that is made from its row is not made anew when its reasons are gone") {
  Reader bench;
  const uint32_t snapshot = bench.take(R"({"model":"tasks","id":"t1"})")->snapshot;
  bench.say(changes(2, 3, change(3, "t1", "theirs")));
  CHECK(bench.codeOf(snapshot, R"(,"retries":5)") == "stale_context");
  CHECK(bench.codeOf(snapshot) == "sent");  // the server says what changed
}

TEST_CASE("What was loaded in one order can be relied on in any, and counted") {
  Reader partial(false);
  const auto load = [&](const std::string& query) {
    const uint32_t request = *partial.client.load(query, partial.now);
    partial.say(R"({"type":"answer","request":)" + std::to_string(request) + R"(,"seq":5,"rows":[]})");
  };
  const auto isReason = [&](const std::string& query) { return static_cast<bool>(partial.take(partial.query(query))); };
  const std::string done = R"({"model":"tasks","where":[["status","=","done"]])",
                    todo = R"({"model":"tasks","where":[["status","=","todo"]])";
  load(done + R"(,"orderBy":[["title","asc"]]})");
  CHECK(isReason(done + R"(,"count":true})"));
  CHECK(isReason(done + R"(,"orderBy":[["title","desc"]],"limit":1})"));
  CHECK(!isReason(todo + "}"));
  CHECK(!isReason(R"({"model":"tasks"})"));
  CHECK(!isReason(done + R"(,"state":"all"})"));
  load(todo + R"(,"limit":1})");
  CHECK(isReason(todo + R"(,"limit":1})"));
  CHECK(!isReason(todo + "}"));
}

TEST_CASE("A row that appears is a change of a query, also where it is not kept because the query was forgotten") {
  Reader partial(false);
  const auto load = [&](const std::string& query) {
    const uint32_t request = *partial.client.load(query, partial.now);
    partial.say(R"({"type":"answer","request":)" + std::to_string(request) + R"(,"seq":2,"rows":[]})");
  };
  load(R"({"model":"tasks","where":[["status","=","todo"]]})");
  REQUIRE(partial.take(partial.query(R"({"model":"tasks","where":[["status","=","todo"]],"count":true})")));
  for (int i = 0; i < 300; ++i)
    load(R"({"model":"tasks","where":[["id","=","x)" + std::to_string(i) + R"("]],"state":"all"})");
  partial.say(changes(2, 3, change(3, "t9", "nine")));
  CHECK(partial.premises == std::vector<std::string>{"t9"});
}

TEST_CASE("A row that was shown as missing is a reason only if it is known to be missing") {
  Reader partial(false);
  const std::string shown = R"({"model":"tasks","id":"t7","shown":true})";
  CHECK(partial.take(shown).error().code == ErrorCode::sync_not_ready);
  CHECK(partial.take(R"({"model":"tasks","id":"t7"})"));  // from now on, whatever it is
  const uint32_t request =
      *partial.client.load(R"({"model":"tasks","where":[["id","=","t7"]],"state":"all"})", partial.now);
  partial.say(R"({"type":"answer","request":)" + std::to_string(request) + R"(,"seq":2,"rows":[]})");
  CHECK(partial.take(shown));
  CHECK(partial.take(R"({"model":"tasks","id":"t8","shown":true})").error().code == ErrorCode::sync_not_ready);
  CHECK(partial.take(R"({"model":"tasks","id":"","shown":true})").error().code == ErrorCode::invalid_id);
  Reader all;
  CHECK(all.take(shown));
}

TEST_CASE("What cannot be relied on is refused by name") {
  Reader partial(false);
  CHECK(partial.take(partial.query(kOnes)).error().code == ErrorCode::sync_not_ready);
  CHECK(partial.take(R"({"model":"task","id":"t1"})").error().code == ErrorCode::unknown_model);
  CHECK(partial.take(R"({"model":"signal","id":"t1"})").error().code == ErrorCode::snapshot_reserved_key);
  CHECK(partial.codeOf(7) == "stale_context");
  Reader bench;
  std::string many;
  for (int i = 0; i < 501; ++i)
    many += (i ? "," : "") + std::string(R"({"model":"tasks","id":")") + std::to_string(i) + R"("})";
  CHECK(bench.codeOf(bench.take(many)->snapshot) == "write_options_invalid");
}
