// SPDX-License-Identifier: MIT
//
// Snapshots: a stamp and what was looked at there: rows, and queries with their conditions. Each change of it by somebody else
// is told: of a captured row, or of one that a query finds as it was or as it is. What a commit goes by it relies on (`reads`).
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "ablo/list.h"
#include "base/map.h"
#include "query/query.h"
#include "writes/pending.h"

namespace ablo {

class Snapshots {
 public:
  using Target = std::pair<int, std::string>;                     // model number, row id
  enum class Severity : uint32_t { semantic = 1, metadata = 2 };  // metadata: only base fields changed

  struct Taken {
    double stamp = 0;
    std::string epoch;     // of the log that the stamp is a place in
    uint32_t version = 0;  // of the store: a commit that was made later was not seen
    Set<Target> rows;
    List<Query> queries;
    Json reads = Json::array();  // as a commit names them
    bool fell = false;           // somebody else changed it
    bool wasReal = true;         // it did not show a write of this client that was refused or gave way
  };
  struct Fallen {
    uint32_t snapshot;
    Severity severity;
    Target target;
  };

  uint32_t take(Taken taken);
  void close(uint32_t snapshot) { taken_.erase(snapshot); }
  const Taken* find(double snapshot) const;
  bool none() const { return taken_.empty(); }

  /// Somebody else changed a row from one image to the other; none: it was, or is, not there.
  void changed(const Target& target, Severity severity, const Model& model, const std::optional<Row>& before,
               const std::optional<Row>& after);
  /// A write of this client was refused or gave way: whoever saw it saw what never was.
  void takenBack(const PendingCommit& commit);
  /// Nobody knows what changed.
  void unknown();

  List<Fallen> fallen() { return std::exchange(fallen_, {}); }

 private:
  void fall(uint32_t number, Taken& taken, Severity severity, Target target);

  Map<uint32_t, Taken> taken_;
  List<Fallen> fallen_;
  uint32_t last_ = 0;
};

}  // namespace ablo
