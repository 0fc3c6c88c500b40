// SPDX-License-Identifier: MIT
//
// Json: one JSON value. Bytes from outside become values here and nowhere else, and are believed to be hostile:
//   1. nothing deeper, longer or more numerous than JsonLimits is ever built;
//   2. duplicate members and the names __proto__, constructor and prototype are refused;
//   3. text is valid UTF-8, numbers are finite doubles.
// Members keep the order in which they came.
//
//   Result<Json> message = parseJson(bytes);
//   std::string_view type = message->text("type");
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "ablo/list.h"
#include "ablo/result.h"

namespace ablo {

class Json {
 public:
  enum class Kind : uint8_t { null, boolean, number, string, array, object };
  struct Name;
  struct Member;

  Json() : bits_{} {}
  Json(std::nullptr_t) : Json() {}
  Json(const void*) = delete;  // which would be true
  Json(bool value) : far_{Kind::boolean, 0, 0, 0, {.number = value ? 1.0 : 0.0}} {}
  Json(double value) : far_{Kind::number, 0, 0, 0, {.number = value}} {}
  Json(int value) : Json(static_cast<double>(value)) {}
  Json(uint32_t value) : Json(static_cast<double>(value)) {}
  Json(uint64_t value) : Json(static_cast<double>(value)) {}
  Json(std::string_view value);
  Json(const std::string& value) : Json(std::string_view(value)) {}
  Json(const char* value) : Json(std::string_view(value)) {}
  Json(const Json& other);
  Json(Json&& other) noexcept : bits_(std::exchange(other.bits_, {})) {}
  Json& operator=(const Json& other) { return *this = Json(other); }
  /// `other` may be a part of this value.
  Json& operator=(Json&& other) noexcept {
    const Bits taken = std::exchange(other.bits_, {});
    if (far_.onHeap) letGo();
    bits_ = taken;
    return *this;
  }
  ~Json() {
    if (far_.onHeap) letGo();
  }

  static Json array() { return Json(Kind::array); }
  static Json array(std::span<const Json> items);
  static Json array(std::initializer_list<Json> items) { return array(std::span(items.begin(), items.size())); }
  static Json object() { return Json(Kind::object); }
  static Json object(std::initializer_list<Member> members);

  Kind kind() const { return far_.kind; }
  bool isNull() const { return kind() == Kind::null; }
  bool isBoolean() const { return kind() == Kind::boolean; }
  bool isNumber() const { return kind() == Kind::number; }
  bool isString() const { return kind() == Kind::string; }
  bool isArray() const { return kind() == Kind::array; }
  bool isObject() const { return kind() == Kind::object; }

  /// The value itself; false, 0 or empty when it is of another kind.
  bool asBoolean() const { return isBoolean() && far_.number != 0; }
  double asNumber() const { return isNumber() ? far_.number : 0; }
  /// Valid until this value changes or moves.
  std::string_view asString() const {
    if (!isString()) return {};
    return far_.onHeap ? std::string_view(far_.text, far_.size) : std::string_view(near_.text, near_.size);
  }
  std::span<const Json> items() const;
  std::span<Json> items();
  std::span<const Member> members() const;

  /// A member of an object, or null when there is none (or this is no object).
  const Json* find(std::string_view name) const;
  std::string_view text(std::string_view name) const;
  double number(std::string_view name, double otherwise = 0) const;
  bool flag(std::string_view name, bool otherwise = false) const;

  // Of an object, and of an array; anything else becomes an empty one first. Both return *this.
  Json& set(std::string_view name, Json value);  // replaces a member of that name
  Json& push(Json value);
  /// The last `count` values that were pushed, as an array, or as an object of names and values by turns; they are here no
  /// more.
  Json takeLast(uint32_t count, Kind kind);

 private:
  // Sixteen bytes. Text of up to 13 lies inside; longer text, items and members (a name, its value, …) lie on the heap, in
  // room for a power of two.
  static constexpr std::size_t kNear = 13;
  struct Far {
    Kind kind;
    bool onHeap;
    uint16_t room;  // of items: for 2^room
    uint32_t size;
    union {
      double number;
      char* text;
      Json* items;
    };
  };
  struct Near {
    Kind kind;
    bool onHeap;
    uint8_t size;
    char text[kNear];
  };
  struct Bits {
    uint64_t halves[2];
  };

  explicit Json(Kind kind) : far_{kind, 0, 0, 0, {}} {}
  void letGo();
  void makeRoom(uint32_t count);
  void append(Json value);

  union {
    Far far_;
    Near near_;
    Bits bits_;
  };
};

struct Json::Name : Json {
  using Json::Json;
  operator std::string_view() const { return asString(); }
  friend bool operator==(const Name& a, std::string_view b) { return a.asString() == b; }
};

struct Json::Member {
  Name name;
  Json value;
};

inline std::span<const Json> Json::items() const {
  return isArray() ? std::span<const Json>(far_.items, far_.size) : std::span<const Json>();
}
inline std::span<Json> Json::items() { return isArray() ? std::span<Json>(far_.items, far_.size) : std::span<Json>(); }
inline std::span<const Json::Member> Json::members() const {
  if (!isObject()) return {};
  return {reinterpret_cast<const Member*>(far_.items), far_.size / 2};
}

/// A seq, a count, a number of a request: whole, not negative, and exact in a double. Null: there is none.
bool isWhole(const Json* value);

struct JsonLimits {
  std::size_t bytes = 256 * 1024;
  std::size_t depth = 32;
  std::size_t members = 1000;    // of one object
  std::size_t values = 100'000;  // altogether
  std::size_t string = 64 * 1024;
};

/// Limits for what comes from our own server or database: large, but still bounded in depth.
inline constexpr JsonLimits kTrustedJson{1u << 30, 64, 100'000, 1u << 28, 1u << 28};

/// `invalid_json` or `request_too_large` says what was wrong and at which byte.
Result<Json> parseJson(std::string_view text, const JsonLimits& limits = {});

/// Compact text. Equal values give equal text, member order included.
std::string writeJson(const Json& value);
void writeJson(const Json& value, std::string& out);
void writeJsonString(std::string_view text, std::string& out);
void writeJsonNumber(double number, std::string& out);

/// `{"code", "message", ...details}`: how an error travels.
Json errorJson(const Error& error);

}  // namespace ablo
