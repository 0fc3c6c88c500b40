// SPDX-License-Identifier: MIT
#include "coordination/snapshots.h"

namespace ablo {

namespace {

/// What the row was, or what it is.
bool finds(const Schema& schema, const Json& json, const Snapshots::Change& change) {
  const Result<Query> query = parseQuery(schema, json);
  const Model& model = schema.models[static_cast<std::size_t>(change.target.first)];
  for (const std::optional<Row>* row : {&change.before, &change.after})
    if (*row && matches(*query, model, cellsOf(**row))) return true;
  return false;
}

}  // namespace

void Snapshots::fall(const Schema& schema, const Change* change, const uint32_t* madeAt) {
  for (auto& [number, taken] : taken_) {
    if (madeAt && *madeAt >= taken.version) continue;  // it was made later
    for (const Json& read : taken.reads.items()) {
      const Json* query = read.find("query");
      const Json& what = query ? *query : read;
      const int model = schema.modelIndex(what.text("model"));
      if (change && change->target.first != model) continue;
      if (change && !query && change->target.second != read.text("id")) continue;
      if (change && query && !madeAt && !finds(schema, *query, *change)) continue;
      taken.fell = true;
      taken.isGone |= madeAt || !change;
      fallen_.push_back({number, change ? change->severity : Severity::semantic,
                         change ? change->target : Target{model, std::string(what.text("id"))}});
      break;
    }
  }
}

void Snapshots::takenBack(const Schema& schema, const Target& target, uint32_t madeAt) {
  const Change change{target};
  fall(schema, &change, &madeAt);
}

}  // namespace ablo
