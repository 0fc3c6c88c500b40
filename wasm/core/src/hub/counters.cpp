// SPDX-License-Identifier: MIT
#include "hub/counters.h"

#include <algorithm>

namespace ablo::hub {

void Histogram::observe(double value) {
  value = std::max(value, 0.0);  // two clocks that do not agree
  const auto bound = std::lower_bound(bounds_.begin(), bounds_.end(), value);
  ++counts_[static_cast<std::size_t>(bound - bounds_.begin())];
  sum_ += value;
}

Json Histogram::json() const {
  Json bounds = Json::array(), counts = Json::array();
  for (const double bound : bounds_) bounds.push(bound);
  for (const uint64_t count : counts_) counts.push(count);
  return Json::object({{"bounds", std::move(bounds)}, {"counts", std::move(counts)}, {"sum", sum_}});
}

void Counters::reject(std::string_view code) {
  ++rejections;
  ++rejected[errorCode(code) ? std::string(code) : "other"];
}

Json countsJson(const std::map<std::string, uint64_t, std::less<>>& counts) {
  Json json = Json::object();
  for (const auto& [code, count] : counts) json.set(code, count);
  return json;
}

}  // namespace ablo::hub
