// SPDX-License-Identifier: MIT
#include <algorithm>

#include "entry.h"

namespace ablo::sim {

void Database::restore(std::size_t lost) {
  crash();
  states_.resize(states_.size() - std::min(lost, states_.size() - 1));  // the first has what a history begins with
  const Snapshot kept = states_.back().sees;
  claims = states_.back().claims;
  fences = states_.back().fences + kLogged;
  std::erase_if(reorders, [&](const Reorder& one) { return one.seq > static_cast<double>(kept.log); });
  Restoration restoration{kept.log, {}};
  for (std::size_t at = kept.log; at < log.size(); ++at) restoration.lost.emplace(log[at].text("commitKey"));
  for (std::size_t at = kept.receipts; at < receipts.size(); ++at) restoration.lost.insert(receipts[at].key);
  restorations.push_back(std::move(restoration));
  log.resize(kept.log);
  receipts.resize(kept.receipts);
  rows.clear();
  for (const Json& entry : log) foldEntry(entry, rows);
  trimmed = std::min(trimmed, head());
  epoch = "e" + std::to_string(restorations.size() + 1);
}

}  // namespace ablo::sim
