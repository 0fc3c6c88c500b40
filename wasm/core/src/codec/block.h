// SPDX-License-Identifier: MIT
//
// Block: up to 4,096 rows of one model as columns of bytes: how rows travel in bulk, and lie in an image. A block never changes:
// its checksum names it. Little-endian, everything at multiples of 8:
//
//   head     magic · version · schema hash · model · rows · size · checksum, 40 bytes
//   column   one for each field, in the model's order: which values are present (a bit a row), then
//     flag     a bit a row
//     number   a double a row
//     symbol   the texts there are: how many, their lengths, their bytes; then the number of its text for each row
//     text     a length a row, then the bytes
//
// Ids are kept as text. What readBlock() gives was checked to its last byte: it may be believed.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "ablo/list.h"
#include "ablo/result.h"
#include "ablo/schema.h"
#include "ablo/value.h"
#include "base/map.h"
#include "schema/column_kind.h"

namespace ablo {

inline constexpr uint32_t kBlockRows = 4096;

/// Whether bytes that came are a block, and no JSON.
bool isBlock(std::string_view bytes);
/// What names a block that is whole.
uint64_t blockChecksum(std::string_view bytes);

class Block {
 public:
  /// Views on the block's bytes, which must outlive it.
  struct Column {
    ColumnKind kind;
    Value::Kind type;
    const char* present = nullptr;  // words of 64 rows
    const char* cells = nullptr;    // flag: words of 64 rows; number: doubles; symbol: numbers in `texts`, 4 bytes each
    List<std::string_view> texts;   // symbol: those there are; text: one a row

    bool has(uint32_t row) const { return static_cast<unsigned char>(present[row / 8]) >> (row % 8) & 1; }
  };

  int model = 0;
  uint32_t rows = 0;
  uint64_t checksum = 0;
  List<Column> columns;

  Cell cell(std::size_t field, uint32_t row) const;
  std::string_view id(uint32_t row) const { return columns[0].texts[row]; }
};

/// `block_damaged` or `schema_mismatch`.
Result<Block> readBlock(const Schema& schema, std::string_view bytes);

class BlockWriter {
 public:
  BlockWriter(const Schema& schema, int model);

  uint32_t rows() const { return rows_; }
  /// `row` gives the Cell of a field by its number. At most kBlockRows of them.
  template <class Read>
  void add(const Read& row) {
    for (std::size_t field = 0; field < columns_.size(); ++field) add(columns_[field], row(field));
    ++rows_;
  }
  std::string finish() const;

 private:
  struct Column {
    ColumnKind kind;
    List<uint64_t> present;
    std::string cells, texts;
    List<uint32_t> lengths;            // of texts
    Map<std::string, uint32_t> known;  // symbols
  };
  void add(Column& column, const Cell& cell);

  const Schema& schema_;
  int model_;
  uint32_t rows_ = 0;
  List<Column> columns_;
};

}  // namespace ablo
