// SPDX-License-Identifier: MIT
//
// Decimal numbers as text. libc's strtod says the same, but counts in 128-bit floats to get there: 9 kB of the client.
#pragma once

#include <string_view>

namespace ablo {

/// A number of JSON's grammar: the double nearest to it, of two the even one, as JavaScript reads it. Too large: infinite.
double readDecimal(std::string_view number);

}  // namespace ablo
