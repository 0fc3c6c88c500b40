// SPDX-License-Identifier: MIT
//
// The cases of tests/conformance/cases against the core itself. CMake puts their text into the program, so that the same runs
// where there are no files.
#include "conformance_case.h"
#include "conformance_cases.h"

using namespace ablo;
using namespace ablo::test;

TEST_CASE("Conformance", "[conformance]") {
  const Json schema = *parseJson(kConformanceSchema, kTrustedJson);
  for (const auto& [file, text] : kConformanceCases) {
    const Result<Json> cases = parseJson(text, kTrustedJson);
    INFO(file << ": " << (cases ? "" : cases.error().message));
    REQUIRE(cases);
    for (const Json& described : cases->items()) DYNAMIC_SECTION(file << ": " << described.text("name")) {
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
