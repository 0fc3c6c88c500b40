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
#include <string>
#include <string_view>

#include "ablo/list.h"
#include "ablo/result.h"

namespace ablo {

class Json {
 public:
  enum class Kind : uint8_t { null, boolean, number, string, array, object };
  struct Member;

  Json();
  Json(std::nullptr_t);
  Json(bool value);
  Json(double value);
  Json(int value);
  Json(uint32_t value);
  Json(uint64_t value);
  Json(std::string value);
  Json(std::string_view value);
  Json(const char* value);
  Json(const Json&);
  Json(Json&&) noexcept;
  Json& operator=(const Json&);
  Json& operator=(Json&&) noexcept;
  ~Json();

  static Json array();
  static Json array(List<Json> items);
  static Json object();
  static Json object(List<Member> members);

  Kind kind() const { return kind_; }
  bool isNull() const { return kind_ == Kind::null; }
  bool isBoolean() const { return kind_ == Kind::boolean; }
  bool isNumber() const { return kind_ == Kind::number; }
  bool isString() const { return kind_ == Kind::string; }
  bool isArray() const { return kind_ == Kind::array; }
  bool isObject() const { return kind_ == Kind::object; }

  /// The value itself; false, 0 or empty when it is of another kind.
  bool asBoolean() const { return kind_ == Kind::boolean && number_ != 0; }
  double asNumber() const { return kind_ == Kind::number ? number_ : 0; }
  const std::string& asString() const { return string_; }
  const List<Json>& items() const { return items_; }
  List<Json>& items() { return items_; }
  const List<Member>& members() const { return members_; }

  /// A member of an object, or null when there is none (or this is no object).
  const Json* find(std::string_view name) const;
  std::string_view text(std::string_view name) const;
  double number(std::string_view name, double otherwise = 0) const;
  bool flag(std::string_view name, bool otherwise = false) const;

  Json& set(std::string_view name, Json value);  // replaces a member of that name; returns *this
  Json& push(Json value);

 private:
  Kind kind_ = Kind::null;
  double number_ = 0;
  std::string string_;
  List<Json> items_;
  List<Member> members_;
};

struct Json::Member {
  std::string name;
  Json value;
};

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
