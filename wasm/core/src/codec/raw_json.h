// SPDX-License-Identifier: MIT
//
// RawJson: JSON text that is carried and not read. What our own database answers is mostly rows on their way to a
// client; only the top of it is looked at, the rest is cut out and put into a frame as it is. Never for text from
// outside: the slices point into the text they were cut from, and what is inside of them has not been checked.
//
//   const std::optional<RawObject> answer = RawObject::read(bytes);
//   frame = ObjectText().member("type", "loaded").raw("models", answer->find("models")).take();
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ablo/json.h"

namespace ablo {

/// Walks over JSON text without building anything.
class RawWalk {
 public:
  explicit RawWalk(std::string_view text) : text_(text) {}

  bool skip(char wanted);
  bool done();
  std::string_view rest() const { return text_.substr(at_); }
  /// One string; what stands between its quotes.
  bool string(std::string_view& inside);
  /// One value of any kind.
  bool value(std::string_view& whole);

 private:
  static bool isSpace(char c);
  void space();

  std::string_view text_;
  std::size_t at_ = 0;
};

class RawObject {
 public:
  struct Member {
    std::string_view name;  // as it stands between its quotes
    std::string_view value;
  };

  /// Nothing, when the text is not one object.
  static std::optional<RawObject> read(std::string_view text);

  void add(const Member& member) { members_.push_back(member); }

  /// A member's value as text; empty when there is none or it is null.
  std::string_view find(std::string_view name) const;
  double number(std::string_view name, double otherwise) const;
  std::string text(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;  // of an array of text

 private:
  std::vector<Member> members_;
};

/// The items of an array; nothing when the text is not one.
std::optional<std::vector<std::string_view>> rawItems(std::string_view text);

/// Writes one object, of values and of text that is JSON already.
class ObjectText {
 public:
  template <class Value>
  ObjectText& member(std::string_view name, const Value& value) {
    if constexpr (std::is_convertible_v<const Value&, std::string_view>)
      return text(name, value);
    else if constexpr (std::is_arithmetic_v<Value> && !std::is_same_v<Value, bool>)
      return number(name, static_cast<double>(value));
    else
      return json(name, value);
  }
  /// Left out when the text is empty.
  ObjectText& raw(std::string_view name, std::string_view json);
  std::string take();

 private:
  ObjectText& text(std::string_view name, std::string_view value);
  ObjectText& number(std::string_view name, double value);
  ObjectText& json(std::string_view name, const Json& value);
  void name(std::string_view name);
  std::string text_;
};

/// `[a,b,c]`
std::string arrayText(const std::vector<std::string_view>& items);

}  // namespace ablo
