// SPDX-License-Identifier: MIT
//
// Rows in bulk: what arrives damaged is refused by name, and a client that begins with an image shows what it showed.
#include <catch2/catch.hpp>

#include "base/hash.h"
#include "bench.h"
#include "codec/block.h"
#include "query/query.h"
#include "stored_image.h"

using namespace ablo;
using namespace ablo::test;

namespace {

const Schema kSchema = *parseSchema(kTasks);

std::string blockOf(int rows) {
  BlockWriter writer(kSchema, kSchema.modelIndex("tasks"));
  const Model& tasks = *kSchema.model("tasks");
  for (int i = 0; i < rows; ++i) {
    Row row(tasks.fields.size());
    row[0] = Value{Value::Kind::text, 0, "row" + std::to_string(i)};
    row[static_cast<std::size_t>(tasks.fieldIndex("title"))] =
        Value{Value::Kind::text, 0, "title " + std::to_string(i)};
    row[static_cast<std::size_t>(tasks.fieldIndex("status"))] = Value{Value::Kind::text, 0, i % 2 ? "todo" : "done"};
    writer.add(cellsOf(row));
  }
  return writer.finish();
}

std::string loadedWith(const std::string& block) {
  return R"({"type":"loaded","seq":7,"epoch":"e","blocks":[")" + hashText(readBlock(kSchema, block)->checksum) +
         R"("],"models":{},"claims":[]})";
}

}  // namespace

TEST_CASE("A block that is cut or changed anywhere is refused by name") {
  const std::string whole = blockOf(70);
  REQUIRE(readBlock(kSchema, whole));
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK(readBlock(kSchema, std::string_view(whole).substr(0, size)).error().code == ErrorCode::block_damaged);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    CHECK_FALSE(readBlock(kSchema, changed));
  }
}

TEST_CASE("A workspace that comes in blocks is the workspace") {
  Bench bench;
  bench.greet();
  bench.say(
      R"({"type":"welcome","organization":"acme","actor":{"kind":"user","id":"ada"},"epoch":"e","seq":7,"start":"load"})");
  const std::string block = blockOf(70);
  const uint32_t query = *bench.client.openQuery(R"({"model":"tasks","where":[["status","=","todo"]]})");
  CHECK(bench.client.rows(query).empty());
  bench.write("k1", R"({"op":"update","model":"tasks","id":"row3","data":{"title":"mine"}})");
  bench.client.receive(block, bench.now);
  CHECK(bench.client.slot(bench.client.schema().modelIndex("tasks"), "row3") ==
        -1);  // not before the server says what it was
  bench.say(loadedWith(block));
  CHECK(bench.client.rows(query).size() == 35);
  CHECK(bench.queries == std::vector<uint32_t>{query});
  CHECK(bench.title("row3") == "mine");
  CHECK(bench.title("row69") == "title 69");
}

TEST_CASE("A damaged block leaves the store as it was, and the client asks again") {
  Bench bench;
  bench.connect();
  std::string block = blockOf(3);
  const std::string loaded = loadedWith(block);
  block[block.size() - 9] ^= 1;
  bench.client.receive(block, bench.now);
  bench.client.receive(loaded, bench.now);
  bench.drain(true);
  CHECK(bench.warnings.size() == 1);
  CHECK(bench.disconnected);
  CHECK(bench.title("t1") == "one");
  CHECK(bench.title("row0") == "(none)");
  CHECK(bench.client.status().text("state") == "waiting");
}

TEST_CASE("A client that begins with an image shows what was confirmed, and goes on from there") {
  Bench before;
  before.connect();
  before.write("k1", R"({"op":"update","model":"tasks","id":"t1","data":{"title":"pending"}})");
  std::vector<std::string> parts;
  const Client::Image image = before.client.saveImage();
  for (const Client::ImagePart& part : image.parts) parts.push_back(part.bytes);
  CHECK(before.client.saveImage().parts.empty());

  Bench after;
  std::vector<std::string_view> views(parts.begin(), parts.end());
  REQUIRE(after.client.restoreImage(image.manifest, views));
  CHECK(after.title("t1") == "one");
  CHECK(after.title("t2") == "two");
  after.client.start(after.now);
  after.client.tokenReady(after.now);
  after.client.opened(after.now);
  CHECK(after.heard().number("cursor") == 2);
}

