// SPDX-License-Identifier: MIT
//
// Dates as text: ISO 8601, to the microsecond, as Postgres and JavaScript write them.
#pragma once

#include <string>
#include <string_view>

namespace ablo {

/// ISO 8601 text, with or without a fraction, with Z or an offset, to microseconds since 1970. False: not a date.
bool parseIsoDate(std::string_view text, double& micros);
/// The same with six digits of a fraction, and Z.
std::string formatIsoDate(double micros);

}  // namespace ablo
