// SPDX-License-Identifier: MIT
//
// Record: what an observer outside of everything saw: who wrote what when, and what they were told. The checks go by this, the log and
// the rows alone.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "ablo/json.h"
#include "base/hash.h"
#include "database.h"

namespace ablo::sim {

inline constexpr uint32_t kRetries = 5;  // of a write that is made anew

/// What somebody saw of a row: up to where their page knew the log, and which writes of their own were on it (their places in
/// the record, and the attempt).
struct Look {
  using Own = std::pair<std::size_t, uint32_t>;
  double at = -1;
  std::string epoch;  // of that log
  std::vector<Own> own;
  std::string row{};  // as it was
};

/// What somebody wants written.
struct Wish {
  Json operations;
  double readAt = -1;
  std::string claim;               // named, or none is
  std::string onStale;             // reject if it is empty
  Json reads;                      // rows that are relied on, or null
  std::function<Json()> revise{};  // makes the operations from the view as it is; null: the row is gone
};

struct Written : Wish {
  std::string person, session, key;
  std::map<RowName, Look> seen;  // of the rows it writes, when it goes by them
  std::string message;           // as its client sends it
  // Of the last attempt.
  uint32_t attempt = 1;
  uint64_t turn = 0;   // the order in which everything was written
  double at = 0;       // virtual ms
  double cursor = -1;  // how far its session had applied the log
  std::string epoch;   // of that log

  std::string outcome;  // "confirmed", the code of a rejection, or "" while nothing is known
  double seq = 0;
  double toldAt = 0;
};

/// A claim somebody asked for.
struct Asked {
  std::string person;
  double ttl = 0;
  bool gaveBack = false;  // or would wait no longer
};

class Record {
 public:
  std::vector<Written> writes;
  std::map<std::string, Asked> claims;
  uint64_t turns = 0;
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
