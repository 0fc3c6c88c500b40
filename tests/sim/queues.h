// SPDX-License-Identifier: MIT
//
// Queues: claims that are asked for, kept, given back and put in another order, by chance, of the functions of the model and of
// a plain queue. tests/server/claim-oracle.test.ts tells a real database the same.
#pragma once

#include <cstdint>
#include <string>

namespace ablo::sim {

/// What was wrong; "" if nothing. `prints`: what is asked, and how the lines stand afterwards.
std::string runQueues(uint64_t seed, bool prints);

}  // namespace ablo::sim
