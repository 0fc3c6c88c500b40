// SPDX-License-Identifier: MIT
//
// What once went wrong in the client, and must not again. The line above each case says how.
#include "bench.h"
#include "stored_image.h"

using namespace ablo;
using namespace ablo::test;

// Went wrong: a change of a row that was being asked for was left aside, the older answer put in what was before it, and the
// stamp said that the change had been seen. A write guarded by it overwrote the change.
TEST_CASE("An answer that is older than the stream does not hide what the stream said") {
  Bench bench(false);
  bench.greet();
  bench.say(R"({"type":"welcome","organization":"acme","epoch":"e","seq":5,"start":"load"})");
  bench.say(R"({"type":"loaded","seq":5,"models":{},"claims":[]})");
  const uint32_t request = *bench.client.load(R"({"model":"tasks","where":[["id","=","t1"]]})", bench.now);
  bench.say(changes(5, 6, change(6, "t1", "new")));
  bench.say(R"({"type":"answer","request":)" + std::to_string(request) +
            R"(,"seq":5,"rows":[{"id":"t1","title":"old","status":"todo"}]})");
  CHECK(bench.title("t1") == "new");
}

// Went wrong: a claim that had lapsed was forgotten, and the writes its holder still made went out without any guard.
TEST_CASE("A write after the claim on its row was lost is refused until the claim is given back") {
  Bench bench;
  bench.connect();
  const std::string ask = R"({"claim":"c1","model":"tasks","id":"t1","ttl":1000,"action":"editing","wait":true})";
  REQUIRE(bench.client.claim(ask, bench.now));
  const auto said = [&](int seq, const char* op, const char* status) {
    bench.say(changes(seq - 1, seq,
                      R"({"seq":)" + std::to_string(seq) + R"(,"kind":"claim","op":")" + op +
                          R"(","claim":{"id":"c1","model":"tasks","row":"t1","fence":1,"readAt":3,"status":")" +
                          status + "\"}}"));
  };
  said(3, "grant", "active");
  said(4, "expire", "expired");
  const std::string commit = R"({"key":"k","operations":[)" + update("t1", "mine") + "]}";
  CHECK(bench.client.commit(commit, bench.now).error().code == ErrorCode::claim_lost);
  CHECK(bench.title("t1") == "one");
  bench.write("k2", update("t2", "another row"));
  CHECK(*bench.client.release("c1", bench.now) == 0);
  CHECK(bench.client.commit(commit, bench.now));
}

// Went wrong: the size was checked on what came in; written out again it was larger, the server refused the frame, and the
// client sent it again on every connection.
TEST_CASE("A commit that would be too large as a frame is refused before anything shows") {
  Bench bench;
  bench.connect();
  std::string title;
  for (int i = 0; i < 60'000; ++i) title += "\\b";
  const Result<uint32_t> commit =
      bench.client.commit(R"({"key":"k","operations":[)" + update("t1", title) + "]}", bench.now);
  REQUIRE_FALSE(commit);
  CHECK(commit.error().code == ErrorCode::request_too_large);
  CHECK(bench.title("t1") == "one");
}

// Went wrong: whoever had just read a result was told once more, by the next event of any kind, that it had changed: every
// selector ran twice, and an array that nothing had happened to became another.
TEST_CASE("A result that was read when its query was opened is told of when it changes, not before") {
  Bench bench;
  bench.connect();
  const uint32_t query = *bench.client.openQuery(R"({"model":"tasks","where":[["title","=","one"]]})");
  REQUIRE(bench.client.rows(query).size() == 1);
  bench.say(changes(2, 3, change(3, "t2", "other")));
  CHECK(bench.queries.empty());
  bench.say(changes(3, 4, change(4, "t1", "other")));
  CHECK(bench.queries == std::vector<uint32_t>{query});
}

// Went wrong: a client that began with an image, and resumed, did not know whose the rows were that were written before it was
// connected: "mine" left them out until the server had confirmed them.
TEST_CASE("A row that is written before the first connection is this client's as soon as that is known") {
  Bench before;
  before.connect();
  const Client::Image image = before.client.saveImage();
  const std::vector<std::string_view> parts = partsOf(image);

  Bench bench;
  REQUIRE(bench.client.restoreImage(image.manifest, parts));
  const uint32_t mine = *bench.client.openQuery(R"({"model":"tasks","where":[["createdBy","=","ada"]]})");
  bench.write("k1", R"({"op":"create","model":"tasks","id":"t3","data":{"title":"three","status":"todo"}})");
  CHECK(bench.client.rows(mine).empty());
  bench.greet();
  bench.say(
      R"({"type":"welcome","organization":"acme","actor":{"kind":"user","id":"ada"},"epoch":"e","seq":2,"start":"resume"})");
  CHECK(bench.queries == std::vector<uint32_t>{mine});
  CHECK(bench.client.rows(mine).size() == 1);
}

// Went wrong: an id that was let go and held again between two looks was forgotten as soon as its row was deleted, and the
// row's readers were not told: a deleted row stayed on the screen.
TEST_CASE("A row that went, came back and is deleted is told of by its id") {
  Bench bench;
  bench.connect();
  bench.write("k1", R"({"op":"create","model":"tasks","id":"t9","data":{"title":"mine","status":"todo"}})");
  const auto receive = [&](const std::string& frame) { bench.client.receive(frame, bench.now); };
  receive(R"({"type":"receipt","key":"k1","attempt":1,"status":"rejected","error":{"code":"unique_violation"}})");
  SECTION("and was looked at in between") {
    receive(changes(2, 3, change(3, "t9", "theirs")));
    bench.drain();
    CHECK(bench.title("t9") == "theirs");
  }
  SECTION("after two looks") {
    bench.drain();
    receive(changes(2, 3, change(3, "t9", "theirs")));
  }
  bench.say(changes(3, 4, R"({"seq":4,"kind":"row","model":"tasks","op":"delete","id":"t9"})"));
  CHECK(bench.rows == std::vector<std::string>{"t9"});
}

// Went wrong: all of it was sent with each connection, more than the server takes closed it, and refusals were never heard.
TEST_CASE("Who has written more than the server takes at once sends the rest as the answers come") {
  const auto reject = [](const std::string& key) {
    return R"({"type":"receipt","attempt":1,"status":"rejected","error":{"code":"check_violation"},"key":")" + key +
           "\"}";
  };
  for (const std::string limit : {R"("commits":2)", R"("commits":9,"commitBytes":200)"}) {
    Bench bench;
    for (const char* key : {"k1", "k2", "k3", "k4", "k5"}) bench.write(key, update("t1", key));
    bench.greet();
    bench.say(R"({"type":"welcome","organization":"acme","epoch":"e","seq":2,"start":"load",)" + limit + "}");
    bench.say(R"({"type":"loaded","seq":2,"models":{"tasks":[{"id":"t1","title":"one","status":"todo"}]}})");
    CHECK(bench.sent.size() == 2);
    for (int n = 1; n <= 5; ++n) {
      const std::string key = "k" + std::to_string(n);
      CHECK(bench.heard().text("key") == key);
      bench.say(reject(key));
      CHECK(bench.sent.size() == (n < 4 ? 2 : 5 - static_cast<std::size_t>(n)));
    }
    CHECK(bench.settled.size() == 5);
    CHECK(bench.title("t1") == "one");
  }
}

