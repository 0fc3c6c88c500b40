// SPDX-License-Identifier: MIT
//
// Held rows: what a client that loads what it names shows between a fresh load and the answers to its kept queries.
#include "store/store.h"

namespace ablo {

namespace {
constexpr double kHeld = -1;  // the seq of a base that any answer, and any change, is newer than
}

void Store::holdKept() {
  for (std::size_t model = 0; model < tables_.size(); ++model)
    for (uint32_t slot = 0; slot < tables_[model].size(); ++slot) {
      Table::Slot& row = tables_[model].at(slot);
      if (!row.used) continue;
      row.seq = kHeld;
      if (row.base && !kept_.match(static_cast<int>(model), schema_.models[model], *row.base)) row.base.reset();
      refold(static_cast<int>(model), slot);
    }
  kept_.outdate();
  holds_ = true;
  deletions_.clear();
}

void Store::letGo(const Query* query) {
  for (std::size_t model = 0; model < tables_.size(); ++model)
    for (uint32_t slot = 0; slot < tables_[model].size(); ++slot) {
      Table::Slot& row = tables_[model].at(slot);
      if (!row.used || !row.base || row.seq != kHeld) continue;
      if (query && (query->model != static_cast<int>(model) || !matches(*query, schema_.models[model], *row.base)))
        continue;
      row.base.reset();
      refold(static_cast<int>(model), slot);
    }
}

void Store::keep(const std::string& text, Query query) {
  if (holds_ && !query.limit && query.offset == 0) letGo(&query);
  kept_.keep(text, std::move(query), [&](const std::string& other) { return queries_.isOpen(other); });
  if (!holds_ || !kept_.outdated().empty()) return;
  letGo(nullptr);
  holds_ = false;
}

}  // namespace ablo
