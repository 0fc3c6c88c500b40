// SPDX-License-Identifier: MIT
#include "hub/rates.h"

#include <algorithm>

namespace ablo::hub {

namespace {

constexpr double kRounding = 0.01;  // ms: times are large and their fractions small
/// A flood from more than that is not one caller's, and this is not what stops it.
constexpr std::size_t kMost = 100'000;

double interval(const Rate& rate) { return 1'000 / rate.perSecond; }
double span(const Rate& rate) { return std::max(1.0, rate.burst) * interval(rate); }

/// Never further off than a bucket that was just emptied, whatever the clock did meanwhile.
double fullAt(const Rate& rate, double at, double now) { return std::clamp(at, now, now + span(rate) + kRounding); }

}  // namespace

double Rates::wait(const Rate& rate, const std::string& who, double now) const {
  const auto found = fullAt_.find(who);
  if (!rate.limits() || found == fullAt_.end()) return 0;
  const double wait = fullAt(rate, found->second, now) + interval(rate) - now - span(rate);
  return wait > kRounding ? wait : 0;
}

void Rates::take(const Rate& rate, const std::string& who, double now) {
  if (!rate.limits()) return;
  if (fullAt_.size() >= forgetAt_) forget(now);
  double& at = fullAt_.try_emplace(who, now).first->second;
  at = fullAt(rate, at, now) + interval(rate);
}

void Rates::forget(double now) {
  std::erase_if(fullAt_, [&](const auto& entry) { return entry.second <= now; });
  if (fullAt_.size() >= kMost) fullAt_.clear();
  forgetAt_ = std::clamp<std::size_t>(2 * fullAt_.size(), 1'000, kMost);
}

}  // namespace ablo::hub
