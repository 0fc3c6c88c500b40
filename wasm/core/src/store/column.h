// SPDX-License-Identifier: MIT
//
// Column: the values of one field, in chunks of 4,096 rows. A chunk takes memory when its first value comes and gives it back
// when its last one goes.
//
//   flag     booleans: a bit                        number   numbers and dates: 8 bytes
//   symbol   text that comes again and again (ids, enums, references): its number in Strings, which the column holds
//   text     any other text and json: a place in the chunk's heap, which is packed when half of it is dead
//
// Always true: a value that is absent takes no cell's meaning: only `present` tells.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "ablo/list.h"
#include "codec/block.h"
#include "schema/column_kind.h"
#include "store/bits.h"
#include "store/strings.h"

namespace ablo {

class Column {
 public:
  struct Chunk {
    uint32_t count = 0;  // values that are present
    Bits present;
    std::unique_ptr<char[]> cells;  // flag: a bit a row; symbol: 4 bytes; number, text: 8
    std::string heap;
    uint32_t waste = 0;  // dead bytes of the heap

    Bits& flags() const { return *reinterpret_cast<Bits*>(cells.get()); }
    double* numbers() const { return reinterpret_cast<double*>(cells.get()); }
    uint32_t* symbols() const { return reinterpret_cast<uint32_t*>(cells.get()); }
    struct Place {
      uint32_t offset, length;
    };
    Place* places() const { return reinterpret_cast<Place*>(cells.get()); }
    std::string_view text(uint32_t row) const {
      const Place place = places()[row];
      return std::string_view(heap).substr(place.offset, place.length);
    }
  };

  /// `type` is what present values are: it tells dates from numbers, and json from text.
  Column(ColumnKind kind, Value::Kind type, Strings& strings) : strings_(&strings), kind_(kind), type_(type) {}
  Column(Column&&) = default;
  ~Column() = default;  // with the Strings it holds numbers of

  ColumnKind kind() const { return kind_; }
  Value::Kind type() const { return type_; }

  Cell cell(uint32_t slot) const;
  /// The number of a symbol, or Strings::kNone when it is absent.
  uint32_t symbol(uint32_t slot) const;
  void set(uint32_t slot, const Cell& cell);

  /// Null when all of its values are absent.
  const Chunk* chunk(uint32_t index) const { return index < chunks_.size() ? chunks_[index].get() : nullptr; }
  /// Fills a chunk that has no values yet with those of the rows that are `taken`.
  void adopt(uint32_t index, const Block::Column& column, uint32_t rows, const Bits& taken);
  /// The same of symbols by their numbers, each of which is held for it already.
  void adopt(uint32_t index, std::span<const uint32_t> symbols, const Bits& taken);
  std::size_t bytes() const;

 private:
  Chunk& open(uint32_t index);
  void clear(Chunk& chunk, uint32_t row);
  void setText(Chunk& chunk, uint32_t row, std::string_view text);
  static void pack(Chunk& chunk, std::size_t room);
  static void packIfMostlyDead(Chunk& chunk);

  Strings* strings_;
  ColumnKind kind_;
  Value::Kind type_;
  List<std::unique_ptr<Chunk>> chunks_;
};

}  // namespace ablo
