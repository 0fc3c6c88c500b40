// SPDX-License-Identifier: MIT
//
// LiveQueries: open queries and their results. A change marks the queries whose condition the row met before or meets now;
// whether their result really changed is found out once, when it is asked for.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "query/query.h"
#include "store/table.h"

namespace ablo {

class LiveQueries {
 public:
  /// The same text opens the same query again.
  uint32_t open(std::string text, Query query);
  void close(uint32_t query);
  int model(uint32_t query) const;  // -1: not open

  void changed(int model, const Model& description, const Row* before, const Row* after);

  /// Slots in order.
  const std::vector<uint32_t>& rows(uint32_t query, const Schema& schema, const std::vector<Table>& tables);

  struct Changed {
    uint32_t query;
    uint32_t version;
  };
  /// The queries whose result is another one than at the last call.
  std::vector<Changed> settle(const Schema& schema, const std::vector<Table>& tables);

 private:
  struct Entry {
    std::string text;
    Query query;
    uint32_t opened = 1;
    uint32_t version = 0;
    bool dirty = true;   // a row that meets the condition changed since `rows` was made
    bool news = false;   // `rows` differs from what was last told
    bool known = false;  // its first result was read, or told
    std::vector<uint32_t> rows;
    std::vector<uint32_t> versions;
  };
  void refresh(Entry& entry, const Schema& schema, const std::vector<Table>& tables);

  std::map<uint32_t, Entry> entries_;
  std::map<std::string, uint32_t> byText_;
  uint32_t last_ = 0;
};

/// Slots of the rows that a query selects, in its order, within its window.
std::vector<uint32_t> select(const Query& query, const Model& model, const Table& table);

}  // namespace ablo
