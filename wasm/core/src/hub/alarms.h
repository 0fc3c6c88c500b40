// SPDX-License-Identifier: MIT
//
// Alarms: who has to be looked at when, each of them once. The earliest is known at any time.
#pragma once

#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace ablo::hub {

template <class Who>
class Alarms {
 public:
  /// Replaces the one before; infinity takes it away.
  void set(const Who& who, double at) {
    cancel(who);
    if (!std::isfinite(at)) return;
    times_[who] = at;
    order_.emplace(at, who);
  }

  void cancel(const Who& who) {
    const auto time = times_.find(who);
    if (time == times_.end()) return;
    order_.erase({time->second, who});
    times_.erase(time);
  }

  /// The earliest that is due; it is then no longer set.
  std::optional<Who> ring(double now) {
    if (next() > now) return std::nullopt;
    const Who who = order_.begin()->second;
    cancel(who);
    return who;
  }

  double next() const { return order_.empty() ? std::numeric_limits<double>::infinity() : order_.begin()->first; }

 private:
  std::map<Who, double> times_;
  std::set<std::pair<double, Who>> order_;
};

}  // namespace ablo::hub
