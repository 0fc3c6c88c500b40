// SPDX-License-Identifier: MIT
#include "ablo/json.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <new>

#include "codec/decimal.h"

namespace ablo {

static_assert(sizeof(Json) == 16);

Json::Json(std::string_view value) : Json(Kind::string) {
  if (value.size() <= kNear) {
    near_.size = static_cast<uint8_t>(value.size());
    std::copy(value.begin(), value.end(), near_.text);
    return;
  }
  far_.onHeap = true;
  far_.size = static_cast<uint32_t>(value.size());
  far_.text = new char[value.size()];
  std::copy(value.begin(), value.end(), far_.text);
}

Json::Json(const Json& other) : bits_(other.bits_) {
  if (!far_.onHeap) return;
  if (isString()) {
    far_.text = new char[far_.size];
    std::copy(other.far_.text, other.far_.text + far_.size, far_.text);
    return;
  }
  makeRoom(far_.size);
  for (uint32_t i = 0; i < far_.size; ++i) new (far_.items + i) Json(other.far_.items[i]);
}

void Json::letGo() {
  if (isString()) {
    delete[] far_.text;
    return;
  }
  for (uint32_t i = 0; i < far_.size; ++i) far_.items[i].~Json();
  ::operator delete(far_.items);
}

void Json::makeRoom(uint32_t count) {
  far_.onHeap = true;
  far_.room = static_cast<uint16_t>(std::bit_width(std::max(count, 1u) - 1));
  far_.items = static_cast<Json*>(::operator new(sizeof(Json) << far_.room));
}

Json Json::array(std::span<const Json> items) {
  Json array(Kind::array);
  for (const Json& item : items) array.push(item);
  return array;
}

Json Json::object(std::initializer_list<Member> members) {
  Json object(Kind::object);
  for (const auto& [name, value] : members) object.set(name, value);
  return object;
}

const Json* Json::find(std::string_view name) const {
  for (const Member& member : members())
    if (member.name == name) return &member.value;
  return nullptr;
}

std::string_view Json::text(std::string_view name) const {
  const Json* value = find(name);
  return value ? value->asString() : std::string_view();
}

double Json::number(std::string_view name, double otherwise) const {
  const Json* value = find(name);
  return value && value->isNumber() ? value->far_.number : otherwise;
}

bool Json::flag(std::string_view name, bool otherwise) const {
  const Json* value = find(name);
  return value && value->isBoolean() ? value->asBoolean() : otherwise;
}

Json& Json::set(std::string_view name, Json value) {
  if (const Json* member = find(name)) {
    *const_cast<Json*>(member) = std::move(value);
    return *this;
  }
  if (!isObject()) *this = object();
  append(name);
  append(std::move(value));
  return *this;
}

Json& Json::push(Json value) {
  if (!isArray()) *this = array();
  append(std::move(value));
  return *this;
}

void Json::append(Json value) {
  if (!far_.onHeap) {
    makeRoom(1);
  } else if (far_.size == 1u << far_.room) {
    Json* const items = far_.items;
    makeRoom(far_.size + 1);
    std::memcpy(static_cast<void*>(far_.items), items, far_.size * sizeof(Json));
    ::operator delete(items);
  }
  new (far_.items + far_.size++) Json(std::move(value));
}

Json Json::takeLast(uint32_t count, Kind kind) {
  Json taken(kind);
  if (count == 0) return taken;
  far_.size -= count;
  taken.makeRoom(count);
  taken.far_.size = count;
  std::memcpy(static_cast<void*>(taken.far_.items), far_.items + far_.size, count * sizeof(Json));
  return taken;
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

bool isWhole(const Json* value) {
  constexpr double kLargest = 9007199254740991;
  return value && value->isNumber() && value->asNumber() >= 0 && value->asNumber() <= kLargest &&
         std::floor(value->asNumber()) == value->asNumber();
}

void writeJsonNumber(double number, std::string& out) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  // Whole numbers, seq and times above all.
  if (std::floor(number) == number && std::fabs(number) <= 9007199254740992.0) {
    out += std::to_string(static_cast<int64_t>(number));
    return;
  }
  writeDecimal(number, out);
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

/// A code that is not one of ours is internal_error here; its own text is among the details.
Json errorJson(const Error& error) {
  Json json = Json::object();
  if (!error.details.empty())
    if (Result<Json> details = parseJson(error.details, kTrustedJson)) json = std::move(*details);
  if (error.code != ErrorCode::internal_error || !json.find("code"))
    json.set("code", codeText(error.code)).set("message", error.message);
  return json;
}

}  // namespace ablo
