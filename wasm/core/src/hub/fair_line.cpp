// SPDX-License-Identifier: MIT
#include "hub/fair_line.h"

#include <utility>

namespace ablo::hub {

void FairLine::add(Waiting call) {
  Own& own = organizations_[call.organization];
  if (own.urgent.empty() && own.rest.empty()) turns_.push_back(call.organization);
  (call.urgent ? own.urgent : own.rest).push_back(std::move(call));
  ++waiting_;
}

/// Of its two lines the one that may move.
std::deque<FairLine::Waiting>* FairLine::free(Own& own) const {
  const bool bounded = places_ > 0 && ofOne_ > 0;
  if (bounded && own.underWay >= ofOne_) return nullptr;
  if (!own.urgent.empty()) return &own.urgent;
  return bounded && own.restUnderWay >= patient_ ? nullptr : &own.rest;
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
    if (!own.urgent.empty() || !own.rest.empty()) turns_.push_back(std::move(name));
    ++own.underWay, ++underWay_;
    own.restUnderWay += call.urgent ? 0 : 1;
    --waiting_;
    return call;
  }
  return std::nullopt;
}

void FairLine::done(const std::string& organization, bool urgent) {
  const auto own = organizations_.find(organization);
  --underWay_;
  own->second.restUnderWay -= urgent ? 0 : 1;
  if (--own->second.underWay == 0 && own->second.urgent.empty() && own->second.rest.empty()) organizations_.erase(own);
}

}  // namespace ablo::hub
