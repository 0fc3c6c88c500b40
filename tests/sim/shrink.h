// SPDX-License-Identifier: MIT
//
// Less and less of a history that fails, as long as it does.
#pragma once

#include "plan.h"

namespace ablo::sim {

Less shrink(uint64_t seed);

}  // namespace ablo::sim
