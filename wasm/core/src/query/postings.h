// SPDX-License-Identifier: MIT
//
// Postings: the rows of one model by the value of one symbol field: an index that is kept while many open queries ask for one
// value each. Its lists may name rows that have gone, or another value now: whoever reads one looks at the rows anyway. A list
// that has grown to twice what it was is gone through again.
#pragma once

#include <utility>

#include "ablo/list.h"
#include "store/number_index.h"
#include "store/table.h"

namespace ablo {

class Postings {
 public:
  Postings(std::size_t field, const Table& table) : field_(field), table_(table) {
    for (uint32_t slot = 0; slot < table.size(); ++slot)
      if (table.shown(slot)) listOf(symbol(slot)).slots.push_back(slot);
    for (Rows& list : lists_) list.exact = list.slots.size();
  }

  void leave(uint32_t slot) {
    leftSlot_ = slot;
    leftSymbol_ = symbol(slot);
  }
  void enter(uint32_t slot) {
    const uint32_t now = symbol(slot);
    if (slot == leftSlot_ && now == leftSymbol_) return;
    Rows& list = listOf(now);
    list.slots.push_back(slot);
    if (list.slots.size() > 2 * list.exact + 64) tidy(now, list);
  }
  /// The slots that show the value, once each.
  const List<uint32_t>& slots(uint32_t symbol) {
    Rows& list = listOf(symbol);
    if (list.slots.size() != list.exact) tidy(symbol, list);
    return list.slots;
  }

 private:
  struct Rows {
    List<uint32_t> slots;
    std::size_t exact = 0;  // how many there were when it was last gone through
  };
  Rows& listOf(uint32_t symbol) {
    uint32_t& list = numbers_[symbol + 1];  // rows where it is absent have one, too
    if (list == 0) {
      lists_.emplace_back();
      list = static_cast<uint32_t>(lists_.size());
    }
    return lists_[list - 1];
  }
  uint32_t symbol(uint32_t slot) const { return table_.column(field_).symbol(slot); }
  void tidy(uint32_t symbol, Rows& list) {
    ++round_;
    eraseIf(list.slots, [&](uint32_t slot) {
      return !table_.shown(slot) || this->symbol(slot) != symbol || std::exchange(seen_[slot], round_) == round_;
    });
    list.exact = list.slots.size();
    leftSlot_ = Table::kNone;  // the slot may be in no list now
  }

  std::size_t field_;
  const Table& table_;
  NumberIndex numbers_;  // of the lists, from 1, by symbol + 1
  List<Rows> lists_;
  NumberIndex seen_;  // by slot: the round in which it was last gone through
  uint32_t round_ = 0;
  uint32_t leftSlot_ = Table::kNone, leftSymbol_ = Strings::kNone;
};

}  // namespace ablo
