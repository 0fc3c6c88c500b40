// SPDX-License-Identifier: MIT
//
// An entry of the log, as the model has them: rows' alone, {seq, kind, model, id, op, after, before, fields, actor, session,
// commitKey, …}.
#pragma once

#include <map>
#include <string>

#include "database.h"

namespace ablo::sim {

inline bool same(const Json& a, const Json& b) { return writeJson(a) == writeJson(b); }
inline RowName rowOf(const Json& named) { return {std::string(named.text("model")), std::string(named.text("id"))}; }

inline Json makeEntry(const RowName& row, const std::string& op, const Image& before, const Image& after,
                      const Json& fields) {
  Json entry = Json::object({{"kind", "row"}, {"op", op}, {"model", row.first}, {"id", row.second}});
  if (after) entry.set("after", *after);
  if (before) entry.set("before", *before);
  if (before && after) entry.set("fields", fields);
  entry.set("groupsBefore", Json::array({"org:acme"})).set("groupsAfter", Json::array({"org:acme"}));
  return entry;
}

/// What the log says of rows from its first entry on.
inline void foldEntry(const Json& entry, std::map<RowName, Json>& rows) {
  if (const Json* after = entry.find("after"))
    rows[rowOf(entry)] = *after;
  else
    rows.erase(rowOf(entry));
}

}  // namespace ablo::sim
