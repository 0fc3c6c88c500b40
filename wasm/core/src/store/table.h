// SPDX-License-Identifier: MIT
//
// Table: the rows of one model, by slot. A slot holds the confirmed base of a row and its view; it is there as long as one
// of them is, or a pending commit touches it. A slot that was left is used again only after the next drain, or a number the
// other side still holds would show another row.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "query/query.h"

namespace ablo {

class Table {
 public:
  struct Slot {
    std::string id;
    bool used = false;  // false: left, and waiting to be used again
    uint32_t version = 0;
    std::optional<Row> base;
    double seq = 0;  // the position of the log up to which the base is known
    std::optional<Row> view;
    uint32_t touching = 0;  // pending operations on this row
  };

  /// The slot of a row that is there in any form, or -1.
  int find(std::string_view id) const {
    const auto found = slots_.find(std::string(id));
    return found == slots_.end() ? -1 : static_cast<int>(found->second);
  }

  uint32_t open(std::string_view id) {
    if (const int slot = find(id); slot >= 0) return static_cast<uint32_t>(slot);
    uint32_t slot;
    if (free_.empty()) {
      slot = static_cast<uint32_t>(rows_.size());
      rows_.emplace_back();
    } else {
      slot = free_.back();
      free_.pop_back();
    }
    const uint32_t version = rows_[slot].version + 1;
    rows_[slot] = Slot{std::string(id), true, version, std::nullopt, 0, std::nullopt, 0};
    slots_.emplace(id, slot);
    return slot;
  }

  /// Gives the slot back when nothing holds it.
  void leave(uint32_t slot) {
    Slot& row = rows_[slot];
    if (!row.used || row.base || row.view || row.touching) return;
    slots_.erase(row.id);
    row.used = false;
    left_.push_back(slot);
  }

  void endQuarantine() {
    free_.insert(free_.end(), left_.begin(), left_.end());
    left_.clear();
  }

  Slot& at(uint32_t slot) { return rows_[slot]; }
  const Slot& at(uint32_t slot) const { return rows_[slot]; }
  uint32_t size() const { return static_cast<uint32_t>(rows_.size()); }

 private:
  std::vector<Slot> rows_;
  std::unordered_map<std::string, uint32_t> slots_;  // only ever looked up, never walked
  std::vector<uint32_t> free_;
  std::vector<uint32_t> left_;
};

}  // namespace ablo