// Went wrong: what had changed between an answer and a load that came before it was never told: a deleted row stayed.
TEST_CASE("An answer that is older than the last load is asked for again") {
  Bench bench(false);
  bench.greet();
  const auto load = [&](int seq) {
    bench.say(R"({"type":"loaded","epoch":"e","models":{},"claims":[],"seq":)" + std::to_string(seq) + "}");
  };
  bench.say(R"({"type":"welcome","organization":"acme","epoch":"e","seq":2,"start":"load"})");
  load(2);
  const uint32_t asked = *bench.client.load(R"({"model":"tasks"})", bench.now);
  CHECK(bench.heard().number("request") == asked);
  load(9);  // unasked: the log was trimmed, or replaced
  const auto answer = [&](int seq, const std::string& rows) {
    bench.say(R"({"type":"answer","request":)" + std::to_string(asked) + R"(,"seq":)" + std::to_string(seq) +
              R"(,"rows":[)" + rows + "]}");
  };
  answer(8, R"({"id":"t1","title":"gone since","status":"todo"})");
  CHECK(bench.title("t1") == "(none)");
  CHECK(bench.answered.empty());
  CHECK(bench.heard().number("request") == asked);
  answer(9, R"({"id":"t2","title":"here","status":"todo"})");
  CHECK(bench.answered[asked] == "ok");
  CHECK(bench.title("t2") == "here");
}

// Went wrong: what is held was in the image still, from before the load, and the next page took it for what is confirmed.
TEST_CASE("An image forgets what is held since the last load") {
  StoredImage image;
  {
    Bench bench(false);
    bench.greet();
    bench.say(
        R"({"type":"welcome","organization":"acme","actor":{"kind":"user","id":"ada"},"epoch":"e","seq":2,"start":"load"})");
    bench.say(R"({"type":"loaded","epoch":"e","seq":2,"models":{},"claims":[]})");
    const uint32_t asked = *bench.client.load(R"({"model":"tasks"})", bench.now);
    bench.say(R"({"type":"answer","seq":2,"rows":[{"id":"t1","title":"one","status":"todo"}],"request":)" +
              std::to_string(asked) + "}");
    image.save(bench.client);
    bench.say(R"({"type":"loaded","epoch":"e","seq":9,"models":{},"claims":[]})");  // it was deleted at 5
    CHECK(bench.title("t1") == "one");
    image.save(bench.client);
  }
  Bench next(false);
  REQUIRE(image.restore(next.client));
  CHECK(next.client.cursor() == 9);
  CHECK(next.title("t1") == "(none)");
}
