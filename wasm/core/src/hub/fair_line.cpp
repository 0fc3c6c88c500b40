// SPDX-License-Identifier: MIT
#include "hub/fair_line.h"

#include <utility>

namespace ablo::hub {

namespace {

constexpr std::size_t indexOf(FairLine::Pace pace) { return static_cast<std::size_t>(pace); }

}  // namespace

void FairLine::add(Waiting call) {
  Own& own = organizations_[call.organization];
  if (own.isIdle()) turns_.push_back(call.organization);
  own.lines[indexOf(call.pace)].push_back(std::move(call));
  ++waiting_;
}

/// Of its lines the one that may move.
std::deque<FairLine::Waiting>* FairLine::free(Own& own) const {
  const bool bounded = places_ > 0 && ofOne_ > 0;
  if (bounded && own.allUnderWay() >= ofOne_) return nullptr;
  for (const Pace pace : {Pace::urgent, Pace::rest, Pace::slow}) {
    if (pace == Pace::rest && bounded && own.underWay[indexOf(pace)] >= ofRest_) continue;
    if (pace == Pace::slow && places_ > 0 && slowUnderWay_ >= ofSlow_) continue;
    if (std::deque<Waiting>& line = own.lines[indexOf(pace)]; !line.empty()) return &line;
  }
  return nullptr;
}

std::optional<FairLine::Waiting> FairLine::next() {
  if (places_ > 0 && underWay_ >= places_) return std::nullopt;
  for (std::size_t passed = 0; passed < turns_.size(); ++passed) {
    std::string name = std::move(turns_.front());
    turns_.pop_front();
    Own& own = organizations_[name];
    std::deque<Waiting>* line = free(own);
    if (!line) {
      turns_.push_back(std::move(name));
      continue;
    }
    Waiting call = std::move(line->front());
    line->pop_front();
    if (!own.isIdle()) turns_.push_back(std::move(name));
    ++own.underWay[indexOf(call.pace)], ++underWay_;
    slowUnderWay_ += call.pace == Pace::slow;
    --waiting_;
    return call;
  }
  return std::nullopt;
}

void FairLine::done(const std::string& organization, Pace pace) {
  const auto own = organizations_.find(organization);
  --underWay_;
  slowUnderWay_ -= pace == Pace::slow;
  --own->second.underWay[indexOf(pace)];
  forget(own);
}

void FairLine::forget(std::map<std::string, Own>::iterator own) {
  if (own->second.allUnderWay() == 0 && own->second.isIdle()) organizations_.erase(own);
}

}  // namespace ablo::hub
