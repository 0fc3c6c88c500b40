// SPDX-License-Identifier: MIT
//
// The cases of tests/conformance/cases against the core itself. CMake puts their text into the program, so that the same runs
// where there are no files.
#include <map>

#include "conformance_case.h"
#include "conformance_cases.h"

using namespace ablo;
using namespace ablo::test;

namespace {

/// `{"$repeat": [what, times]}` is long text, or a list, that is short to write.
Json expanded(const Json& json) {
  Json result = json;
  for (Json& item : result.items()) item = expanded(item);
  if (!json.isObject()) return result;
  if (const Json* repeat = json.find("$repeat")) {
    const Json& what = repeat->items()[0];
    std::string text;
    Json list = Json::array();
    for (int n = 0; n < repeat->items()[1].asNumber(); ++n) {
      text += what.asString();
      list.push(what);
    }
    return what.isString() ? Json(text) : list;
  }
  for (const Json::Member& member : json.members()) result.set(member.name, expanded(member.value));
  return result;
}

}  // namespace

TEST_CASE("Conformance", "[conformance]") {
  const Json schema = *parseJson(kConformanceSchema, kTrustedJson);
  // Catch runs this from its beginning for every section.
  static std::map<std::string_view, Result<Json>> read;
  if (read.empty())
    for (const auto& [file, text] : kConformanceCases) read.emplace(file, parseJson(text, kTrustedJson));
  for (const auto& [file, cases] : read) {
    INFO(file << ": " << (cases ? "" : cases.error().message));
    REQUIRE(cases);
    for (const Json& written : cases->items()) DYNAMIC_SECTION(file << ": " << written.text("name")) {
        const Json described = expanded(written);
        const Json* given = described.find("given");
        ConformanceCase run(schema, given ? *given : Json::object());
        if (const Json* steps = described.find("steps"))
          for (const Json& step : steps->items()) {
            INFO("step " << writeJson(step));
            run.step(step);
          }
        if (const Json* expected = described.find("expect")) run.expect(*expected);
      }
  }
}
