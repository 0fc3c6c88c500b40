// SPDX-License-Identifier: MIT
//
// FairLine: calls that wait for a place at the database. The organizations take turns, so that one that asks for very
// much waits for itself and not the others for it.
//
// Always true:
//   1. no more calls are under way than there are places, and no more of one organization than it may have of them; half of
//      those are left to urgent ones (commits, and what is to be published), or they would wait behind a crowd that reads
//      all it has missed;
//   2. of all places at most a quarter is taken by slow ones, which wait in the database for somebody's row;
//   3. a call waits only while there is no place for it; calls of one organization leave in the order they came, the urgent
//      ones before the rest, and the slow ones last.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

namespace ablo::hub {

class FairLine {
 public:
  enum class Pace : uint8_t { urgent, rest, slow };
  static constexpr std::size_t kPaces = 3;

  /// 0 places: as many as there are calls.
  FairLine(std::size_t places, std::size_t ofOne)
      : places_(places), ofOne_(ofOne), ofRest_((ofOne + 1) / 2), ofSlow_(std::max<std::size_t>(1, places / 4)) {}

  struct Waiting {
    uint32_t request = 0;
    std::string organization, function, input;
    Pace pace = Pace::rest;
  };

  void add(Waiting call);
  /// The next one that may be made; from then on it is under way.
  std::optional<Waiting> next();
  /// Takes back the first slow call of an organization for which `which` holds, if it is not under way.
  template <class Which>
  std::optional<uint32_t> takeBack(const std::string& organization, Which which) {
    const auto own = organizations_.find(organization);
    if (own == organizations_.end()) return std::nullopt;
    std::deque<Waiting>& line = own->second.lines[static_cast<std::size_t>(Pace::slow)];
    const auto found = std::find_if(line.begin(), line.end(), [&](const Waiting& call) { return which(call.request); });
    if (found == line.end()) return std::nullopt;
    const uint32_t request = found->request;
    line.erase(found);
    --waiting_;
    if (own->second.isIdle()) turns_.erase(std::find(turns_.begin(), turns_.end(), organization));
    forget(own);
    return request;
  }
  /// A call of this organization is no longer under way.
  void done(const std::string& organization, Pace pace);

  std::size_t waiting() const { return waiting_; }
  std::size_t underWay() const { return underWay_; }

 private:
  struct Own {
    std::array<std::deque<Waiting>, kPaces> lines;
    std::array<std::size_t, kPaces> underWay{};

    bool isIdle() const {
      return std::all_of(lines.begin(), lines.end(), [](const auto& line) { return line.empty(); });
    }
    std::size_t allUnderWay() const { return underWay[0] + underWay[1] + underWay[2]; }
  };
  std::deque<Waiting>* free(Own& own) const;
  void forget(std::map<std::string, Own>::iterator own);

  const std::size_t places_, ofOne_, ofRest_, ofSlow_;
  std::map<std::string, Own> organizations_;
  std::deque<std::string> turns_;  // organizations in which somebody waits
  std::size_t waiting_ = 0, underWay_ = 0, slowUnderWay_ = 0;
};

}  // namespace ablo::hub
