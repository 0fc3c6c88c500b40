// SPDX-License-Identifier: MIT
//
// Rates: how often who may do what. A token bucket for each name, kept as the one time at which it will be full again
// (GCRA): what was taken puts that time off, and there is nothing to refill.
//
// Always true:
//   1. over any time t nobody takes more than t · perSecond + burst;
//   2. what was refused has taken nothing, and is told after how long it would be taken;
//   3. a clock that was set back costs nobody more than one burst;
//   4. who has not come for a while is forgotten, and so is everybody when there are too many to remember.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

namespace ablo::hub {

/// On average, and at once. 0 a second: as often as one likes.
struct Rate {
  double perSecond = 0;
  double burst = 1;

  bool limits() const { return perSecond > 0; }
};

class Rates {
 public:
  /// 0: one may be taken now; else after how many milliseconds one might.
  double wait(const Rate& rate, const std::string& who, double now) const;
  /// Takes one. Requires: there was nothing to wait for.
  void take(const Rate& rate, const std::string& who, double now);
  std::size_t size() const { return fullAt_.size(); }

 private:
  void forget(double now);

  std::unordered_map<std::string, double> fullAt_;
  std::size_t forgetAt_ = 1'000;
};

}  // namespace ablo::hub
