// SPDX-License-Identifier: MIT
//
// Strings: text by number, so that ids and enums are compared and cross the boundary as integers. Whoever keeps a number
// holds it. Text that nobody holds is let go at the second endQuarantine() after, and its number is told, before it can come
// to mean other text: the other side forgets what it knew of it.
//
// Texts lie one after the other in blocks, each behind its number, so that a block of mostly dead text can be moved.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "ablo/list.h"

namespace ablo {

class Strings {
 public:
  static constexpr uint32_t kNone = 0xffffffff;

  /// The text's number, held once more.
  uint32_t hold(std::string_view text);
  void hold(uint32_t number) { ++entry(number).holders; }
  void release(uint32_t number);
  /// The text's number until the next but one endQuarantine().
  uint32_t mention(std::string_view text) {
    const uint32_t number = hold(text);
    release(number);
    return number;
  }
  /// kNone: the text is not here.
  uint32_t find(std::string_view text) const;
  std::string_view text(uint32_t number) const;

  /// Makes room for finding so many more, before they come one by one.
  void reserve(uint32_t more);
  /// Lets go of what nobody has held for a whole round. The numbers that mean nothing any more.
  List<uint32_t> endQuarantine();
  /// Bytes taken from the memory.
  std::size_t bytes() const;

 private:
  struct Entry {
    uint32_t place = kNone;  // block and offset
    uint32_t hash = 0;
    uint32_t holders : 31 = 0;
    uint32_t leaving : 1 = 0;  // in `left_`
  };
  struct Block {
    std::unique_ptr<char[]> bytes;
    uint32_t size = 0, used = 0, waste = 0;
  };

  uint32_t probe(std::string_view text, uint32_t hash) const;  // its bucket, or the empty one where it belongs
  void rehash(std::size_t buckets);
  void forget(uint32_t number);
  uint32_t store(uint32_t number, std::string_view text);
  void compact(uint32_t block);

  static constexpr uint32_t kPage = 4096;
  Entry& entry(uint32_t number) { return pages_[number / kPage][number % kPage]; }
  const Entry& entry(uint32_t number) const { return pages_[number / kPage][number % kPage]; }

  List<std::unique_ptr<Entry[]>> pages_;
  uint32_t size_ = 0;       // numbers that were ever given
  List<uint32_t> buckets_;  // open addressing; number + 1, or 0
  uint32_t used_ = 0;       // buckets
  List<Block> blocks_;
  List<uint32_t> freeBlocks_;
  uint32_t current_ = kNone;  // the block that takes new text
  List<uint32_t> free_, left_, quarantined_;
};

}  // namespace ablo
