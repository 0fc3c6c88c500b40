// SPDX-License-Identifier: MIT
#include "ablo/json.h"

#include <catch2/catch.hpp>

using namespace ablo;

TEST_CASE("JSON comes out as it went in, members in their order") {
  for (const char* text : {"null", "true", "-7", "0.1", "1e300", "\"a\\\"b\\\\c\\n\\u0001é🙂\"", "[]", "{}",
                           R"({"b":1,"a":[1,{"c":null}],"z":"ö"})", "9007199254740991", "-0.25"})
    CHECK(writeJson(*parseJson(text)) == text);
}

TEST_CASE("A number that is whole is written whole") {
  CHECK(writeJson(Json(5.0)) == "5");
  CHECK(writeJson(Json(1700000000000.0)) == "1700000000000");
  CHECK(writeJson(Json(0.1 + 0.2)) == "0.30000000000000004");
}

TEST_CASE("Malformed JSON is refused by name, wherever it is cut") {
  const std::string whole = R"({"type":"commit","operations":[{"op":"update","n":-1.5e3,"t":"a\u00e9"}]})";
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const Result<Json> json = parseJson(std::string_view(whole).substr(0, length));
    REQUIRE_FALSE(json);
    CHECK(json.error().code == ErrorCode::invalid_json);
  }
  CHECK(parseJson("{} {}").error().code == ErrorCode::invalid_json);
  CHECK(parseJson("[1,]").error().code == ErrorCode::invalid_json);
  CHECK(parseJson("\"\xff\"").error().code == ErrorCode::invalid_json);
  CHECK(parseJson("\"\\ud800\"").error().code == ErrorCode::invalid_json);
  CHECK(parseJson("1e400").error().code == ErrorCode::invalid_json);
}

TEST_CASE("What Postgres or JavaScript would choke on is refused") {
  CHECK(parseJson(R"("a\u0000b")").error().code == ErrorCode::invalid_json);
  CHECK(parseJson(R"({"__proto__":1})").error().code == ErrorCode::invalid_json);
  CHECK(parseJson(R"({"a":{"constructor":1}})").error().code == ErrorCode::invalid_json);
  CHECK(parseJson(R"({"prototype":1})").error().code == ErrorCode::invalid_json);
  CHECK(parseJson(R"({"a":1,"a":2})").error().code == ErrorCode::invalid_json);
}

TEST_CASE("Limits hold before anything large is built") {
  CHECK(parseJson(std::string(1'000'000, '[')).error().code == ErrorCode::request_too_large);
  const std::string deep = std::string(33, '[') + std::string(33, ']');
  CHECK(parseJson(deep).error().code == ErrorCode::request_too_large);
  CHECK(parseJson(std::string(32, '[') + std::string(32, ']')));
  CHECK(parseJson('"' + std::string(64 * 1024 + 1, 'x') + '"').error().code == ErrorCode::request_too_large);
  std::string wide = "{";
  for (int i = 0; i <= 1000; ++i) wide += (i ? ",\"" : "\"") + std::to_string(i) + "\":0";
  CHECK(parseJson(wide + "}").error().code == ErrorCode::request_too_large);
}

TEST_CASE("A value may be made of a part of itself, and a copy is its own") {
  const std::string longer(14, 'x');  // too long to lie inside of a value
  Json json = *parseJson(R"({"a":[1,"short",")" + longer + R"(",[true,{"b":null}]]})");
  const Json copy = json;
  json = std::move(const_cast<Json&>(*json.find("a")));
  CHECK(writeJson(json) == R"([1,"short","xxxxxxxxxxxxxx",[true,{"b":null}]])");
  json.push(json.items()[3]);
  CHECK(writeJson(json.items()[4]) == R"([true,{"b":null}])");
  json = json.items()[2];
  CHECK(json.asString() == longer);
  json = longer.substr(1);
  CHECK(json.asString() == longer.substr(1));
  Json& self = json;
  json = std::move(self);
  CHECK(json.asString() == longer.substr(1));
  CHECK(writeJson(copy) == R"({"a":[1,"short","xxxxxxxxxxxxxx",[true,{"b":null}]]})");
}

TEST_CASE("An error travels with its details") {
  Error error = Error::of(ErrorCode::stale_context, "tasks t1 changed.");
  error.details = R"({"readAt":7})";
  const Json json = errorJson(error);
  CHECK(json.text("code") == "stale_context");
  CHECK(json.number("readAt") == 7);
  CHECK(json.text("message") ==
        "tasks t1 changed. The row changed after it was read. Read it again, then decide again.");
}
