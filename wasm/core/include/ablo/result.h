// SPDX-License-Identifier: MIT
//
// Result<T>: a value or an Error. The core has no exceptions; whatever can fail says so in its type.
//
//   Result<Schema> schema = parseSchema(text);
//   if (!schema) return schema.error();
//   use(*schema);
#pragma once

#include <cassert>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "ablo/error_code.h"

namespace ablo {

/// One error: a code of the list, and a message that begins with what was wrong here and ends with the next step.
/// `details` is empty or a JSON object whose members travel beside code and message (`readAt`, `conflicts`, `param`, …).
struct Error {
  ErrorCode code;
  std::string message;
  std::string details;

  /// The list's sentence, after what was wrong here: `Error::of(ErrorCode::unknown_field, "tasks has no field 'titel'.")`.
  static Error of(ErrorCode code, std::string_view what = {});
  /// The same of parts: `Error::of(ErrorCode::unknown_field, {model.key, " has no field '", name, "'."})`.
  static Error of(ErrorCode code, std::initializer_list<std::string_view> what);
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  /// A result of what converts to T.
  template <class Other>
  Result(Result<Other> other) {
    if (other)
      value_ = std::move(*other);
    else
      error_ = std::make_unique<Error>(other.error());
  }
  Result(Error error) : error_(std::make_unique<Error>(std::move(error))) {}

  explicit operator bool() const { return value_.has_value(); }
  T& operator*() {
    assert(*this);
    return *value_;
  }
  const T& operator*() const {
    assert(*this);
    return *value_;
  }
  T* operator->() { return &**this; }
  const T* operator->() const { return &**this; }
  const Error& error() const {
    assert(!*this);
    return *error_;
  }

 private:
  std::optional<T> value_;
  std::unique_ptr<Error> error_;
};

struct Nothing {};
/// The outcome of something that has no value: `return Nothing{};`
using Outcome = Result<Nothing>;

}  // namespace ablo
