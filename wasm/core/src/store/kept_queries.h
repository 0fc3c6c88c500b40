// SPDX-License-Identifier: MIT
//
// KeptQueries: the queries a client that loads what it names has asked, and whose rows it takes in from then on. One is
// complete when its answer is here; after a fresh load none is, until it has been answered again.
//
// There are at most kLimit: beyond it the query that was used longest ago, and that nobody has open, is forgotten. Its rows
// stay and follow the log; it is no longer complete, so that loading it asks the server again.
#pragma once

#include <string>
#include <string_view>

#include "ablo/list.h"
#include "base/map.h"
#include "query/query.h"

namespace ablo {

class KeptQueries {
 public:
  static constexpr std::size_t kLimit = 256;

  /// Its answer came.
  template <class IsOpen>
  void keep(const std::string& text, Query query, const IsOpen& isOpen) {
    kept_[text] = {std::move(query), ++uses_, true};
    if (kept_.size() <= kLimit) return;
    const std::string* oldest = nullptr;
    uint64_t used = uses_;
    for (const auto& [other, kept] : kept_)
      if (!isOpen(other) && kept.used < used) oldest = &other, used = kept.used;
    if (oldest) kept_.erase(*oldest);
  }
  /// Is its answer here? Asking is a use of it.
  bool complete(std::string_view text) {
    const auto kept = kept_.find(text);
    if (kept == kept_.end()) return false;
    kept->second.used = ++uses_;
    return kept->second.complete;
  }
  void outdate() {
    for (auto& [text, kept] : kept_) kept.complete = false;
  }
  List<std::string> outdated() const {
    List<std::string> texts;
    for (const auto& [text, kept] : kept_)
      if (!kept.complete) texts.push_back(text);
    return texts;
  }
  bool match(int model, const Model& description, const Row& row) const {
    for (const auto& [text, kept] : kept_)
      if (kept.query.model == model && matches(kept.query, description, cellsOf(row))) return true;
    return false;
  }

 private:
  struct Kept {
    Query query;
    uint64_t used = 0;
    bool complete = false;
  };
  Map<std::string, Kept> kept_;
  uint64_t uses_ = 0;
};

}  // namespace ablo
