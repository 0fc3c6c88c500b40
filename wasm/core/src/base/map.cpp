// SPDX-License-Identifier: MIT
#include "base/map.h"

namespace ablo {

SortedEntries::Place SortedEntries::place(const void* key, Compare compare) const {
  std::size_t low = 0, high = entries_.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    const int sign = compare(key, entries_[middle]);
    if (sign == 0) return {middle, true};
    (sign < 0 ? high : low) = sign < 0 ? middle : middle + 1;
  }
  return {low, false};
}

void SortedEntries::insert(std::size_t index, void* entry) {
  entries_.insert(entries_.begin() + static_cast<std::ptrdiff_t>(index), entry);
}

void* SortedEntries::remove(std::size_t index) {
  void* const entry = entries_[index];
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(index));
  return entry;
}

}  // namespace ablo
