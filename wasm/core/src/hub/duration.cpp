// SPDX-License-Identifier: MIT
#include "hub/duration.h"

#include <cmath>

namespace ablo::hub {

namespace {

struct Unit {
  std::string_view name;
  double milliseconds;
};
constexpr Unit kUnits[] = {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}};

/// Negative: it is none.
double milliseconds(std::string_view text) {
  const std::size_t end = text.find_first_not_of("0123456789.");
  if (end == 0 || end == std::string_view::npos) return -1;
  const Result<Json> amount = parseJson(text.substr(0, end));
  for (const Unit& unit : kUnits)
    if (amount && text.substr(end) == unit.name) return amount->asNumber() * unit.milliseconds;
  return -1;
}

}  // namespace

Result<double> readDuration(const Json& value, std::string_view name) {
  const double duration = value.isNumber()   ? value.asNumber() * 1'000
                          : value.isString() ? milliseconds(value.asString())
                                             : -1;
  if (duration >= 0 && std::isfinite(duration)) return std::round(duration);
  return Error::of(ErrorCode::duration_invalid, {name, ": ", writeJson(value).substr(0, 40), "."});
}

}  // namespace ablo::hub
