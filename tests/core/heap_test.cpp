// SPDX-License-Identifier: MIT
//
// What is done with takes no memory: rounds of load, query, write and dispose leave the heap as it was.
#include <malloc.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <memory>

#include "codec/block.h"
#include "environment.h"
#include "scripted_server.h"
#include "tasks_schema.h"
#include "told.h"

#if defined(ABLO_SANITIZED)
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();  // g++ 12 comes without its header
#endif

using namespace ablo;
using namespace ablo::test;

namespace {

#if defined(ABLO_SANITIZED)
std::size_t bytesInUse() { return __sanitizer_get_current_allocated_bytes(); }
#elif defined(__EMSCRIPTEN__)
std::size_t bytesInUse() { return static_cast<std::size_t>(mallinfo().uordblks); }
#else
std::size_t bytesInUse() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}
#endif

constexpr double kNow = 1'700'000'000'000;
constexpr uint64_t kWarmUp = 600;       // more than a client keeps queries
constexpr std::size_t kNoise = 32'000;  // allocators keep what was freed last

/// A client that talks to a server with no memory of its own.
class Visit {
 public:
  explicit Visit(bool loadAll) : client_({"s1", loadAll, ""}) {
    REQUIRE(client_.defineSchema(kTasks));
    client_.start(kNow);
    client_.tokenReady(kNow);
    client_.opened(kNow);
    told(client_);
    hear(
        R"({"type":"welcome","organization":"acme","actor":{"kind":"user","id":"ada"},"epoch":"e","seq":0,"start":"load"})");
  }

  Told hear(std::string_view frame) {
    client_.receive(frame, kNow);
    return told(client_);
  }

  void loadAll(uint64_t round) {
    Json loaded = *parseJson(R"({"type":"loaded","seq":0,"epoch":"e","claims":[]})");
    loaded.set("models", Json::object({{"tasks", rows(round)}}));
    if (round % 2 == 0)
      for (const std::string& block : inBlocks(client_.schema(), 2, loaded)) client_.receive(block, kNow);
    hear(writeJson(loaded));
  }
  void loadNothing() { hear(R"({"type":"loaded","seq":0,"epoch":"e","models":{},"claims":[]})"); }

  /// Asks for rows, follows and changes them, and leaves when they are gone.
  void work(uint64_t round, bool asks) {
    const std::string query = R"({"model":"tasks","where":[["title","LIKE",")" + name(round) + R"(%"]]})";
    if (asks) {
      const uint32_t request = *client_.load(query, kNow);
      const Json answer =
          Json::object({{"type", "answer"}, {"request", request}, {"seq", seq_}, {"rows", rows(round)}});
      CHECK(hear(writeJson(answer)).answered.count(request) == 1);
    }
    const uint32_t open = *client_.openQuery(query);
    CHECK(client_.rows(open).size() == 3);
    const uint32_t snapshot =
        client_.snapshot(R"({"reads":[{"model":"tasks","id":")" + id(round, 0) + R"("}]})")->snapshot;
    write(round, "update", 0);
    write(round, "create", 3);
    CHECK(client_.rows(open).size() == 4);
    for (int row = 0; row < 4; ++row) hear(change("delete", id(round, row), {}, {}));
    CHECK(client_.rows(open).empty());
    client_.closeSnapshot(snapshot);
    client_.closeQuery(open);
    told(client_);
  }

  void saveImage() { client_.saveImage(); }

 private:
  static std::string name(uint64_t round) { return "round " + std::to_string(round); }
  static std::string id(uint64_t round, int row) { return name(round) + ", row " + std::to_string(row); }
  static Json row(uint64_t round, int row) {
    return Json::object(
        {{"id", id(round, row)}, {"title", id(round, row)}, {"status", "todo"}, {"createdBy", name(round)}});
  }
  static Json rows(uint64_t round) { return Json::array({row(round, 0), row(round, 1), row(round, 2)}); }

  void write(uint64_t round, std::string_view op, int row) {
    const std::string key = id(round, row);
    const Json data = Json::object({{"title", key + "!"}, {"status", "done"}});
    const Json operation = Json::object({{"op", op}, {"model", "tasks"}, {"id", key}, {"data", data}});
    const uint32_t commit =
        *client_.commit(writeJson(Json::object({{"key", key}, {"operations", Json::array({operation})}})), kNow);
    told(client_);
    hear(ScriptedServer::confirmed(key, seq_ + 1));
    const Told said = hear(change(op, key, this->row(round, row), key));
    CHECK(said.settled.at(commit) == "confirmed");
  }

  std::string change(std::string_view op, const std::string& id, const Json& row, const std::string& key) {
    ++seq_;
    Json change = Json::object({{"seq", seq_}, {"kind", "row"}, {"model", "tasks"}, {"op", op}, {"id", id}});
    if (row.isObject()) change.set("row", row);
    if (!key.empty()) change.set("key", key).set("session", "s1");
    return writeJson(
        Json::object({{"type", "changes"}, {"from", seq_ - 1}, {"to", seq_}, {"changes", Json::array({change})}}));
  }

  Client client_;
  double seq_ = 0;
};

/// Plays so many rounds after a warm-up; by how much the heap grew over them.
template <class Play>
long growth(const char* what, Play play) {
  const uint64_t rounds = cases(10'000);
  for (uint64_t round = 0; round < kWarmUp; ++round) play(round);
  const std::size_t before = bytesInUse();
  for (uint64_t round = 0; round < rounds; ++round) play(kWarmUp + round);
  const std::size_t after = bytesInUse();
  std::printf("heap: %llu rounds of %s, %zu bytes in use before, %zu after\n", static_cast<unsigned long long>(rounds),
              what, before, after);
  return static_cast<long>(after) - static_cast<long>(before);
}

}  // namespace

TEST_CASE("An agent that lives long keeps nothing of the tasks it is done with", "[heap]") {
  Visit agent(false);
  agent.loadNothing();
  CHECK(growth("one client", [&](uint64_t round) { agent.work(round, true); }) < static_cast<long>(kNoise));
}

TEST_CASE("A client that is disposed leaves nothing", "[heap]") {
  const auto play = [](uint64_t round) {
    Visit page(true);
    page.loadAll(round);
    page.saveImage();
    page.work(round, false);
  };
  CHECK(growth("a client each", play) < static_cast<long>(kNoise));
}