TEST_CASE("A damaged image is refused by name and not half-loaded") {
  Bench before;
  before.connect();
  const Client::Image image = before.client.saveImage();
  std::vector<std::string> parts;
  for (const Client::ImagePart& part : image.parts) parts.push_back(part.bytes);
  const auto restored = [](Bench& bench, const std::string& manifest, const std::vector<std::string>& parts) {
    const std::vector<std::string_view> views(parts.begin(), parts.end());
    return bench.client.restoreImage(manifest, views);
  };
  Bench after;
  for (std::size_t at = 0; at < image.manifest.size(); ++at) {
    std::string changed = image.manifest;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    CHECK_FALSE(restored(after, changed, parts));
  }
  std::vector<std::string> fewer(parts.begin(), parts.end() - 1), changed = parts;
  CHECK(restored(after, image.manifest, fewer).error().code == ErrorCode::image_damaged);
  changed.back()[50] ^= 1;
  CHECK(restored(after, image.manifest, changed).error().code == ErrorCode::image_damaged);
  CHECK(after.title("t1") == "(none)");
  CHECK(restored(after, image.manifest, parts));
}

TEST_CASE("What would take more memory than allowed is refused before it is read") {
  Bench bench(true, 100'000);
  bench.greet();
  bench.say(
      R"({"type":"welcome","organization":"acme","actor":{"kind":"user","id":"ada"},"epoch":"e","seq":7,"start":"load"})");
  bench.client.receive(blockOf(4000), bench.now);
  bench.drain();
  CHECK(bench.client.status().text("state") == "refused");
  CHECK(bench.client.status().find("error")->text("code") == "store_full");
}

TEST_CASE("Blocks of a conversation that was cut are not taken for those of the next") {
  Bench bench;
  const std::string welcome =
      R"({"type":"welcome","organization":"acme","actor":{"kind":"user","id":"ada"},"epoch":"e","seq":7,"start":"load"})";
  bench.greet();
  bench.say(welcome);
  bench.client.receive(blockOf(3), bench.now);
  bench.reconnect();
  bench.say(welcome);
  const std::string block = blockOf(5);
  bench.client.receive(block, bench.now);
  bench.say(loadedWith(block));
  CHECK(bench.title("row4") == "title 4");
}

TEST_CASE("Blocks that wait to be named count against the memory that is allowed") {
  Bench bench(true, 1'000'000);
  bench.greet();
  for (int i = 0; i < 10; ++i) bench.client.receive(blockOf(4000), bench.now);
  bench.drain();
  CHECK(bench.client.status().text("state") == "refused");
}

TEST_CASE("A block without rows is refused") {
  CHECK(readBlock(kSchema, blockOf(0)).error().code == ErrorCode::block_damaged);
}

TEST_CASE("An image that would take more memory than allowed is refused before it is read") {
  Bench before;
  before.connect();
  Client::Image image = before.client.saveImage();
  const std::vector<std::string_view> parts = partsOf(image);
  Bench small(true, 1'000);
  CHECK(small.client.restoreImage(image.manifest, parts).error().code == ErrorCode::store_full);
  CHECK(small.title("t1") == "(none)");

  // Chunks that are gone have no bytes, and take memory all the same.
  Json manifest = *parseJson(image.manifest), chunks = Json::array();
  for (int i = 0; i < 100'000; ++i) chunks.push(Json());
  Json models = *manifest.find("models");
  manifest.set("models", models.set("tasks", chunks)).set("checksum", Json());
  manifest.set("checksum", hashText(hashBytes(writeJson(manifest))));
  Bench after(true, 100'000'000);
  CHECK(after.client.restoreImage(writeJson(manifest), parts).error().code == ErrorCode::store_full);
}
