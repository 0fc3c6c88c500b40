// SPDX-License-Identifier: MIT
//
// The client alone, with the test in the server's place: what it says, what it shows, and what settles when.
#include "bench.h"

using namespace ablo;
using namespace ablo::test;

TEST_CASE("A write shows at once, and stays when the server confirms it") {
  Bench bench;
  bench.connect();
  const uint32_t commit = bench.write("k1", update("t1", "mine"));
  CHECK(bench.title("t1") == "mine");
  CHECK(bench.rows == std::vector<std::string>{"t1"});
  CHECK(bench.heard().text("key") == "k1");
  bench.say(R"({"type":"receipt","key":"k1","attempt":1,"status":"confirmed","seq":3})");
  CHECK(bench.settled.empty());  // acknowledged, but the change is not here yet
  CHECK(bench.title("t1") == "mine");
  bench.say(changes(2, 3, change(3, "t1", "mine", kOwn + "\"k1\"")));
  CHECK(bench.settled[commit] == "confirmed");
  CHECK(bench.title("t1") == "mine");
  CHECK(bench.client.cursor() == 3);
}

TEST_CASE("A change that carries the key of a commit is its receipt too") {
  Bench bench;
  bench.connect();
  const uint32_t commit = bench.write("k1", update("t1", "mine"));
  bench.say(changes(2, 3, change(3, "t1", "mine", kOwn + "\"k1\"")));
  CHECK(bench.settled[commit] == "confirmed");
}

TEST_CASE("A rejection folds again what remains, on what others wrote meanwhile") {
  Bench bench;
  bench.connect();
  const uint32_t first = bench.write("k1", update("t1", "first"));
  bench.write("k2", R"({"op":"update","model":"tasks","id":"t1","data":{"status":"done"}})");
  bench.say(changes(2, 3, change(3, "t1", "theirs")));
  CHECK(bench.title("t1") == "first");
  bench.say(
      R"({"type":"receipt","key":"k1","attempt":1,"status":"rejected","error":{"code":"stale_context","message":"m","readAt":2}})");
  CHECK(bench.settled[first] == "stale_context");
  CHECK(bench.title("t1") == "theirs");
  CHECK((*bench.client.row(1, static_cast<uint32_t>(bench.client.slot(1, "t1"))))[2].text == "done");
}

TEST_CASE("A refused create is gone, and so is what was written on top of it") {
  Bench bench;
  bench.connect();
  bench.write("k1", R"({"op":"create","model":"tasks","id":"t9","data":{"title":"new","status":"todo"}})");
  bench.write("k2", update("t9", "newer"));
  CHECK(bench.title("t9") == "newer");
  bench.say(
      R"({"type":"receipt","key":"k1","attempt":1,"status":"rejected","error":{"code":"unique_violation","message":"m"}})");
  CHECK(bench.title("t9") == "(none)");
}

TEST_CASE("Writes made while offline go out in call order, and again until they have a receipt") {
  Bench bench;
  bench.connect();
  bench.client.closed(1006, "", bench.now);
  bench.drain();
  bench.write("k1", update("t1", "a"));
  bench.write("k2", update("t2", "b"));
  CHECK(bench.sent.empty());
  for (int round = 0; round < 2; ++round) {
    bench.client.nudge(bench.now);
    bench.greetAgain();
    const Json hello = bench.heard();
    CHECK(hello.number("cursor") == 2);
    CHECK(hello.text("epoch") == "e");
    bench.say(R"({"type":"welcome","organization":"acme","epoch":"e","seq":2,"start":"resume"})");
    CHECK(bench.heard().text("key") == "k1");
    CHECK(bench.heard().text("key") == "k2");
    bench.client.closed(1006, "", bench.now);
  }
  CHECK(bench.settled.empty());
  CHECK(bench.title("t1") == "a");
}

TEST_CASE("A gap in the stream is not stepped over") {
  Bench bench;
  bench.connect();
  bench.say(changes(4, 5, change(5, "t1", "five")));
  CHECK(bench.title("t1") == "one");
  CHECK(bench.client.cursor() == 2);
  CHECK(bench.heard().number("cursor") == 2);
  bench.say(R"({"type":"welcome","epoch":"e","seq":5,"start":"resume"})");
  bench.say(changes(2, 5, change(3, "t1", "three") + "," + change(5, "t1", "five")));
  CHECK(bench.title("t1") == "five");
  CHECK(bench.client.status().number("resumes") == 1);
  bench.say(changes(2, 5, change(3, "t1", "three")));  // a frame that came late
  CHECK(bench.title("t1") == "five");
}

