// SPDX-License-Identifier: MIT
//
// Snapshots: a stamp and the rows that were looked at. The first change of a captured row by somebody else is told once.
#pragma once

#include <string>
#include <utility>

#include "ablo/list.h"
#include "base/map.h"

namespace ablo {

class Snapshots {
 public:
  using Target = std::pair<int, std::string>;                     // model number, row id
  enum class Severity : uint32_t { semantic = 1, metadata = 2 };  // metadata: only base fields changed

  struct Fallen {
    uint32_t snapshot;
    Severity severity;
    Target target;
  };

  uint32_t take(Set<Target> rows) {
    taken_[++last_] = std::move(rows);
    return last_;
  }
  void close(uint32_t snapshot) { taken_.erase(snapshot); }

  void changed(const Target& target, Severity severity) {
    for (const auto& [snapshot, rows] : taken_)
      if (rows.contains(target)) fallen_.push_back({snapshot, severity, target});
  }

  List<Fallen> fallen() { return std::exchange(fallen_, {}); }

 private:
  Map<uint32_t, Set<Target>> taken_;
  List<Fallen> fallen_;
  uint32_t last_ = 0;
};

}  // namespace ablo
