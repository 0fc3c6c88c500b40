// SPDX-License-Identifier: MIT
//
// Claims asked for by HTTP: what the database is asked, and in whose name.
#include <catch2/catch.hpp>

#include "hub_world.h"

using namespace ablo;
using namespace ablo::test;

namespace {

const std::string kId = "00000000-0000-4000-8000-000000000001";
const std::string kSecret =
    R"({"organization":"acme","actor":{"kind":"system","id":"key"},"operations":["*"],"groups":[],"mayNameAgent":true,"agent":"bot"})";

struct Asked {
  std::string function;
  Json input;
  double wait = 0;
  std::string refused;
};

Asked ask(const std::string& text, const std::string& caller = HubWorld::identity()) {
  HubLimits limits;
  limits.claimsPerActor = 7;
  const Result<std::string> answer = HubWorld(true, limits).hub.coordinate(caller, text);
  if (!answer) return {{}, {}, 0, std::string(codeText(answer.error().code))};
  const Json json = *parseJson(*answer);
  return {std::string(json.text("function")), *parseJson(json.text("input")), json.number("wait"), {}};
}

std::string claimText(const std::string& body) {
  return R"({"type":"claim","claim":")" + kId + R"(","model":"tasks","id":"t1","body":)" + body + "}";
}

}  // namespace

TEST_CASE("a claim by HTTP has what a client's would have") {
  const Asked asked = ask(claimText("{}"));
  CHECK(asked.function == "claim");
  CHECK(writeJson(asked.input) ==
        R"({"actor":{"kind":"user","id":"ada"},"claim":")" + kId +
            R"(","model":"tasks","id":"t1","ttl":60000,"action":"editing","wait":true,"live":true,"most":7})");

  const Asked other =
      ask(R"({"type":"claim","claim":")" + kId +
          R"(","body":{"target":{"model":"tasks","id":"t2","field":"title","meta":{"a":1}},"ttl":"1.5s",)"
          R"("queue":false,"reason":"writing","description":null,"maxQueueDepth":3}})");
  CHECK(other.input.text("id") == "t2");
  CHECK(other.input.number("ttl") == 1500);
  CHECK_FALSE(other.input.flag("wait", true));
  CHECK(other.input.text("action") == "writing");
  CHECK(writeJson(*other.input.find("fields")) == R"(["title"])");
  CHECK(other.input.find("meta")->number("a") == 1);
  CHECK_FALSE(other.input.find("description"));
  CHECK(other.input.number("maxQueueDepth") == 3);
}

TEST_CASE("who has a secret key may name the agent it acts as, nobody else may") {
  CHECK(ask(claimText("{}"), kSecret).input.find("actor")->text("id") == "bot");
  CHECK(ask(claimText("{}"), HubWorld::identity("ada", R"(,"agent":"bot")")).refused == "permission_denied");
}

TEST_CASE("a time to live is a number of seconds or text with a unit, from 100 ms to 24 h") {
  for (const std::string ttl : {"0.1", "1", "86400", R"("100ms")", R"("30s")", R"("3m")", R"("24h")", "null"})
    CHECK(ask(claimText(R"({"ttl":)" + ttl + "}")).refused.empty());
  for (const std::string ttl : {"0", "-1", "1e9", "1e300", R"("soon")", R"("30")", R"("-1s")", R"("1e3s")", R"("..s")",
                                R"("99ms")", R"("25h")", R"("")", "true", "[]", "{}"})
    CHECK(ask(claimText(R"({"ttl":)" + ttl + "}")).refused == "duration_invalid");
}

TEST_CASE("what is no claim is refused by name") {
  CHECK(ask(claimText(R"({"queue":"yes"})")).refused == "invalid_request");
  CHECK(ask(claimText(R"({"fields":["titel"]})")).refused == "unknown_field");
  CHECK(ask(R"({"type":"claim","claim":"x","model":"tasks","id":"t1"})").refused == "invalid_request");
  CHECK(ask(R"({"type":"claim","claim":")" + kId + R"(","model":"task","id":"t1"})").refused == "unknown_model");
  CHECK(ask(R"({"type":"claim","claim":")" + kId + R"(","model":"tasks"})").refused == "invalid_id");
  CHECK(ask(R"({"type":"release","claim":"x"})").refused == "invalid_request");
  CHECK(ask(R"({"type":"reorder","model":"tasks","id":"t1","body":{"order":"x"}})").refused == "invalid_request");
  CHECK(ask(R"({"type":"claims","id":"t1"})").refused == "invalid_request");
  CHECK(ask(R"({"type":"claims","model":"tasks","field":"titel"})").refused == "unknown_field");
}

TEST_CASE("a line is put in another order by claims, or by what is known of them") {
  const Asked asked = ask(R"({"type":"reorder","model":"tasks","id":"t1","body":{"order":[")" + kId +
                              R"(",{"heldBy":"x","claimId":")" + kId + R"("}]}})",
                          kSecret);
  CHECK(asked.function == "reorder");
  CHECK(asked.input.find("order")->items()[1].asString() == kId);
  CHECK(asked.input.flag("trusted"));
}

TEST_CASE("a heartbeat is for a claim, for some, for a row or for all") {
  CHECK(ask(R"({"type":"heartbeat","claim":")" + kId + R"(","body":{"ttl":"2s"}})").input.number("ttl") == 2000);
  CHECK(ask(R"({"type":"heartbeat","body":{"claims":[")" + kId + R"("]}})").input.find("claims")->items().size() == 1);
  CHECK(ask(R"({"type":"heartbeat","model":"tasks","id":"t1"})").input.text("id") == "t1");
  CHECK(ask(R"({"type":"heartbeat","body":{}})").input.flag("all"));
  CHECK(ask(R"({"type":"heartbeat","body":{"claims":["x"]}})").refused == "invalid_request");
}

TEST_CASE("who waits is kept in line for as long, a minute at most") {
  const auto wait = [](const std::string& text) {
    return ask(R"({"type":"wait","claim":")" + kId + R"(","body":{"wait":")" + text + R"("}})");
  };
  CHECK(wait("25s").function == "heartbeat");
  CHECK(wait("25s").wait == 25'000);
  CHECK(wait("25s").input.number("patience") == 25'000);
  CHECK(wait("2").wait == 2'000);
  CHECK(wait("1h").wait == 60'000);
  CHECK(wait("0").wait == 0);
  CHECK(wait("soon").refused == "duration_invalid");
  CHECK(wait("-1").refused == "duration_invalid");
  CHECK(wait("").refused == "duration_invalid");
}
