// SPDX-License-Identifier: MIT
#include "coordination/snapshots.h"

#include <algorithm>

namespace ablo {

uint32_t Snapshots::take(Taken taken) {
  taken_[++last_] = std::move(taken);
  return last_;
}

const Snapshots::Taken* Snapshots::find(double snapshot) const {
  const auto found = taken_.find(static_cast<uint32_t>(snapshot));
  return found == taken_.end() ? nullptr : &found->second;
}

void Snapshots::fall(uint32_t number, Taken& taken, Severity severity, Target target) {
  taken.fell = true;
  fallen_.push_back({number, severity, std::move(target)});
}

void Snapshots::changed(const Target& target, Severity severity, const Model& model, const std::optional<Row>& before,
                        const std::optional<Row>& after) {
  for (auto& [number, taken] : taken_) {
    const auto finds = [&](const Query& query, const std::optional<Row>& row) {
      return row && query.model == target.first && matches(query, model, cellsOf(*row));
    };
    if (taken.rows.contains(target) || std::any_of(taken.queries.begin(), taken.queries.end(), [&](const Query& query) {
          return finds(query, before) || finds(query, after);
        }))
      fall(number, taken, severity, target);
  }
}

void Snapshots::takenBack(const PendingCommit& commit) {
  for (auto& [number, taken] : taken_)
    for (const Operation& operation : commit.operations)
      if (commit.madeAt < taken.version && taken.wasReal &&
          (taken.rows.contains({operation.model, operation.id}) ||
           std::any_of(taken.queries.begin(), taken.queries.end(),
                       [&](const Query& query) { return query.model == operation.model; }))) {
        taken.wasReal = false;
        fall(number, taken, Severity::semantic, {operation.model, operation.id});
      }
}

void Snapshots::unknown() {
  for (auto& [number, taken] : taken_)
    if (!taken.rows.empty())
      fall(number, taken, Severity::semantic, *taken.rows.begin());
    else if (!taken.queries.empty())
      fall(number, taken, Severity::semantic, {taken.queries[0].model, {}});
}

}  // namespace ablo