TEST_CASE("A database that was replaced is loaded afresh, and pending writes are kept") {
  Bench bench;
  bench.connect();
  bench.write("k1", update("t1", "mine"));
  bench.say(
      R"({"type":"loaded","seq":1,"epoch":"f","models":{"tasks":[{"id":"t1","title":"restored","status":"todo"}]},"claims":[]})");
  CHECK(bench.title("t1") == "mine");
  CHECK(bench.title("t2") == "(none)");
  CHECK(bench.client.cursor() == 1);
}

TEST_CASE("Whoever could not go on from where they were hears why") {
  Bench bench;
  bench.connect();
  bench.client.receive(
      R"({"type":"loaded","seq":9,"epoch":"e","models":{},"claims":[],"reason":{"code":"cursor_too_old","message":"It is gone."}})",
      bench.now);
  bench.drain(true);
  CHECK(bench.warnings == std::vector<std::string>{"It is gone."});
  CHECK(bench.client.cursor() == 9);
}

// Went wrong: a connection that was lost between the welcome of another log and its rows came back with the cursor of
// the last one, and went on from there.
TEST_CASE("A cursor is not carried into another log") {
  Bench bench;
  bench.connect();
  bench.reconnect();
  CHECK(bench.heard().text("epoch") == "e");
  bench.say(R"({"type":"welcome","organization":"acme","epoch":"f","seq":7,"start":"load"})");
  bench.reconnect();
  CHECK(!bench.heard().find("cursor"));
  CHECK(bench.title("t1") == "one");  // until the new rows are here
}

TEST_CASE("An open query changes when its result does, and only then") {
  Bench bench;
  bench.connect();
  const uint32_t done = *bench.client.openQuery(R"({"model":"tasks","where":[["status","=","done"]]})");
  const uint32_t todo =
      *bench.client.openQuery(R"({"model":"tasks","where":[["status","=","todo"]],"orderBy":[["title","desc"]]})");
  bench.drain();
  CHECK(bench.client.rows(todo).size() == 2);
  CHECK(bench.client.rows(done).empty());
  bench.write("k1", R"({"op":"update","model":"tasks","id":"t1","data":{"status":"done"}})");
  CHECK(bench.queries == std::vector<uint32_t>{todo, done});
  CHECK(bench.client.rows(done).size() == 1);
  bench.write("k2", update("t1", "renamed"));
  CHECK(bench.queries == std::vector<uint32_t>{done});
  CHECK(*bench.client.openQuery(R"({"model":"tasks","where":[["status","=","done"]]})") == done);
}

TEST_CASE("A client that loads what it names takes in what matches, and leaves the rest") {
  Bench bench(false);
  bench.greet();
  bench.say(R"({"type":"welcome","organization":"acme","epoch":"e","seq":2,"start":"load"})");
  bench.say(R"({"type":"loaded","seq":2,"models":{},"claims":[]})");
  const std::string query = R"({"model":"tasks","where":[["status","=","todo"]]})";
  const uint32_t request = *bench.client.load(query, bench.now);
  CHECK(request != 0);
  CHECK(*bench.client.load(query, bench.now) == request);
  CHECK(bench.heard().number("request") == request);
  bench.say(changes(2, 3, R"({"seq":3,"kind":"row","model":"tasks","op":"delete","id":"t2"})"));
  bench.say(
      R"({"type":"answer","request":)" + std::to_string(request) +
      R"(,"seq":2,"rows":[{"id":"t1","title":"one","status":"todo"},{"id":"t2","title":"two","status":"todo"}]})");
  CHECK(bench.answered[request] == "ok");
  CHECK(bench.title("t1") == "one");
  CHECK(bench.title("t2") == "(none)");  // deleted after the rows were read
  CHECK(*bench.client.load(query, bench.now) == 0);
  bench.say(changes(3, 4, change(4, "t3", "three")));
  CHECK(bench.title("t3") == "three");
  bench.say(changes(
      4, 5,
      R"({"seq":5,"kind":"row","model":"tasks","op":"create","id":"t4","row":{"id":"t4","title":"four","status":"done"}})"));
  CHECK(bench.title("t4") == "(none)");
}

