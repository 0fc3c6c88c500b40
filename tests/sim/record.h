// SPDX-License-Identifier: MIT
//
// Record: what an observer outside of everything saw: who wrote what when, and what they were told. The checks go by this, the log and
// the rows alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ablo/json.h"
#include "base/hash.h"

namespace ablo::sim {

struct Written {
  std::string person, session, key;
  double at = 0;       // virtual ms
  double cursor = -1;  // how far its session had applied the log
  std::string epoch;   // of that log
  Json operations;
  double readAt = -1;
  bool forces = false;

  std::string outcome;  // "confirmed", the code of a rejection, or "" while nothing is known
  double seq = 0;
  double toldAt = 0;
};

class Record {
 public:
  std::vector<Written> writes;
  /// The first thing that was wrong.
  std::string wrong;

  void fail(const std::string& what) {
    if (wrong.empty()) wrong = what;
  }
  /// Of everything that travelled: the same for the same seed, natively and in WebAssembly.
  void trace(std::string_view what) { digest = hashBytes(what, digest); }
  uint64_t digest = hashBytes("");
};

}  // namespace ablo::sim
