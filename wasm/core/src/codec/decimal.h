// SPDX-License-Identifier: MIT
//
// Decimal numbers as text. libc's strtod reads the same, but counts in 128-bit floats to get there, and Grisu writes the same with
// a table of powers: 9 kB and 1.5 kB of the client.
#pragma once

#include <string>
#include <string_view>

namespace ablo {

/// A number of JSON's grammar: the double nearest to it, of two the even one, as JavaScript reads it. Too large: infinite.
double readDecimal(std::string_view number);

/// A finite number in few digits that readDecimal() reads as that number; from 1e-7 to 1e15 without an exponent.
void writeDecimal(double number, std::string& out);

}  // namespace ablo
