// SPDX-License-Identifier: MIT
//
// Scan: what a query selects from a table, found by looking at all of it, a column at a time.
#pragma once

#include "ablo/list.h"
#include "query/query.h"
#include "store/table.h"

namespace ablo {

/// The Cell of a field of the row shown at that slot.
inline auto cellsAt(const Table& table, uint32_t slot) {
  return [&table, slot](std::size_t field) { return table.cell(field, slot); };
}

struct Selection {
  List<uint32_t> slots;  // in order
  bool complete = true;  // there are no more
};

/// Where to look: a table, or those of its slots that alone can match.
struct Source {
  const Model& model;
  const Table& table;
  const Strings& strings;
  const List<uint32_t>* slots = nullptr;
};

/// The first `most` rows, one at least, of the query's order, whatever its limit and offset.
Selection select(const Query& query, const Source& source, std::size_t most);

/// How many rows match, whatever limit and offset.
uint32_t count(const Query& query, const Source& source);

}  // namespace ablo
