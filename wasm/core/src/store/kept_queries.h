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
  /// Are all rows here that the query speaks of, in whatever order and however many of them? Asking is a use, too.
  bool covers(const Query& query) {
    for (auto& [text, kept] : kept_)
      if (kept.query.model == query.model && kept.query.state == query.state && kept.query.where == query.where)
        if (covers(kept)) return true;
    return false;
  }
  /// Is it known of this row whether it is there, whatever it is like?
  bool covers(int model, std::string_view id) {
    for (auto& [text, kept] : kept_)
      if (kept.query.model == model && kept.query.state == Lifecycle::all && asksOnlyFor(id, kept.query))
        if (covers(kept)) return true;
    return false;
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
  bool covers(Kept& kept) {
    if (!kept.complete || bounds(kept.query)) return false;
    kept.used = ++uses_;
    return true;
  }
  static bool bounds(const Query& query) { return query.limit || query.offset || query.count; }
  /// Of everything, or of rows by their ids (a model's first field), this among them.
  static bool asksOnlyFor(std::string_view id, const Query& query) {
    for (const Condition& condition : query.where) {
      bool named = false;
      for (const Value& value : condition.values) named |= value.text == id;
      const bool asks = condition.op == Condition::Op::eq || condition.op == Condition::Op::in;
      if (!asks || condition.field != 0 || !named) return false;
    }
    return true;
  }

  Map<std::string, Kept> kept_;
  uint64_t uses_ = 0;
};

}  // namespace ablo
