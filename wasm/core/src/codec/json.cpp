// SPDX-License-Identifier: MIT
#include "ablo/json.h"

#include <cmath>
#include <nlohmann/detail/conversions/to_chars.hpp>

namespace ablo {

Json::Json() = default;
Json::Json(std::nullptr_t) {}
Json::Json(bool value) : kind_(Kind::boolean), number_(value) {}
Json::Json(double value) : kind_(Kind::number), number_(value) {}
Json::Json(int value) : Json(static_cast<double>(value)) {}
Json::Json(uint32_t value) : Json(static_cast<double>(value)) {}
Json::Json(uint64_t value) : Json(static_cast<double>(value)) {}
Json::Json(std::string value) : kind_(Kind::string), string_(std::move(value)) {}
Json::Json(std::string_view value) : Json(std::string(value)) {}
Json::Json(const char* value) : Json(std::string(value)) {}
Json::Json(const Json&) = default;
Json::Json(Json&&) noexcept = default;
Json& Json::operator=(const Json&) = default;
Json& Json::operator=(Json&&) noexcept = default;
Json::~Json() = default;

Json Json::array() { return array({}); }

Json Json::array(List<Json> items) {
  Json json;
  json.kind_ = Kind::array;
  json.items_ = std::move(items);
  return json;
}

Json Json::object() { return object({}); }

Json Json::object(List<Member> members) {
  Json json;
  json.kind_ = Kind::object;
  json.members_ = std::move(members);
  return json;
}

const Json* Json::find(std::string_view name) const {
  for (const Member& member : members_)
    if (member.name == name) return &member.value;
  return nullptr;
}

std::string_view Json::text(std::string_view name) const {
  const Json* value = find(name);
  return value ? std::string_view(value->string_) : std::string_view();
}

double Json::number(std::string_view name, double otherwise) const {
  const Json* value = find(name);
  return value && value->isNumber() ? value->number_ : otherwise;
}

bool Json::flag(std::string_view name, bool otherwise) const {
  const Json* value = find(name);
  return value && value->isBoolean() ? value->asBoolean() : otherwise;
}

Json& Json::set(std::string_view name, Json value) {
  for (Member& member : members_)
    if (member.name == name) {
      member.value = std::move(value);
      return *this;
    }
  members_.push_back({std::string(name), std::move(value)});
  return *this;
}

Json& Json::push(Json value) {
  items_.push_back(std::move(value));
  return *this;
}

namespace {

void writeEscape(unsigned char c, std::string& out) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += "\\u00";
  out += kHex[c >> 4];
  out += kHex[c & 15];
}

}  // namespace

void writeJsonString(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20)
          writeEscape(static_cast<unsigned char>(c), out);
        else
          out += c;
    }
  }
  out += '"';
}

void writeJsonNumber(double number, std::string& out) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  // Whole numbers, seq and times above all, are written as such; Grisu would give 1e+21 its exponent and 5.0 its fraction.
  if (std::floor(number) == number && std::fabs(number) <= 9007199254740992.0) {
    out += std::to_string(static_cast<int64_t>(number));
    return;
  }
  char buffer[64];
  out.append(buffer, nlohmann::detail::to_chars(buffer, buffer + sizeof buffer, number));
}

void writeJson(const Json& value, std::string& out) {
  switch (value.kind()) {
    case Json::Kind::null: out += "null"; break;
    case Json::Kind::boolean: out += value.asBoolean() ? "true" : "false"; break;
    case Json::Kind::number: writeJsonNumber(value.asNumber(), out); break;
    case Json::Kind::string: writeJsonString(value.asString(), out); break;
    case Json::Kind::array: {
      char before = '[';
      for (const Json& item : value.items()) {
        out += before;
        writeJson(item, out);
        before = ',';
      }
      if (before == '[') out += before;
      out += ']';
      break;
    }
    case Json::Kind::object: {
      char before = '{';
      for (const Json::Member& member : value.members()) {
        out += before;
        writeJsonString(member.name, out);
        out += ':';
        writeJson(member.value, out);
        before = ',';
      }
      if (before == '{') out += before;
      out += '}';
      break;
    }
  }
}

std::string writeJson(const Json& value) {
  std::string out;
  writeJson(value, out);
  return out;
}

Json errorJson(const Error& error) {
  Json json = Json::object();
  json.set("code", codeText(error.code)).set("message", error.message);
  if (!error.details.empty())
    if (Result<Json> details = parseJson(error.details, kTrustedJson))
      for (const Json::Member& member : details->members()) json.set(member.name, member.value);
  return json;
}

}  // namespace ablo
