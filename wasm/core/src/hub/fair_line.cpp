// SPDX-License-Identifier: MIT
#include "hub/fair_line.h"

#include <utility>

namespace ablo::hub {

void FairLine::add(Waiting call, bool urgent) {
  Own& own = organizations_[call.organization];
  if (own.urgent.empty() && own.rest.empty()) turns_.push_back(call.organization);
  (urgent ? own.urgent : own.rest).push_back(std::move(call));
  ++waiting_;
}

std::optional<FairLine::Waiting> FairLine::next() {
  if (places_ > 0 && underWay_ >= places_) return std::nullopt;
  for (std::size_t passed = 0; passed < turns_.size(); ++passed) {
    std::string name = std::move(turns_.front());
    turns_.pop_front();
    Own& own = organizations_[name];
    if (places_ > 0 && ofOne_ > 0 && own.underWay >= ofOne_) {
      turns_.push_back(std::move(name));
      continue;
    }
    std::deque<Waiting>& line = own.urgent.empty() ? own.rest : own.urgent;
    Waiting call = std::move(line.front());
    line.pop_front();
    if (!own.urgent.empty() || !own.rest.empty()) turns_.push_back(std::move(name));
    ++own.underWay, ++underWay_;
    --waiting_;
    return call;
  }
  return std::nullopt;
}

void FairLine::done(const std::string& organization) {
  const auto own = organizations_.find(organization);
  --underWay_;
  if (--own->second.underWay == 0 && own->second.urgent.empty() && own->second.rest.empty()) organizations_.erase(own);
}

}  // namespace ablo::hub
