// SPDX-License-Identifier: MIT
//
// Screen: what a page shows of a live query. It looks again only when it is told to, and then at what has changed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ablo/client.h"

namespace ablo::sim {

class Screen {
 public:
  explicit Screen(std::string query) : text_(std::move(query)) {}

  void open(Client& client) {
    query_ = *client.openQuery(text_);
    rows_.clear();
    told(client, query_);
  }
  void told(Client& client, uint32_t query) {
    if (query != query_) return;
    const auto& edits = client.edits(query);  // ablo/client.h
    const std::size_t went = edits[1];
    if (edits[0] == 1) rows_.clear();
    for (std::size_t at = 1 + went; at > 1; --at) rows_.erase(rows_.begin() + edits[at]);
    for (std::size_t at = 2 + went; at < edits.size(); at += 3) rows_.insert(rows_.begin() + edits[at], edits[at + 1]);
  }
  std::vector<std::string> ids(const Client& client) const {
    const int model = client.queryModel(query_);
    std::vector<std::string> ids;
    for (const uint32_t slot : rows_)
      ids.emplace_back(client.shows(model, slot) ? writeValue((*client.row(model, slot))[0]).asString() : "nothing");
    return ids;
  }

 private:
  const std::string text_;
  uint32_t query_ = 0;
  std::vector<uint32_t> rows_;
};

}  // namespace ablo::sim
