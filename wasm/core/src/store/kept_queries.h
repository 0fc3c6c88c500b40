// SPDX-License-Identifier: MIT
//
// KeptQueries: the queries a client that loads what it names has asked, and whose rows it takes in from then on. One is
// complete when its answer is here; after a fresh load none is, until it has been answered again.
//
// There are at most kLimit: beyond it the query that was used longest ago, and that nobody has open, is forgotten. Its rows
// stay and follow the log; it is no longer complete, so that loading it asks the server again.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

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
    auto oldest = kept_.end();
    for (auto kept = kept_.begin(); kept != kept_.end(); ++kept)
      if (!isOpen(kept->first) && (oldest == kept_.end() || kept->second.used < oldest->second.used)) oldest = kept;
    if (oldest != kept_.end()) kept_.erase(oldest);
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
  std::vector<std::string> outdated() const {
    std::vector<std::string> texts;
    for (const auto& [text, kept] : kept_)
      if (!kept.complete) texts.push_back(text);
    return texts;
  }
  bool match(int model, const Model& description, const Row& row) const {
    return std::any_of(kept_.begin(), kept_.end(), [&](const auto& entry) {
      return entry.second.query.model == model && matches(entry.second.query, description, cellsOf(row));
    });
  }

 private:
  struct Kept {
    Query query;
    uint64_t used = 0;
    bool complete = false;
  };
  std::map<std::string, Kept, std::less<>> kept_;
  uint64_t uses_ = 0;
};

}  // namespace ablo
