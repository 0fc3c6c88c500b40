// SPDX-License-Identifier: MIT
//
// Table: the rows of one model, by slot. The columns hold the view; the confirmed base of a row that pending commits touch
// lies aside, whole, until the last of them has left. A slot is there as long as its row is in the view or is touched.
//
// Always true:
//   1. a slot that was left is used again only after the next drain, or a number the other side still holds would show
//      another row;
//   2. the first column is the id, and has it until the slot may be used again, in the view or not;
//   3. versions come from one counter for all: no slot ever has the same version twice, whatever row it shows.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "ablo/list.h"
#include "base/map.h"
#include "query/query.h"
#include "store/column.h"
#include "store/number_index.h"
#include "store/strings.h"

namespace ablo {

struct Operation;
struct PendingCommit;

class Table {
 public:
  static constexpr uint32_t kNone = 0xffffffff;

  Table(const Model& model, Strings& strings);

  uint32_t find(std::string_view id) const;
  /// The slot of that row: the one it has, or a new one that is not in the view yet.
  uint32_t open(std::string_view id);
  /// Gives the slot back when nothing holds it.
  void leave(uint32_t slot);
  void endQuarantine();

  uint32_t size() const { return size_; }  // slots that were ever opened
  uint32_t chunks() const { return (size_ + kChunkRows - 1) >> kChunkBits; }
  bool used(uint32_t slot) const { return chunk(slot).used.test(row(slot)); }
  bool shown(uint32_t slot) const { return slot < size_ && chunk(slot).shown.test(row(slot)); }
  const Bits& shownIn(uint32_t chunk) const { return chunks_[chunk]->shown; }
  uint32_t id(uint32_t slot) const { return columns_[0].symbol(slot); }
  std::string_view idText(uint32_t slot) const { return strings_->text(id(slot)); }
  uint32_t version(uint32_t slot) const { return slot < size_ ? chunk(slot).versions[row(slot)] : 0; }

  const Column& column(std::size_t field) const { return columns_[field]; }
  Cell cell(std::size_t field, uint32_t slot) const { return columns_[field].cell(slot); }
  /// The view of a row, copied out; none when it is not shown.
  std::optional<Row> view(uint32_t slot) const;
  bool shows(uint32_t slot, const std::optional<Row>& row) const;
  void show(uint32_t slot, const std::optional<Row>& row, uint32_t version);

  /// What is confirmed of a row.
  std::optional<Row> base(uint32_t slot) const;
  /// Lays the base aside, or leaves it to the view again when nothing touches the row any more.
  void touch(uint32_t slot, const PendingCommit& commit, const Operation& operation);
  void untouch(uint32_t slot, const Operation& operation);
  bool touched(uint32_t slot) const { return asides_.contains(slot); }
  struct Touch {
    const PendingCommit* commit;
    const Operation* operation;
  };
  /// The pending operations on a row, in call order.
  std::span<const Touch> touches(uint32_t slot) const;
  /// Of a row that is touched.
  void setBase(uint32_t slot, std::optional<Row> base) { asides_[slot].base = std::move(base); }

  /// Takes in the rows of a block, in a chunk of their own. The rows whose id was here already are left out, and named.
  List<uint32_t> adopt(const Block& block, uint32_t version);
  /// Leaves a chunk empty, so that those behind it have the place they had.
  void skipChunk();

  // The image: what is confirmed, chunk by chunk.
  void baseChanged(uint32_t slot) { saved_[slot >> kChunkBits].dirty = true; }
  struct Saved {
    uint64_t checksum = 0;  // 0: it has no rows
    bool dirty = false;
  };
  List<Saved>& saved() { return saved_; }
  /// The confirmed rows of a chunk.
  void write(uint32_t chunk, BlockWriter& writer) const;

  /// Whether any answer and any change is newer than the row.
  bool held(uint32_t slot) const { return chunk(slot).held.test(row(slot)); }
  void hold(uint32_t slot, bool held) { chunk(slot).held.set(row(slot), held); }

  /// True once for each change of the view since the last drain.
  bool tell(uint32_t slot);
  void told(uint32_t slot) { chunk(slot).changed.clear(row(slot)); }

  /// Many rows changed at once: true once since the last drain.
  void tellAll() { manyChanged_ = true; }
  bool toldAll() { return std::exchange(manyChanged_, false); }

  std::size_t bytes() const;

 private:
  struct Chunk {
    Bits used, shown, changed, held;
    uint32_t versions[kChunkRows];
  };
  struct Aside {
    std::optional<Row> base;
    List<Touch> touches;
  };
  static uint32_t row(uint32_t slot) { return slot & (kChunkRows - 1); }
  Chunk& chunk(uint32_t slot) { return *chunks_[slot >> kChunkBits]; }
  const Chunk& chunk(uint32_t slot) const { return *chunks_[slot >> kChunkBits]; }
  void addChunk();

  Strings* strings_;
  List<Column> columns_;
  List<std::unique_ptr<Chunk>> chunks_;
  NumberIndex slots_;  // by number of the id: slot + 1, or 0
  uint32_t size_ = 0;
  bool manyChanged_ = false;
  List<Saved> saved_;  // by chunk
  List<uint32_t> free_, left_;
  Map<uint32_t, Aside> asides_;
};

}  // namespace ablo
