// SPDX-License-Identifier: MIT
//
// An entry of the log, as the model has them: of a row, {seq, kind, model, id, op, after, before, fields, actor, session,
// commitKey, …}, or of a claim, with the claim as it is `after`.
#pragma once

#include <map>
#include <string>

#include "database.h"

namespace ablo::sim {

inline bool same(const Json& a, const Json& b) { return writeJson(a) == writeJson(b); }
inline RowName rowOf(const Json& named) { return {std::string(named.text("model")), std::string(named.text("id"))}; }

inline bool isOf(const Json& entry, const RowName& row) { return entry.text("kind") == "row" && rowOf(entry) == row; }

/// Whether the task that an entry is about had this status, or has it since: what a query of it finds.
inline bool concerns(const Json& entry, std::string_view status) {
  if (entry.text("kind") != "row" || entry.text("model") != "tasks") return false;
  const Json *before = entry.find("before"), *after = entry.find("after");
  return (before && before->text("status") == status) || (after && after->text("status") == status);
}

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
  if (entry.text("kind") != "row") return;
  if (const Json* after = entry.find("after"))
    rows[rowOf(entry)] = *after;
  else
    rows.erase(rowOf(entry));
}

}  // namespace ablo::sim
