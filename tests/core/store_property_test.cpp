// SPDX-License-Identifier: MIT
//
// Random histories against the oracle. A failure names its seed: ABLO_SEED=<seed> ABLO_STEPS=400 repeats it alone.
// ABLO_STEPS says how many steps; the digest of what was shown is the same natively and in WebAssembly (scripts/ci/digest).
#include "history.h"

#include <catch2/catch.hpp>
#include <cstdio>

#include "environment.h"

using namespace ablo;
using namespace ablo::test;

constexpr uint64_t kStepsOfHistory = 400;

TEST_CASE("Whatever happens, the view is the confirmed base with the pending commits folded in", "[property]") {
  const uint64_t steps = environmentNumber("ABLO_STEPS", cases(100'000)), first = environmentNumber("ABLO_SEED", 1);
  uint64_t digest = hashBytes(""), seed = first;
  for (uint64_t done = 0; done < steps; ++seed) {
    History history(seed);
    for (uint64_t step = 0; step < kStepsOfHistory && done < steps; ++step, ++done)
      if (const std::string& wrong = history.step(); !wrong.empty())
        FAIL("seed " << seed << ", step " << step << ": " << wrong);
    digest = hashBytes(std::to_string(history.digest()), digest);
  }
  std::printf("store property: %llu steps from seed %llu, digest %016llx\n", static_cast<unsigned long long>(steps),
              static_cast<unsigned long long>(first), static_cast<unsigned long long>(digest));
}
