// SPDX-License-Identifier: MIT
//
// Our reader of JSON against nlohmann's: what one takes the other takes, and they read the same.
#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "ablo/json.h"
#include "environment.h"

using namespace ablo;
using namespace ablo::test;

namespace {

/// What our rules refuse although it is JSON (ablo/json.h), so that the two are compared on the rest.
struct Rules : nlohmann::json_sax<nlohmann::json> {
  using Names = std::vector<std::set<std::string>>;
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t value, const string_t&) override { return std::isfinite(value); }
  bool string(string_t& value) override { return value.find('\0') == value.npos; }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return names.emplace_back(), true; }
  bool key(string_t& name) override {
    return name != "__proto__" && name != "constructor" && name != "prototype" && name.find('\0') == name.npos &&
           names.back().insert(name).second;
  }
  bool end_object() override { return names.pop_back(), true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }
  Names names;
};

bool same(const Json& ours, const nlohmann::json& theirs) {
  if (theirs.is_null()) return ours.isNull();
  if (theirs.is_boolean()) return ours.isBoolean() && ours.asBoolean() == theirs.get<bool>();
  if (theirs.is_number()) return ours.isNumber() && ours.asNumber() == theirs.get<double>();
  if (theirs.is_string()) return ours.isString() && ours.asString() == theirs.get<std::string>();
  if (theirs.is_array()) {
    if (!ours.isArray() || ours.items().size() != theirs.size()) return false;
    for (std::size_t i = 0; i < theirs.size(); ++i)
      if (!same(ours.items()[i], theirs[i])) return false;
    return true;
  }
  if (!ours.isObject() || ours.members().size() != theirs.size()) return false;
  for (const Json::Member& member : ours.members())
    if (const std::string name(member.name); !theirs.contains(name) || !same(member.value, theirs[name])) return false;
  return true;
}

const std::string kDocuments[] = {
    R"({"type":"commit","key":"k-1","attempt":1,"operations":[{"op":"update","model":"tasks","id":"t1","data":{"n":-1.5e3}}]})",
    R"([null,true,false,0,-0,1.25,1E+2,2e-3,"",[],{},[[[]]],{"a":{"b":{"c":[1,{"d":2}]}}}])",
    R"(["\"\\\/\b\f\n\r\t","\u0041\u00e9\u20ac\ud83d\ude42","äöü €uro 🙂","\u0000"])",
    " {\n\t\"a\" : [ 1 , 2 ] ,\r\n \"b\" : \"c\" } ",
    "\"\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\xc2\x80\"",
};
const std::string kPieces[] = {"{",
                               "}",
                               "[",
                               "]",
                               ",",
                               ":",
                               "\"",
                               "\\",
                               "\\u",
                               "d83d",
                               "\\ude42",
                               "0",
                               "-",
                               ".",
                               "e",
                               "1e308",
                               "+",
                               "null",
                               "tru",
                               "\x7f",
                               "\x1f",
                               "\xc0",
                               "\x80",
                               "\xed\xa0\x80",
                               "\xf4\x90\x80\x80",
                               "\xe0\x80\x80",
                               "\xff",
                               " ",
                               "/",
                               "\"a\":",
                               "999999999999999999999"};

}  // namespace

TEST_CASE("Of documents that were damaged, we take those nlohmann takes, and read the same in them") {
  std::mt19937_64 random(3);
  std::size_t taken = 0, refused = 0;
  const uint64_t drawn = cases(200'000);
  for (uint64_t left = drawn; left > 0; --left) {
    std::string text = kDocuments[random() % std::size(kDocuments)];
    for (std::size_t wounds = random() % 4; wounds > 0 && !text.empty(); --wounds) {
      const std::size_t at = random() % text.size();
      switch (random() % 4) {
        case 0: text.erase(at, 1 + random() % 3); break;
        case 1: text.insert(at, kPieces[random() % std::size(kPieces)]); break;
        case 2: text[at] = static_cast<char>(1 + random() % 255); break;  // not 0: nlohmann takes it for the end
        case 3: text.resize(at); break;
      }
    }
    Rules rules;
    const bool theirs = nlohmann::json::sax_parse(text, &rules);
    const Result<Json> ours = parseJson(text);
    INFO(text);
    REQUIRE(static_cast<bool>(ours) == theirs);
    theirs ? ++taken : ++refused;
    if (theirs) REQUIRE(same(*ours, nlohmann::json::parse(text, nullptr, false)));
  }
  CHECK(taken > drawn / 10);
  CHECK(refused > drawn / 10);
}