TEST_CASE("A claim is held once its grant has been applied, and writes under it carry it") {
  Bench bench;
  bench.connect();
  const uint32_t request = *bench.client.claim(
      R"({"claim":"c1","model":"tasks","id":"t1","ttl":60000,"action":"editing","wait":true})", bench.now);
  CHECK(bench.heard().text("type") == "claim");
  bench.say(R"({"type":"answer","request":)" + std::to_string(request) +
            R"(,"claim":{"id":"c1","model":"tasks","row":"t1","status":"active","fence":7,"readAt":3}})");
  CHECK(bench.answered.empty());
  const std::string claim =
      R"({"id":"c1","model":"tasks","row":"t1","status":"active","fence":7,"readAt":3,"actor":{"kind":"user","id":"ada"}})";
  bench.say(changes(2, 3, R"({"seq":3,"kind":"claim","op":"grant","model":"tasks","id":"t1","claim":)" + claim + "}"));
  CHECK(bench.answered[request] == "ok");
  CHECK(bench.client.intents(R"({"model":"tasks","id":"t1"})")->items().size() == 1);

  bench.write("k1", update("t1", "under it"));
  const Json commit = bench.heard();
  CHECK(commit.find("claims")->items()[0].number("fence") == 7);
  CHECK(commit.find("operations")->items()[0].number("readAt") == 3);
  const uint32_t release = *bench.client.release("c1", bench.now);
  bench.drain();
  CHECK(bench.sent.empty());  // the write under it has not settled yet
  bench.say(changes(3, 4, change(4, "t1", "under it", kOwn + "\"k1\"")));
  CHECK(bench.heard().text("type") == "release");
  bench.say(R"({"type":"answer","request":)" + std::to_string(release) + "}");
  CHECK(bench.answered[release] == "ok");
}

TEST_CASE("A release of what is over already is done, and any other refusal of it is one") {
  const std::string claim = R"(,"claim":{"id":"c1","model":"tasks","row":"t1","status":"released"})";
  for (const std::string& more : {claim, std::string()}) {
    Bench bench;
    bench.connect();
    const uint32_t release = *bench.client.release("c1", bench.now);
    CHECK(bench.heard().text("type") == "release");
    bench.say(R"({"type":"answer","request":)" + std::to_string(release) +
              R"(,"error":{"code":"claim_not_found","message":"No."})" + more + "}");
    CHECK(bench.answered[release] == (more.empty() ? "claim_not_found" : "ok"));
  }
}

TEST_CASE("A claim that waits is renewed, and one that ends while it waits is refused") {
  Bench bench;
  bench.connect();
  const uint32_t request = *bench.client.claim(
      R"({"claim":"c1","model":"tasks","id":"t1","ttl":3000,"action":"editing","wait":true})", bench.now);
  bench.heard();
  bench.now += 1000;
  bench.client.tick(bench.now);
  CHECK(bench.heard().text("type") == "renew");
  bench.say(changes(
      2, 3,
      R"({"seq":3,"kind":"claim","op":"expire","claim":{"id":"c1","model":"tasks","row":"t1","status":"expired"}})"));
  CHECK(bench.answered[request] == "claim_lost");
}

TEST_CASE("A snapshot falls when somebody else changes its row, not by one's own writes") {
  Bench bench;
  bench.connect();
  const Result<Client::SnapshotTaken> snapshot = bench.client.snapshot(R"({"reads":[{"model":"tasks","id":"t1"}]})");
  REQUIRE(snapshot);
  CHECK(snapshot->stamp == 2);
  bench.write("k1", update("t1", "mine"));
  bench.say(changes(2, 3, change(3, "t1", "mine", kOwn + "\"k1\"")));
  CHECK(bench.premises.empty());
  bench.say(changes(3, 4, change(4, "t2", "other") + "," + change(4, "t1", "theirs")));
  CHECK(bench.premises == std::vector<std::string>{"t1"});
}

TEST_CASE("Before the first connection a snapshot has no stamp, and says so") {
  Bench bench;
  CHECK(bench.client.snapshot(R"({"reads":[{"model":"tasks","id":"t1"}]})").error().code == ErrorCode::sync_not_ready);
}

