// SPDX-License-Identifier: MIT
//
// History: one run of the whole world from a seed: people write while whatever the plan has goes wrong, then all of it stops going wrong
// and everybody has to come to rest at the same place.
#pragma once

#include <cstdint>
#include <string>

#include "plan.h"

namespace ablo::sim {

struct Outcome {
  std::string wrong;  // "" if every promise was kept
  uint64_t digest = 0;
  uint64_t events = 0;
  uint64_t writes = 0, confirmed = 0, refused = 0;
  double resumes = 0;
  bool faultless = false;
};

Outcome runHistory(uint64_t seed, const Less& less = {});

}  // namespace ablo::sim
