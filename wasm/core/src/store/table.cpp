// SPDX-License-Identifier: MIT
#include "store/table.h"

namespace ablo {

Table::Table(const Model& model, Strings& strings) : strings_(&strings) {
  for (const Field& field : model.fields) columns_.emplace_back(columnKind(model, field), valueKind(field), strings);
}

uint32_t Table::find(std::string_view id) const {
  const uint32_t number = strings_->find(id);
  if (number == Strings::kNone) return kNone;
  return slots_.find(number) - 1;
}

uint32_t Table::open(std::string_view id) {
  if (const uint32_t slot = find(id); slot != kNone) return slot;
  uint32_t slot = size_;
  if (free_.empty()) {
    if (row(size_++) == 0) addChunk();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  chunk(slot).used.set(row(slot));
  columns_[0].set(slot, {Value::Kind::text, id});
  slots_[this->id(slot)] = slot + 1;
  return slot;
}

void Table::leave(uint32_t slot) {
  if (!used(slot) || shown(slot) || touched(slot)) return;
  slots_[id(slot)] = 0;
  chunk(slot).used.clear(row(slot));
  left_.push_back(slot);
}

void Table::endQuarantine() {
  for (const uint32_t slot : left_) columns_[0].set(slot, {});
  free_.append(left_.data(), left_.size());
  left_.clear();
}

std::optional<Row> Table::view(uint32_t slot) const {
  if (!shown(slot)) return std::nullopt;
  std::optional<Row> view(std::in_place);
  view->reserve(columns_.size());
  for (const Column& column : columns_) view->push_back(column.cell(slot).value());
  return view;
}

bool Table::shows(uint32_t slot, const std::optional<Row>& row) const {
  if (!row || !shown(slot)) return row.has_value() == shown(slot);
  for (std::size_t field = 1; field < columns_.size(); ++field)
    if (!(columns_[field].cell(slot) == Cell((*row)[field]))) return false;
  return true;
}

void Table::show(uint32_t slot, const std::optional<Row>& view, uint32_t version) {
  for (std::size_t field = 1; field < columns_.size(); ++field) {
    const Cell next = view ? Cell((*view)[field]) : Cell();
    if (!(columns_[field].cell(slot) == next)) columns_[field].set(slot, next);
  }
  chunk(slot).shown.set(row(slot), view.has_value());
  chunk(slot).versions[row(slot)] = version;
}

std::optional<Row> Table::base(uint32_t slot) const {
  const auto aside = asides_.find(slot);
  return aside == asides_.end() ? view(slot) : aside->second.base;
}

void Table::touch(uint32_t slot, const PendingCommit& commit, const Operation& operation) {
  Aside& aside = asides_[slot];
  if (aside.touches.empty()) aside.base = view(slot);
  aside.touches.push_back({&commit, &operation});
}

void Table::untouch(uint32_t slot, const Operation& operation) {
  List<Touch>& touches = asides_[slot].touches;
  eraseIf(touches, [&](const Touch& touch) { return touch.operation == &operation; });
  if (touches.empty()) asides_.erase(slot);
}

std::span<const Table::Touch> Table::touches(uint32_t slot) const {
  const auto aside = asides_.find(slot);
  return aside == asides_.end() ? std::span<const Touch>() : aside->second.touches;
}

void Table::addChunk() {
  chunks_.push_back(std::make_unique<Chunk>());
  saved_.emplace_back();
}

List<uint32_t> Table::adopt(const Block& block, uint32_t version) {
  static_assert(kBlockRows == kChunkRows);
  while (row(size_) != 0) free_.push_back(size_++);
  addChunk();
  const uint32_t first = size_;
  size_ += block.rows;
  Chunk& chunk = this->chunk(first);
  List<uint32_t> known, ids(block.rows);
  for (uint32_t row = 0; row < block.rows; ++row) {
    const uint32_t number = strings_->hold(block.id(row));
    if (slots_[number] != 0) {
      strings_->release(number);
      known.push_back(row);
      free_.push_back(first + row);
      continue;
    }
    slots_[number] = first + row + 1;
    chunk.used.set(row);
    ids[row] = number;
    chunk.versions[row] = version;
  }
  chunk.shown = chunk.used;
  const uint32_t index = first >> kChunkBits;
  columns_[0].adopt(index, ids, chunk.used);
  for (std::size_t field = 1; field < columns_.size(); ++field)
    columns_[field].adopt(index, block.columns[field], block.rows, chunk.used);
  saved_[index].dirty = true;
  return known;
}

void Table::skipChunk() {
  while (row(size_) != 0) free_.push_back(size_++);
  addChunk();
  for (uint32_t row = 0; row < kChunkRows; ++row) free_.push_back(size_++);
}

void Table::write(uint32_t index, BlockWriter& writer) const {
  const Bits& used = chunks_[index]->used;
  used.each([&](uint32_t row) {
    const uint32_t slot = index << kChunkBits | row;
    if (held(slot)) return;  // what is shown of it is not what is confirmed
    const auto aside = asides_.find(slot);
    if (aside == asides_.end())
      writer.add([&](std::size_t field) { return cell(field, slot); });
    else if (aside->second.base)
      writer.add(cellsOf(*aside->second.base));
  });
}

bool Table::tell(uint32_t slot) {
  const bool first = !chunk(slot).changed.test(row(slot));
  chunk(slot).changed.set(row(slot));
  return first;
}

std::size_t Table::bytes() const {
  std::size_t bytes = chunks_.size() * sizeof(Chunk) + slots_.bytes();
  for (const Column& column : columns_) bytes += column.bytes();
  return bytes;
}

}  // namespace ablo