TEST_CASE("A write that cannot be is refused before anything shows") {
  Bench bench;
  bench.connect();
  const auto code = [&](const std::string& operation) {
    const Result<uint32_t> commit = bench.client.commit(R"({"key":"k","operations":[)" + operation + "]}", bench.now);
    return commit ? std::string_view("confirmed") : codeText(commit.error().code);
  };
  CHECK(code(R"({"op":"update","model":"task","id":"t1","data":{}})") == "unknown_model");
  CHECK(code(R"({"op":"update","model":"tasks","id":"t1","data":{"titel":"x"}})") == "unknown_field");
  CHECK(code(R"({"op":"update","model":"tasks","id":"t1","data":{"title":7}})") == "wrong_type");
  CHECK(code(R"({"op":"create","model":"tasks","id":"t3","data":{"title":"x"}})") == "model_required_field_missing");
  CHECK(code(R"({"op":"update","model":"tasks","id":"","data":{}})") == "invalid_id");
  CHECK(code(R"({"op":"upsert","model":"tasks","id":"t1","data":{}})") == "invalid_request");
  CHECK(code("") == "commit_operation_required");
  CHECK(bench.client.commit(R"({"key":"k","readAt":-1,"operations":[]})", bench.now).error().code ==
        ErrorCode::write_options_invalid);
  bench.drain();
  CHECK(bench.rows.empty());
  CHECK(bench.sent.empty());
}

TEST_CASE("Nobody waits for ever for a server that is not there") {
  Bench bench;
  bench.client.start(bench.now);
  bench.client.tokenReady(bench.now);
  bench.client.closed(1006, "connection refused", bench.now);
  bench.drain();
  const uint32_t request = *bench.client.load(R"({"model":"tasks"})", bench.now);
  const uint32_t commit = bench.write("k1", update("t1", "x"));
  for (int seconds = 0; seconds <= 31; ++seconds) {
    bench.now += 1000;
    bench.client.tick(bench.now);
    bench.client.tokenReady(bench.now);
    bench.client.closed(1006, "connection refused", bench.now);
    bench.drain();
    if (seconds == 10) CHECK(bench.answered[request] == "api_unreachable");
  }
  CHECK(bench.settled[commit] == "commit_no_result");
  CHECK(bench.client.status().number("pending") == 1);  // it still waits for the server
}

TEST_CASE("A timer that fires early is set again") {
  Bench bench;
  bench.client.start(bench.now);
  bench.client.closed(1006, "", bench.now);
  bench.client.tokenFailed("", "", bench.now);
  bench.drain();
  const double due = bench.wake;
  bench.wake = -1;
  bench.client.tick(due - 0.5);  // timers count in whole milliseconds
  bench.drain();
  REQUIRE(bench.wake == due);
  bench.tokenWanted = false;
  bench.client.tick(due);
  bench.drain();
  CHECK(bench.tokenWanted);
}

TEST_CASE("A refused credential stops the client by name; a new one starts it again") {
  Bench bench;
  bench.greet();
  bench.say(R"({"type":"error","error":{"code":"apikey_invalid","message":"m"}})");
  const uint32_t request = *bench.client.load(R"({"model":"tasks"})", bench.now);
  bench.client.closed(4001, "", bench.now);
  bench.drain();
  CHECK(bench.client.status().text("state") == "refused");
  CHECK(bench.answered[request] == "apikey_invalid");
  const uint32_t later = *bench.client.load(R"({"model":"tasks"})", bench.now);
  bench.drain();
  CHECK(bench.wake <= bench.now);
  bench.client.tick(bench.now);
  bench.drain();
  CHECK(bench.answered[later] == "apikey_invalid");
  bench.tokenWanted = false;
  bench.client.nudge(bench.now);
  bench.drain();
  CHECK(bench.tokenWanted);
}

TEST_CASE("A session token that expired on an open socket is replaced without a word") {
  Bench bench;
  bench.connect();
  bench.tokenWanted = false;
  bench.client.closed(4001, "session_expired", bench.now);  // the hub says nothing more to an expired socket
  bench.drain();
  CHECK(bench.tokenWanted);
  CHECK(bench.client.status().text("state") == "authorizing");
}

TEST_CASE("A slot that was left shows another row only after the next drain") {
  Bench bench;
  bench.connect();
  const int slot = bench.client.slot(1, "t2");
  const uint32_t version = bench.client.version(1, static_cast<uint32_t>(slot));
  bench.say(changes(2, 3, R"({"seq":3,"kind":"row","model":"tasks","op":"delete","id":"t2"})"));
  bench.write("k1", R"({"op":"create","model":"tasks","id":"t7","data":{"title":"seven","status":"todo"}})");
  CHECK(bench.client.slot(1, "t7") == slot);
  CHECK(bench.client.version(1, static_cast<uint32_t>(slot)) > version + 1);
}
