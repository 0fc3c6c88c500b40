// SPDX-License-Identifier: MIT
//
// Agenda: what happens when, in virtual milliseconds. What happens at the same time happens in an order the seed decides.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <tuple>
#include <utility>

#include "random.h"

namespace ablo::sim {

using test::Random;

class Agenda {
 public:
  explicit Agenda(Random& random) : random_(random) {}

  double now() const { return now_; }
  uint64_t happened() const { return happened_; }

  void at(double time, std::function<void()> what) {
    events_.emplace(std::tuple(std::max(time, now_), random_.next(), ++entered_), std::move(what));
  }
  void in(double delay, std::function<void()> what) { at(now_ + delay, std::move(what)); }

  /// The next event; false when there is none before `end`.
  bool next(double end) {
    if (events_.empty() || std::get<0>(events_.begin()->first) > end) return false;
    auto event = events_.extract(events_.begin());
    now_ = std::get<0>(event.key());
    ++happened_;
    event.mapped()();
    return true;
  }

 private:
  Random& random_;
  double now_ = 0;
  uint64_t happened_ = 0, entered_ = 0;
  std::map<std::tuple<double, uint64_t, uint64_t>, std::function<void()>> events_;
};

}  // namespace ablo::sim
