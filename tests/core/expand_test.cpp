// SPDX-License-Identifier: MIT
//
// A query that names relations resolves when the rows they lead to are here too.
#include <catch2/catch.hpp>

#include "bench.h"

using namespace ablo;
using namespace ablo::test;

namespace {

class Agent : public Bench {
 public:
  Agent() : Bench(false) {
    greet();
    say(R"({"type":"welcome","organization":"acme","actor":{"kind":"agent","id":"bot"},"epoch":"e","seq":5,"start":"load"})");
    say(R"({"type":"loaded","seq":5,"models":{},"claims":[]})");
  }
  uint32_t load(const std::string& query) {
    const Result<uint32_t> request = client.load(query, now);
    REQUIRE(request);
    drain();
    return *request;
  }
  void answer(const Json& asked, const std::string& rest) {
    say(R"({"type":"answer","request":)" + writeJson(Json(asked.number("request"))) + R"(,"seq":5,)" + rest + "}");
  }
};

}  // namespace

TEST_CASE("A query with relations is answered when their rows are here") {
  Agent agent;
  const uint32_t notes = agent.load(R"({"model":"notes","expand":["task"]})");
  const Json asked = agent.heard();
  agent.answer(
      asked,
      R"("rows":[{"id":"n1","text":"a","taskId":"t1"},{"id":"n2","text":"b","taskId":"t2"},{"id":"n3","text":"c"}])");
  CHECK(agent.answered.count(notes) == 0);
  const Json tasks = agent.heard();
  CHECK(tasks.text("model") == "tasks");
  CHECK(writeJson(*tasks.find("where")) == R"([["id","IN",["t1","t2"]]])");
  agent.answer(tasks,
               R"("rows":[{"id":"t1","title":"one","status":"todo"},{"id":"t2","title":"two","status":"todo"}])");
  CHECK(agent.answered[notes] == "ok");
  CHECK(agent.title("t2") == "two");
  CHECK(agent.load(R"({"model":"notes","expand":["task"]})") == 0);
}

TEST_CASE("A query fails with the relation that cannot be fetched, and needs none that leads nowhere") {
  Agent agent;
  const uint32_t notes = agent.load(R"({"model":"notes","expand":["task"]})");
  agent.answer(agent.heard(), R"("rows":[{"id":"n1","text":"a","taskId":"t1"}])");
  agent.answer(agent.heard(), R"("error":{"code":"permission_denied","message":"no"})");
  CHECK(agent.answered[notes] == "permission_denied");

  const uint32_t none = agent.load(R"({"model":"notes","where":[["text","=","z"]],"expand":["task"]})");
  agent.answer(agent.heard(), R"("rows":[])");
  CHECK(agent.answered[none] == "ok");
  CHECK(agent.client.load(R"({"model":"notes","expand":["author"]})", agent.now).error().code ==
        ErrorCode::query_invalid);
}
