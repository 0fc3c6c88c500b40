// SPDX-License-Identifier: MIT
//
// Held rows: what a client that loads what it names shows between a fresh load and the answers to its kept queries. Any answer
// and any change is newer than they are.
#include "store/store.h"

namespace ablo {

void Store::holdKept() {
  for (int model = 0; model < static_cast<int>(tables_.size()); ++model)
    for (uint32_t slot = 0; slot < table(model).size(); ++slot) {
      if (!table(model).used(slot)) continue;
      const std::optional<Row> base = table(model).base(slot);
      const bool holds = base && kept_.match(model, description(model), *base);
      table(model).hold(slot, holds);
      table(model).baseChanged(slot);  // what an image has of it is not confirmed any more
      if (base && !holds) confirm(model, slot, std::nullopt);
    }
  kept_.outdate();
  holds_ = true;
  said_.clear();
}

void Store::letGo(const Query* query) {
  for (int model = 0; model < static_cast<int>(tables_.size()); ++model)
    for (uint32_t slot = 0; slot < table(model).size(); ++slot)
      if (table(model).held(slot) &&
          (!query || (query->model == model && matches(*query, description(model), cellsOf(*table(model).base(slot))))))
        confirm(model, slot, std::nullopt);
}

void Store::keep(const std::string& text, Query query) {
  if (holds_ && !query.limit && query.offset == 0) letGo(&query);
  kept_.keep(text, std::move(query), [&](const std::string& other) { return queries_.isOpen(other); });
  if (!holds_ || !kept_.outdated().empty()) return;
  letGo(nullptr);
  holds_ = false;
}

}  // namespace ablo
