// SPDX-License-Identifier: MIT
//
// Numbers are read as libc and nlohmann read them, to the last bit: a price that comes back a hair off is another price.
#include "codec/decimal.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <nlohmann/detail/conversions/to_chars.hpp>
#include <random>
#include <string>

#include "environment.h"

using namespace ablo;
using namespace ablo::test;

namespace {

bool same(const std::string& text) {
  const double ours = readDecimal(text), theirs = std::strtod(text.c_str(), nullptr);
  return std::memcmp(&ours, &theirs, sizeof ours) == 0;
}

double anyDouble(std::mt19937_64& random) {
  const uint64_t bits = random();
  double number;
  std::memcpy(&number, &bits, sizeof number);
  return number;
}

}  // namespace

TEST_CASE("The numbers on which readers of decimals have failed before") {
  for (const char* text :
       {"0",
        "-0",
        "0.0",
        "-0.0e5",
        "0e999999999999",
        "1e-999999999999",
        "1e999999999999",
        "-1e400",
        "0.1",
        "0.3",
        "1e22",
        "1e23",
        "9007199254740992",
        "9007199254740993",
        "9007199254740993.0000000000000000000000000001",
        "8.5e22",
        "2.2250738585072011e-308",
        "2.2250738585072012e-308",
        "2.2250738585072014e-308",
        "4.9e-324",
        "5e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "2.47032822920623272e-324",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "6.631236846766476e-316",
        "123456789012345678901234567890",
        "0.000000000000000000000000000000000000000000000000000000000000000000000000000000000000001e90",
        "1090544144181609348671888949248",
        "1090544144181609348835077142190"})
    CHECK(same(text));
}

TEST_CASE("A number is read to the last bit, however many digits it has") {
  std::mt19937_64 random(1);
  std::size_t wrong = 0;
  for (uint64_t left = cases(500'000); left > 0; --left) {
    const double number = anyDouble(random);
    if (!std::isfinite(number)) continue;
    char text[64];
    const int digits = static_cast<int>(random() % 20);
    std::snprintf(text, sizeof text, random() % 2 ? "%.*e" : "%.*g", digits, number);
    wrong += !same(text);
    *nlohmann::detail::to_chars(text, text + sizeof text, number) = '\0';
    wrong += !same(text) || readDecimal(text) != number;
  }
  CHECK(wrong == 0);
}

TEST_CASE("A number is written so that it is read as itself, and as people wrote it") {
  std::mt19937_64 random(3);
  std::size_t wrong = 0;
  for (uint64_t left = cases(50'000); left > 0; --left) {
    const double number = anyDouble(random);
    if (!std::isfinite(number)) continue;
    std::string text;
    writeDecimal(number, text);
    wrong += !same(text) || readDecimal(text) != number;

    char people[64];  // no number with 15 digits comes back longer than it was
    std::snprintf(people, sizeof people, "%.*e", static_cast<int>(random() % 15), number);
    std::string again;
    if (const double short15 = std::strtod(people, nullptr); std::isfinite(short15)) writeDecimal(short15, again);
    const std::string mantissa = again.substr(0, again.find('e'));
    const bool exponent = mantissa.size() < again.size();
    wrong += std::fabs(number) > 1e-290 && exponent && mantissa.size() > 15 + (mantissa[0] == '-');
  }
  CHECK(wrong == 0);
  const auto written = [](double number) {
    std::string text;
    writeDecimal(number, text);
    return text;
  };
  CHECK(written(0.1) == "0.1");
  CHECK(written(19.95) == "19.95");
  CHECK(written(-1234.5678) == "-1234.5678");
  CHECK(written(0.1 + 0.2) == "0.30000000000000004");
  CHECK(written(1e-7) == "0.0000001");
  CHECK(written(1.5e-8) == "15e-9");
  CHECK(written(1e21) == "1e21");
  CHECK(written(123456.7890625) == "123456.7890625");
  CHECK(written(1.0 / 3) == "0.3333333333333333");
}

TEST_CASE("The middle between two doubles goes to the even one, a hair more or less does not") {
  std::mt19937_64 random(2);
  std::size_t wrong = 0;
  for (int i = 0; i < 2'000; ++i) {
    const double low = std::fabs(anyDouble(random)), high = std::nextafter(low, INFINITY);
    if (!std::isfinite(high)) continue;
    // The middle has one binary digit more than a double: printed exactly, it has up to 767 digits.
    char text[1200];
    const long double middle = (static_cast<long double>(low) + high) / 2;
    std::snprintf(text, sizeof text, "%.800Le", middle);
    const std::string whole(text), mantissa = whole.substr(0, whole.find('e')),
                                   exponent = whole.substr(mantissa.size());
    wrong +=
        !same(whole) || !same(mantissa + "1" + exponent) || !same(mantissa + std::string(2000, '0') + "1" + exponent);
  }
  CHECK(wrong == 0);
}
