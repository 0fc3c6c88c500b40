// SPDX-License-Identifier: MIT
#include "coordination/snapshots.h"

namespace ablo {

namespace {

/// What the row was, or what it is.
bool finds(const Schema& schema, const Query& query, const Snapshots::Change& change) {
  const Model& model = schema.models[static_cast<std::size_t>(change.target.first)];
  for (const std::optional<Row>* row : {&change.before, &change.after})
    if (*row && matches(query, model, cellsOf(**row))) return true;
  return false;
}

}  // namespace

void Snapshots::fall(const Schema& schema, const Change* change, const uint32_t* madeAt) {
  for (auto& [number, taken] : taken_) {
    if (change && taken.fell && !taken.isFollowed) continue;
    if (madeAt && *madeAt >= taken.version) continue;  // it was made later
    for (const Read& read : taken.reads) {
      if (change && change->target.first != read.model) continue;
      if (change && !read.query && change->target.second != read.id) continue;
      if (change && read.query && !madeAt && !finds(schema, *read.query, *change)) continue;
      taken.fell = true;
      taken.isGone |= madeAt || !change;
      fallen_.push_back({number, change ? change->severity : Severity::semantic,
                         change ? change->target : Target{read.model, read.id}});
      break;
    }
  }
}

void Snapshots::takenBack(const Schema& schema, const Target& target, uint32_t madeAt) {
  const Change change{target};
  fall(schema, &change, &madeAt);
}

}  // namespace ablo
