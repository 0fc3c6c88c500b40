// SPDX-License-Identifier: MIT
//
// Snapshots: a stamp and what was looked at there: rows, and queries with their conditions. What somebody else changes of it
// is told: a captured row, or one that a query finds as it was or as it is. Whoever follows one is told of every change, the others
// of the first: there may be many that nobody looks at any more.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "ablo/list.h"
#include "base/map.h"
#include "query/query.h"

namespace ablo {

class Snapshots {
 public:
  using Target = std::pair<int, std::string>;                     // model number, row id
  enum class Severity : uint32_t { semantic = 1, metadata = 2 };  // metadata: only base fields changed

  struct Read {
    int model;
    std::string id;              // of a row
    std::optional<Query> query;  // or what was asked
  };
  struct Taken {
    uint32_t version = 0;  // of the store: what was written later was not seen
    List<Read> reads{};
    Json premises = Json::array();  // the same as a commit names them: {model, id, readAt} or {query, readAt}
    bool fell = false;              // somebody else changed it, and the server will say what
    bool isGone = false;            // it showed what never was, or nobody knows what changed
    bool isFollowed = false;
  };
  struct Fallen {
    uint32_t snapshot;
    Severity severity;
    Target target;
  };
  /// A row that changed, from what it was to what it is.
  struct Change {
    Target target;
    Severity severity = Severity::semantic;
    std::optional<Row> before{}, after{};
  };

  uint32_t open() { return ++last_; }
  Taken& operator[](uint32_t snapshot) { return taken_[snapshot]; }
  void close(uint32_t snapshot) { taken_.erase(snapshot); }
  const Taken* find(double snapshot) const {
    const auto found = taken_.find(static_cast<uint32_t>(snapshot));
    return found == taken_.end() ? nullptr : &found->second;
  }
  void follow(uint32_t snapshot, bool follows) {
    if (const auto found = taken_.find(snapshot); found != taken_.end()) found->second.isFollowed = follows;
  }
  bool none() const { return taken_.empty(); }

  /// Somebody else changed it. None: nobody knows what they changed.
  void changed(const Schema& schema, const Change* change) { fall(schema, change, nullptr); }
  /// A write of this client was refused or gave way: whoever saw it saw what never was.
  void takenBack(const Schema& schema, const Target& target, uint32_t madeAt);

  List<Fallen> fallen() { return std::exchange(fallen_, {}); }

 private:
  void fall(const Schema& schema, const Change* change, const uint32_t* madeAt);

  Map<uint32_t, Taken> taken_;
  List<Fallen> fallen_;
  uint32_t last_ = 0;
};

}  // namespace ablo
