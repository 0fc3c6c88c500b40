// SPDX-License-Identifier: MIT
#include "ablo/value.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "codec/iso_date.h"
#include "tasks_schema.h"

using namespace ablo;

TEST_CASE("Dates survive to the microsecond, whatever offset they were written with") {
  double micros = 0;
  REQUIRE(parseIsoDate("2026-11-20T12:34:56.123456Z", micros));
  CHECK(formatIsoDate(micros) == "2026-11-20T12:34:56.123456Z");
  double other = 0;
  REQUIRE(parseIsoDate("2026-11-20 14:34:56.123456+02", other));
  CHECK(other == micros);
  REQUIRE(parseIsoDate("2026-11-20T07:04:56.123456-05:30", other));
  CHECK(other == micros);
  REQUIRE(parseIsoDate("1969-12-31T23:59:59.999Z", micros));
  CHECK(micros == -1000);
  CHECK(formatIsoDate(micros) == "1969-12-31T23:59:59.999000Z");
  for (const char* text : {"1600-02-29T00:00:00.000000Z", "2026-12-31T00:00:00.000000Z", "2000-02-29T23:59:59.000001Z",
                           "2255-06-05T23:47:34.000000Z"}) {
    REQUIRE(parseIsoDate(text, micros));
    CHECK(formatIsoDate(micros) == text);
  }
  for (const char* text : {"", "2026", "2026-13-01", "2026-11-20T", "2026-11-20T25:00", "2026-11-20T12:34:56.Z",
                           "yesterday", "2026-11-20T12:34Zx", "2024-02-30", "2026-02-29", "2026-04-31", "2026-01-32"})
    CHECK_FALSE(parseIsoDate(text, micros));
}

TEST_CASE("A value of another type than its field is refused by name, with the field") {
  const Schema schema = *parseSchema(test::kTasks);
  const auto refusal = [&](const char* model, const char* field, const char* json) {
    const Model& held = *schema.model(model);
    const Result<Value> value = readValue(held, *held.field(field), *parseJson(json));
    return value ? std::string() : value.error().message;
  };
  CHECK(refusal("tasks", "title", "7").find("tasks.title takes text, not a number") == 0);
  CHECK(refusal("tasks", "title", "null").find("tasks.title takes a value, not null") == 0);
  CHECK(refusal("tasks", "status", "\"open\"").find("one of 'todo' 'doing' 'done', not 'open'") != std::string::npos);
  CHECK(refusal("notes", "stars", "\"7\"").find("takes a number, not text") != std::string::npos);
  CHECK(refusal("notes", "pinned", "0").find("takes a boolean") != std::string::npos);
  CHECK(refusal("notes", "due", "\"soon\"").find("takes a date") != std::string::npos);
  CHECK(refusal("notes", "due", "1e300").find("takes a date") != std::string::npos);
  CHECK(refusal("notes", "due", "-62135596800001").find("takes a date") != std::string::npos);
  CHECK(refusal("notes", "due", "253402300799999").empty());
  CHECK(refusal("notes", "due", "\"0000-12-31T23:59:59Z\"").find("takes a date") != std::string::npos);
  CHECK(refusal("notes", "due", "\"9999-12-31T23:59:59-01:00\"").find("takes a date") != std::string::npos);
  CHECK(refusal("notes", "due", "\"9999-12-31T23:59:59.999Z\"").empty());
  CHECK(refusal("notes", "stars", "null").empty());
  CHECK(refusal("notes", "due", "1700000000000").empty());
  CHECK(refusal("notes", "extra", R"({"a":[1,2]})").empty());
}

TEST_CASE("What only the database can hold is read from its rows as what it is, alone and in bulk") {
  const Schema schema = *parseSchema(test::kTasks);
  const auto stored = [&](const char* field, const char* json) {
    const Field& held = *schema.model("notes")->field(field);
    const Value value = storedValue(held, *parseJson(json));
    CHECK(Cell(value) == Cell(storedValueOf(held, json)));
    return value;
  };
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  CHECK(std::isnan(stored("stars", "\"NaN\"").number));
  CHECK(stored("stars", "\"Infinity\"").number == kInfinity);
  CHECK(stored("stars", "\"-Infinity\"").number == -kInfinity);
  CHECK(stored("due", "\"-Infinity\"").number == -kInfinity);
  CHECK(stored("due", "-63549316800000").number == -63549316800000000);
  for (const char* json : {"\"nan\"", "\"5\"", "true", "[]"}) CHECK(stored("stars", json).isNull());
  for (const char* field : {"pinned", "extra"}) CHECK_FALSE(stored(field, "\"NaN\"").kind == Value::Kind::number);
}
