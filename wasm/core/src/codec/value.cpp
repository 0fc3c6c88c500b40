// SPDX-License-Identifier: MIT
#include "ablo/value.h"

#include <algorithm>
#include <cmath>

namespace ablo {

namespace {

// Days since 1970-01-01 of a day of the proleptic Gregorian calendar, and back (Howard Hinnant's algorithms).
int64_t daysOf(int64_t year, int64_t month, int64_t day) {
  year -= month <= 2;
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const int64_t yearOfEra = year - era * 400;
  const int64_t dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468;
}

struct Day {
  int64_t year, month, day;
};

Day dayOf(int64_t days) {
  days += 719468;
  const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const int64_t dayOfEra = days - era * 146097;
  const int64_t yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
  const int64_t dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const int64_t shifted = (5 * dayOfYear + 2) / 153;
  const int64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {yearOfEra + era * 400 + (month <= 2), month, dayOfYear - (153 * shifted + 2) / 5 + 1};
}

/// Reads digits off the front of a text.
class Digits {
 public:
  explicit Digits(std::string_view text) : text_(text) {}
  bool take(std::size_t count, int64_t& value) {
    if (text_.size() < count) return false;
    value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (text_[i] < '0' || text_[i] > '9') return false;
      value = value * 10 + (text_[i] - '0');
    }
    text_.remove_prefix(count);
    return true;
  }
  bool skip(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool done() const { return text_.empty(); }

  /// .1 to .123456789, in microseconds; what is finer is cut off.
  bool fraction(int64_t& micros) {
    int64_t scale = 100'000, digit = 0;
    if (!take(1, digit)) return false;
    do {
      micros += digit * scale;
      scale /= 10;
    } while (take(1, digit));
    return true;
  }

 private:
  std::string_view text_;
};

void pad(int64_t value, std::size_t width, std::string& out) {
  const std::string digits = std::to_string(value);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

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

Error wrongType(const Model& model, const Field& field, std::string_view wanted, std::string_view got) {
  Error error = Error::of(ErrorCode::wrong_type, model.key + "." + field.name + " takes " + std::string(wanted) +
                                                     ", not " + std::string(got) + ".");
  error.details = writeJson(Json::object({{"param", field.name}}));
  return error;
}

}  // namespace

bool parseIsoDate(std::string_view text, double& micros) {
  Digits digits(text);
  int64_t year, month, day, hour = 0, minute = 0, second = 0, fraction = 0, offset = 0;
  if (!digits.take(4, year) || !digits.skip('-') || !digits.take(2, month) || !digits.skip('-') || !digits.take(2, day))
    return false;
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;
  if (digits.skip('T') || digits.skip(' ')) {
    if (!digits.take(2, hour) || !digits.skip(':') || !digits.take(2, minute)) return false;
    if (digits.skip(':') && !digits.take(2, second)) return false;
    if (digits.skip('.') && !digits.fraction(fraction)) return false;
    if (hour > 24 || minute > 59 || second > 60) return false;
    if (!digits.skip('Z')) {
      const bool east = digits.skip('+');
      if (east || digits.skip('-')) {
        int64_t hours = 0, minutes = 0;
        if (!digits.take(2, hours)) return false;
        if (digits.skip(':') ? !digits.take(2, minutes) : (!digits.done() && !digits.take(2, minutes))) return false;
        offset = (east ? 1 : -1) * (hours * 60 + minutes);
      }
    }
  }
  if (!digits.done()) return false;
  const int64_t minutes = daysOf(year, month, day) * 1440 + hour * 60 + minute - offset;
  micros = static_cast<double>((minutes * 60 + second) * 1'000'000 + fraction);
  return true;
}

std::string formatIsoDate(double micros) {
  constexpr int64_t kDay = 86'400'000'000;
  const int64_t all = static_cast<int64_t>(micros);
  const int64_t days = all >= 0 ? all / kDay : -((-all + kDay - 1) / kDay);
  const int64_t rest = all - days * kDay;
  const Day day = dayOf(days);
  std::string out;
  pad(day.year, 4, out);
  out += '-';
  pad(day.month, 2, out);
  out += '-';
  pad(day.day, 2, out);
  out += 'T';
  pad(rest / 3'600'000'000, 2, out);
  out += ':';
  pad(rest / 60'000'000 % 60, 2, out);
  out += ':';
  pad(rest / 1'000'000 % 60, 2, out);
  out += '.';
  pad(rest % 1'000'000, 6, out);
  out += 'Z';
  return out;
}

Result<Value> readValue(const Model& model, const Field& field, const Json& json) {
  if (json.isNull()) {
    if (!field.optional) return wrongType(model, field, "a value", "null");
    return Value{};
  }
  switch (field.type) {
    case FieldType::string:
      if (!json.isString()) return wrongType(model, field, "text", kindText(json));
      return Value{Value::Kind::text, 0, json.asString()};
    case FieldType::enumeration:
      if (!json.isString() ||
          std::find(field.enumValues.begin(), field.enumValues.end(), json.asString()) == field.enumValues.end()) {
        std::string wanted = "one of";
        for (const std::string& value : field.enumValues) wanted += " '" + value + "'";
        return wrongType(model, field, wanted,
                         json.isString() ? "'" + json.asString().substr(0, 64) + "'" : std::string(kindText(json)));
      }
      return Value{Value::Kind::text, 0, json.asString()};
    case FieldType::number:
      if (!json.isNumber()) return wrongType(model, field, "a number", kindText(json));
      return Value{Value::Kind::number, json.asNumber(), {}};
    case FieldType::boolean:
      if (!json.isBoolean()) return wrongType(model, field, "a boolean", kindText(json));
      return Value{Value::Kind::boolean, json.asBoolean() ? 1.0 : 0.0, {}};
    case FieldType::date: {
      double micros = 0;
      if (json.isNumber())
        micros = std::floor(json.asNumber() * 1000);
      else if (!json.isString() || !parseIsoDate(json.asString(), micros))
        return wrongType(model, field, "a date (ISO 8601 text or milliseconds since 1970)",
                         json.isString() ? "other text" : kindText(json));
      return Value{Value::Kind::date, micros, {}};
    }
    case FieldType::json: return Value{Value::Kind::json, 0, writeJson(json)};
  }
  return wrongType(model, field, "a value", kindText(json));
}

Value storedValue(const Field& field, const Json& json) {
  if (json.isNull()) return Value{};
  switch (field.type) {
    case FieldType::string:
    case FieldType::enumeration: return json.isString() ? Value{Value::Kind::text, 0, json.asString()} : Value{};
    case FieldType::number: return json.isNumber() ? Value{Value::Kind::number, json.asNumber(), {}} : Value{};
    case FieldType::boolean:
      return json.isBoolean() ? Value{Value::Kind::boolean, json.asBoolean() ? 1.0 : 0.0, {}} : Value{};
    case FieldType::date: {
      double micros = 0;
      return json.isString() && parseIsoDate(json.asString(), micros) ? Value{Value::Kind::date, micros, {}} : Value{};
    }
    case FieldType::json: return Value{Value::Kind::json, 0, writeJson(json)};
  }
  return Value{};
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
