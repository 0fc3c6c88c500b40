// SPDX-License-Identifier: MIT
//
// Limits that a client keeps so as not to be refused, and a server because a client may not.
#pragma once

#include <cstddef>

namespace ablo {

inline constexpr std::size_t kLongestKey = 255;  // bytes of an idempotency key
inline constexpr double kShortestTtl = 100;      // ms of a claim
inline constexpr double kLongestTtl = 24 * 3600 * 1000.0;
inline constexpr std::size_t kMostClaimsNamed = 1'000;  // claims in one frame

}  // namespace ablo
