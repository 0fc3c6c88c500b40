// SPDX-License-Identifier: MIT
//
// What becomes of the result of an open query, as its reader follows it.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "bench.h"

namespace ablo::test {

namespace {

/// A reader that keeps a result by what becomes of it.
struct Reader {
  Client& client;
  uint32_t query;
  std::vector<uint32_t> rows;  // slots
  bool whole = false;          // the last time it was given as a whole
  std::size_t went = 0, came = 0;

  explicit Reader(Client& client, const std::string& text) : client(client), query(*client.openQuery(text)) { read(); }

  void read() {
    const std::vector<uint32_t> edits = client.edits(query);
    whole = edits[0] == 1;
    went = edits[1];
    came = (edits.size() - 2 - went) / 3;
    if (whole) rows.clear();
    for (std::size_t at = 1 + went; at > 1; --at) rows.erase(rows.begin() + edits[at]);
    for (std::size_t at = 2 + went; at < edits.size(); at += 3) rows.insert(rows.begin() + edits[at], edits[at + 1]);
    const std::span<const uint32_t> now = client.rows(query);
    CHECK(rows == std::vector<uint32_t>(now.begin(), now.end()));
  }
};

std::string operation(const std::string& op, int id, const std::string& data = "{}") {
  return R"({"op":")" + op + R"(","model":"notes","id":"r)" + std::to_string(id) + R"(","data":)" + data + "}";
}

/// `count` notes, r0 and on, whose stars are their numbers.
void fill(Bench& bench, int count) {
  for (int from = 0; from < count; from += 500) {
    std::string operations;
    for (int id = from; id < std::min(count, from + 500); ++id)
      operations +=
          (id == from ? "" : ",") + operation("create", id, R"({"text":"t","stars":)" + std::to_string(id) + "}");
    bench.write("fill" + std::to_string(from), operations);
  }
}

constexpr auto kFirstTen = R"({"model":"notes","orderBy":[["stars","asc"]],"limit":10})";

}  // namespace

TEST_CASE("A reader is given what changed of a result, and not the rest of it") {
  Bench bench;
  bench.greet();
  fill(bench, 50);
  Reader reader(bench.client, kFirstTen);
  CHECK(reader.whole);
  CHECK(reader.came == 10);

  bench.write("moved", operation("update", 30, R"({"stars":-1})"));
  CHECK(bench.queries == std::vector<uint32_t>{reader.query});
  reader.read();
  CHECK_FALSE(reader.whole);
  CHECK(reader.came == 1);
  CHECK(reader.went == 1);

  bench.write("renamed", operation("update", 4, R"({"text":"other"})"));
  reader.read();
  CHECK(reader.came == 1);
  CHECK(reader.went == 1);

  bench.write("gone", operation("delete", 30));
  reader.read();
  CHECK(reader.went == 1);
  CHECK(reader.came == 1);
  reader.read();
  CHECK(reader.came + reader.went == 0);
}

TEST_CASE("A result that became quite another one is given as a whole") {
  Bench bench;
  bench.greet();
  fill(bench, 50);
  Reader reader(bench.client, R"({"model":"notes","orderBy":[["stars","asc"]]})");
  std::string operations;
  for (int id = 0; id < 50; ++id)
    operations += (id == 0 ? "" : ",") + operation("update", id, R"({"stars":)" + std::to_string(-id) + "}");
  bench.write("turned", operations);
  reader.read();
  CHECK(reader.whole);
  CHECK(reader.came == 50);
}

TEST_CASE("A reader who has not read since it was told is not told again") {
  Bench bench;
  bench.greet();
  fill(bench, 5);
  Reader reader(bench.client, kFirstTen);
  bench.write("once", operation("update", 1, R"({"text":"once"})"));
  CHECK(bench.queries.size() == 1);
  bench.write("twice", operation("update", 1, R"({"text":"twice"})"));
  CHECK(bench.queries.empty());
  reader.read();
  CHECK(reader.came == 1);
  bench.write("again", operation("update", 1, R"({"text":"again"})"));
  CHECK(bench.queries.size() == 1);
}

TEST_CASE("The largest limit there is, with an offset, is no limit") {
  Bench bench;
  bench.greet();
  fill(bench, 200);
  Reader reader(bench.client, R"({"model":"notes","orderBy":[["stars","asc"]],"limit":4000000000,"offset":3})");
  CHECK(reader.rows.size() == 197);
  bench.write("gone", operation("delete", 100));
  reader.read();
  CHECK(reader.rows.size() == 196);
  Reader beyond(bench.client, R"({"model":"notes","limit":4000000000,"offset":4000000000})");
  CHECK(beyond.rows.empty());
}

TEST_CASE("A very long result is followed as well, down to nothing") {
  Bench bench;
  bench.greet();
  fill(bench, 5000);
  Reader reader(bench.client, R"({"model":"notes"})");
  CHECK(reader.rows.size() == 5000);
  bench.write("one", operation("update", 7, R"({"text":"other"})"));
  CHECK(bench.queries.size() == 1);
  reader.read();
  CHECK(reader.rows.size() == 5000);
  for (int from = 0; from < 5000; from += 500) {
    std::string operations;
    for (int id = from; id < from + 500; ++id) operations += (id == from ? "" : ",") + operation("delete", id);
    CHECK(bench.client.commit(R"({"key":"empty)" + std::to_string(from) + R"(","operations":[)" + operations + "]}",
                              bench.now));
  }
  bench.drain();
  CHECK(bench.queries.size() == 1);
  reader.read();
  CHECK(reader.rows.empty());
}

}  // namespace ablo::test
