// SPDX-License-Identifier: MIT
//
// The list of errors: every code has words, and the words can be shown to a person.
#include <catch2/catch.hpp>

#include <cstddef>
#include <set>
#include <string>

#include "ablo/error_code.h"
#include "ablo/result.h"

using namespace ablo;

TEST_CASE("every error code has a name of its own and a sentence") {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < kErrorCodes.size(); i++) {
    const auto code = static_cast<ErrorCode>(i);
    const std::string name(codeText(code));
    const std::string words(sentence(code));
    INFO(name);
    CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos);
    CHECK(seen.insert(name).second);
    CHECK(words.size() > 20);
    CHECK(words.back() == '.');
  }
  CHECK(codeText(ErrorCode::apikey_missing) == "apikey_missing");
  CHECK(codeText(ErrorCode::internal_error) == "internal_error");
  CHECK(static_cast<std::size_t>(ErrorCode::internal_error) + 1 == kErrorCodes.size());
}

TEST_CASE("an error says what was wrong here before it says what to do") {
  const Error error = Error::of(ErrorCode::unknown_field, "tasks has no field 'titel'.");
  CHECK(error.code == ErrorCode::unknown_field);
  CHECK(error.message == "tasks has no field 'titel'. " + std::string(sentence(ErrorCode::unknown_field)));
  CHECK(Error::of(ErrorCode::unknown_field).message == sentence(ErrorCode::unknown_field));
}

TEST_CASE("a result is a value or an error, never both") {
  const Result<int> good = 7;
  REQUIRE(good);
  CHECK(*good == 7);

  const Result<int> bad = Error::of(ErrorCode::wrong_type);
  REQUIRE(!bad);
  CHECK(bad.error().code == ErrorCode::wrong_type);
}
