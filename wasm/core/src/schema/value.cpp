// SPDX-License-Identifier: MIT
#include "ablo/value.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "codec/iso_date.h"
#include "codec/raw_json.h"
#include "schema/column_kind.h"

namespace ablo {

namespace {

std::string_view kindText(const Json& json) {
  switch (json.kind()) {
    case Json::Kind::null: return "null";
    case Json::Kind::boolean: return "a boolean";
    case Json::Kind::number: return "a number";
    case Json::Kind::string: return "text";
    case Json::Kind::array: return "an array";
    case Json::Kind::object: return "an object";
  }
  return "";
}

/// The dates that ISO 8601 has words for.
bool isInYears(double micros) {
  constexpr double kYearOne = -62'135'596'800'000'000, kYearTenThousand = 253'402'300'800'000'000;
  return micros >= kYearOne && micros < kYearTenThousand;
}

/// Numbers that JSON has no words for, by Postgres's.
bool readUnsayable(std::string_view text, double& number) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (text == "NaN")
    number = std::numeric_limits<double>::quiet_NaN();
  else if (text == "Infinity" || text == "-Infinity")
    number = text.front() == '-' ? -kInfinity : kInfinity;
  else
    return false;
  return true;
}

Error wrongType(const Model& model, const Field& field, std::string_view wanted, std::string_view got) {
  Error error = Error::of(ErrorCode::wrong_type, {model.key, ".", field.name, " takes ", wanted, ", not ", got, "."});
  error.details = ObjectText().member("param", field.name).take();
  return error;
}

Value storedText(const Field& field, std::string_view text) {
  if (field.type == FieldType::string || field.type == FieldType::enumeration)
    return Value{Value::Kind::text, 0, std::string(text)};
  double number = 0;
  const bool isDate = field.type == FieldType::date;
  if (!isDate && field.type != FieldType::number) return Value{};
  if (!(isDate && parseIsoDate(text, number)) && !readUnsayable(text, number)) return Value{};
  return Value{valueKind(field), number, {}};
}

Value storedNumber(const Field& field, double number) {
  if (field.type == FieldType::number) return Value{Value::Kind::number, number, {}};
  return field.type == FieldType::date ? Value{Value::Kind::date, number * 1000, {}} : Value{};
}

}  // namespace

Result<Value> readValue(const Model& model, const Field& field, const Json& json) {
  if (json.isNull()) {
    if (!field.optional) return wrongType(model, field, "a value", "null");
    return Value{};
  }
  switch (field.type) {
    case FieldType::string:
      if (!json.isString()) return wrongType(model, field, "text", kindText(json));
      return Value{Value::Kind::text, 0, std::string(json.asString())};
    case FieldType::enumeration:
      if (!json.isString() ||
          std::find(field.enumValues.begin(), field.enumValues.end(), json.asString()) == field.enumValues.end()) {
        std::string wanted = "one of";
        for (const std::string& value : field.enumValues) wanted += " '" + value + "'";
        return wrongType(
            model, field, wanted,
            json.isString() ? "'" + std::string(json.asString().substr(0, 64)) + "'" : std::string(kindText(json)));
      }
      return Value{Value::Kind::text, 0, std::string(json.asString())};
    case FieldType::number:
      if (!json.isNumber()) return wrongType(model, field, "a number", kindText(json));
      return Value{Value::Kind::number, json.asNumber(), {}};
    case FieldType::boolean:
      if (!json.isBoolean()) return wrongType(model, field, "a boolean", kindText(json));
      return Value{Value::Kind::boolean, json.asBoolean() ? 1.0 : 0.0, {}};
    case FieldType::date: {
      double micros = std::floor(json.asNumber() * 1000);
      const bool isDate = json.isNumber() || (json.isString() && parseIsoDate(json.asString(), micros));
      if (!isDate || !isInYears(micros))
        return wrongType(model, field, "a date (ISO 8601 text or milliseconds since 1970, years 1 to 9999)",
                         json.isString() ? "other text" : kindText(json));
      return Value{Value::Kind::date, micros, {}};
    }
    case FieldType::json: return Value{Value::Kind::json, 0, writeJson(json)};
  }
  return wrongType(model, field, "a value", kindText(json));
}

Value storedValue(const Field& field, const Json& json) {
  if (json.isNull()) return Value{};
  if (field.type == FieldType::json) return Value{Value::Kind::json, 0, writeJson(json)};
  switch (json.kind()) {
    case Json::Kind::string: return storedText(field, json.asString());
    case Json::Kind::number: return storedNumber(field, json.asNumber());
    case Json::Kind::boolean:
      return field.type == FieldType::boolean ? Value{Value::Kind::boolean, json.asBoolean() ? 1.0 : 0.0, {}} : Value{};
    default: return Value{};
  }
}

Value storedValueOf(const Field& field, std::string_view text) {
  const bool isPlain = text.size() >= 2 && text.front() == '"' && text.find('\\') == text.npos;
  if (isPlain && field.type != FieldType::json) return storedText(field, text.substr(1, text.size() - 2));
  const Result<Json> json = parseJson(text, kTrustedJson);
  return json ? storedValue(field, *json) : Value{};
}

Json writeValue(const Value& value) {
  switch (value.kind) {
    case Value::Kind::null: return Json();
    case Value::Kind::boolean: return Json(value.number != 0);
    case Value::Kind::number: return Json(value.number);
    case Value::Kind::date: return Json(formatIsoDate(value.number));
    case Value::Kind::text: return Json(value.text);
    case Value::Kind::json: {
      Result<Json> json = parseJson(value.text, kTrustedJson);
      return json ? *json : Json();
    }
  }
  return Json();
}

}  // namespace ablo
