// SPDX-License-Identifier: MIT
//
// Bits: one bit for each row of a chunk. Walking the ones that are set costs as many steps as there are.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace ablo {

inline constexpr uint32_t kChunkBits = 12;
inline constexpr uint32_t kChunkRows = 1u << kChunkBits;

class Bits {
 public:
  static constexpr uint32_t kWords = kChunkRows / 64;

  bool test(uint32_t row) const { return words_[row / 64] >> (row % 64) & 1; }
  void set(uint32_t row) { words_[row / 64] |= uint64_t{1} << (row % 64); }
  void set(uint32_t row, bool value) { value ? set(row) : clear(row); }
  void clear(uint32_t row) { words_[row / 64] &= ~(uint64_t{1} << (row % 64)); }

  uint64_t& word(uint32_t index) { return words_[index]; }
  uint64_t word(uint32_t index) const { return words_[index]; }

  uint32_t count() const {
    int count = 0;
    for (const uint64_t word : words_) count += std::popcount(word);
    return static_cast<uint32_t>(count);
  }
  /// Keeps the rows for which `keep(row)` holds.
  template <class Keep>
  void narrow(Keep keep) {
    for (uint32_t index = 0; index < kWords; ++index) {
      uint64_t kept = 0;
      for (uint64_t left = words_[index]; left != 0; left &= left - 1) {
        const auto bit = static_cast<uint32_t>(std::countr_zero(left));
        kept |= static_cast<uint64_t>(keep(index * 64 + bit)) << bit;
      }
      words_[index] = kept;
    }
  }
  template <class Visit>
  void each(Visit visit) const {
    for (uint32_t index = 0; index < kWords; ++index)
      for (uint64_t left = words_[index]; left != 0; left &= left - 1)
        visit(index * 64 + static_cast<uint32_t>(std::countr_zero(left)));
  }

 private:
  std::array<uint64_t, kWords> words_{};
};

}  // namespace ablo
