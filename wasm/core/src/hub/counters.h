// SPDX-License-Identifier: MIT
//
// Counters: what the hub counts, for GET /healthz and GET /metrics. Nothing in them belongs to one organization: whoever
// may read metrics may not read whose they are.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ablo/error_code.h"
#include "ablo/json.h"

namespace ablo::hub {

/// How many observations were at most so large.
class Histogram {
 public:
  explicit Histogram(std::vector<double> bounds) : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {}
  void observe(double value);
  /// `{bounds, counts, sum}`; one count more than bounds: of what was larger than all of them.
  Json json() const;

 private:
  std::vector<double> bounds_;
  std::vector<uint64_t> counts_;
  double sum_ = 0;
};

struct Counters {
  uint64_t commits = 0;
  uint64_t rejections = 0;
  uint64_t batches = 0;
  uint64_t resumes = 0;
  uint64_t loads = 0;
  uint64_t givenUp = 0;                                   // flights whose outcome is not known
  std::map<std::string, uint64_t, std::less<>> rejected;  // commits, by code
  std::map<std::string, uint64_t, std::less<>> refused;   // requests and sockets, by code
  std::map<std::string, uint64_t, std::less<>> limited;   // by the limit they met
  Histogram batchSizes{{1, 2, 5, 10, 20, 50, 100}};
  Histogram commitTimes{{1, 2, 5, 10, 25, 50, 100, 250, 500, 1'000, 2'500, 5'000, 10'000}};   // ms, frame to receipt
  Histogram publishTimes{{1, 2, 5, 10, 25, 50, 100, 250, 500, 1'000, 2'500, 5'000, 10'000}};  // ms, commit to fan-out

  /// A commit that was rejected. Text that is no code of ours is nobody's label.
  void reject(std::string_view code);
  void refuse(ErrorCode code) { ++refused[std::string(codeText(code))]; }
};

/// `{code: count}`
Json countsJson(const std::map<std::string, uint64_t, std::less<>>& counts);

}  // namespace ablo::hub
