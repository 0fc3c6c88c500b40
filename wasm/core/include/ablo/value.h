// SPDX-License-Identifier: MIT
//
// Value: what one field of one row holds. Dates are microseconds since 1970 (exact in a double until the year 2255);
// json fields are kept as their text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ablo/json.h"
#include "ablo/schema.h"

namespace ablo {

struct Value {
  enum class Kind : uint8_t { null, boolean, number, date, text, json };

  Kind kind = Kind::null;
  double number = 0;  // boolean (0, 1), number, date
  std::string text;   // text (strings, enums, ids), json

  bool isNull() const { return kind == Kind::null; }
  friend bool operator==(const Value&, const Value&) = default;
};

/// A look at a value where it lies. Its text is valid until what holds it changes.
struct Cell {
  Value::Kind kind = Value::Kind::null;
  double number = 0;
  std::string_view text;

  Cell() = default;
  Cell(Value::Kind kind, double number) : kind(kind), number(number) {}
  Cell(Value::Kind kind, std::string_view text) : kind(kind), text(text) {}
  Cell(const Value& value) : kind(value.kind), number(value.number), text(value.text) {}

  bool isNull() const { return kind == Value::Kind::null; }
  Value value() const { return Value{kind, number, std::string(text)}; }
  friend bool operator==(const Cell& a, const Cell& b) {
    const bool sameNumber = a.number == b.number || (a.number != a.number && b.number != b.number);
    return a.kind == b.kind && sameNumber && a.text == b.text;
  }
};

/// A field's value from JSON, or `wrong_type` saying which field of which model wanted what and got what.
Result<Value> readValue(const Model& model, const Field& field, const Json& json);

/// The same of a row that came out of the database: what does not fit the field (a foreign writer's doing) reads as null.
/// Only there are numbers "NaN", "Infinity" and "-Infinity", and dates those or milliseconds since 1970 of any year.
Value storedValue(const Field& field, const Json& json);
/// The same of its JSON text. What cannot be read at all is null as well.
Value storedValueOf(const Field& field, std::string_view text);

/// The same value as JSON; dates as ISO text with microseconds and Z.
Json writeValue(const Value& value);

}  // namespace ablo
