// SPDX-License-Identifier: MIT
#include "store/column.h"

#include <cstring>

namespace ablo {

namespace {

constexpr uint32_t kLittle = 4096;  // bytes of dead text that are not worth the trouble

std::size_t cellBytes(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::flag: return sizeof(Bits);
    case ColumnKind::symbol: return sizeof(uint32_t) * kChunkRows;
    case ColumnKind::number: return sizeof(double) * kChunkRows;
    case ColumnKind::text: return sizeof(Column::Chunk::Place) * kChunkRows;
  }
  return 0;
}

}  // namespace

Cell Column::cell(uint32_t slot) const {
  const Chunk* chunk = this->chunk(slot >> kChunkBits);
  const uint32_t row = slot & (kChunkRows - 1);
  if (!chunk || !chunk->present.test(row)) return {};
  switch (kind_) {
    case ColumnKind::flag: return {type_, chunk->flags().test(row) ? 1.0 : 0.0};
    case ColumnKind::number: return {type_, chunk->numbers()[row]};
    case ColumnKind::symbol: return {type_, strings_->text(chunk->symbols()[row])};
    case ColumnKind::text: return {type_, chunk->text(row)};
  }
  return {};
}

uint32_t Column::symbol(uint32_t slot) const {
  const Chunk* chunk = this->chunk(slot >> kChunkBits);
  const uint32_t row = slot & (kChunkRows - 1);
  return chunk && chunk->present.test(row) ? chunk->symbols()[row] : Strings::kNone;
}

void Column::set(uint32_t slot, const Cell& cell) {
  const uint32_t index = slot >> kChunkBits, row = slot & (kChunkRows - 1);
  if (cell.isNull()) {
    if (!chunk(index) || !chunk(index)->present.test(row)) return;
    clear(*chunks_[index], row);
    if (--chunks_[index]->count == 0)
      chunks_[index].reset();
    else
      packIfMostlyDead(*chunks_[index]);
    return;
  }
  Chunk& chunk = open(index);
  // The new text is held before the old one is let go: it may be the same, or lie in what is let go.
  const uint32_t symbol = kind_ == ColumnKind::symbol ? strings_->hold(cell.text) : 0;
  if (chunk.present.test(row)) {
    if (kind_ != ColumnKind::text) clear(chunk, row);
  } else {
    ++chunk.count;
    if (kind_ == ColumnKind::text) chunk.places()[row] = {0, 0};
  }
  chunk.present.set(row);
  switch (kind_) {
    case ColumnKind::flag: chunk.flags().set(row, cell.number != 0); break;
    case ColumnKind::number: chunk.numbers()[row] = cell.number; break;
    case ColumnKind::symbol: chunk.symbols()[row] = symbol; break;
    case ColumnKind::text: setText(chunk, row, cell.text); break;
  }
}

void Column::adopt(uint32_t index, const Block::Column& from, uint32_t rows, const Bits& taken) {
  Bits present = taken;
  present.narrow([&](uint32_t row) { return from.has(row); });
  if (present.count() == 0) return;
  Chunk& chunk = open(index);
  chunk.present = present;
  chunk.count = present.count();
  switch (kind_) {
    case ColumnKind::flag: std::memcpy(chunk.cells.get(), from.cells, (rows + 63) / 64 * 8); break;
    case ColumnKind::number: std::memcpy(chunk.cells.get(), from.cells, rows * sizeof(double)); break;
    case ColumnKind::symbol: {
      List<uint32_t> numbers;
      for (const std::string_view text : from.texts) numbers.push_back(strings_->hold(text));
      std::memcpy(chunk.cells.get(), from.cells, rows * sizeof(uint32_t));
      present.each([&](uint32_t row) { strings_->hold(chunk.symbols()[row] = numbers[chunk.symbols()[row]]); });
      for (const uint32_t number : numbers) strings_->release(number);
      break;
    }
    case ColumnKind::text: {
      const char* const begin = from.texts.front().data();  // they lie one after the other
      chunk.heap.assign(begin, from.texts.back().data() + from.texts.back().size());
      chunk.waste = static_cast<uint32_t>(chunk.heap.size());
      present.each([&](uint32_t row) {
        const std::string_view text = from.texts[row];
        chunk.places()[row] = {static_cast<uint32_t>(text.data() - begin), static_cast<uint32_t>(text.size())};
        chunk.waste -= static_cast<uint32_t>(text.size());
      });
      packIfMostlyDead(chunk);
      break;
    }
  }
}

void Column::adopt(uint32_t index, std::span<const uint32_t> symbols, const Bits& taken) {
  if (taken.count() == 0) return;
  Chunk& chunk = open(index);
  chunk.present = taken;
  chunk.count = taken.count();
  taken.each([&](uint32_t row) { chunk.symbols()[row] = symbols[row]; });
}

Column::Chunk& Column::open(uint32_t index) {
  if (index >= chunks_.size()) chunks_.resize(index + 1);
  if (!chunks_[index]) {
    chunks_[index] = std::make_unique<Chunk>();
    chunks_[index]->cells.reset(new char[cellBytes(kind_)]);
  }
  return *chunks_[index];
}

void Column::clear(Chunk& chunk, uint32_t row) {
  if (kind_ == ColumnKind::symbol) strings_->release(chunk.symbols()[row]);
  if (kind_ == ColumnKind::text) chunk.waste += chunk.places()[row].length;
  chunk.present.clear(row);
}

void Column::setText(Chunk& chunk, uint32_t row, std::string_view text) {
  Chunk::Place& place = chunk.places()[row];
  if (text.size() <= place.length) {  // it fits where the old text is
    chunk.waste += place.length - static_cast<uint32_t>(text.size());
    if (!text.empty()) std::char_traits<char>::move(chunk.heap.data() + place.offset, text.data(), text.size());
    place.length = static_cast<uint32_t>(text.size());
    packIfMostlyDead(chunk);
    return;
  }
  chunk.waste += place.length;
  place.length = 0;
  if (chunk.heap.size() + text.size() > chunk.heap.capacity()) {
    const std::string copy(text);  // it may lie in the heap that is about to move
    pack(chunk, copy.size());
    place.offset = static_cast<uint32_t>(chunk.heap.size());
    chunk.heap += copy;
  } else {
    place.offset = static_cast<uint32_t>(chunk.heap.size());
    chunk.heap += text;
  }
  place.length = static_cast<uint32_t>(text.size());
}

/// Makes room at the end of the heap: by dropping what is dead where that is much, else by growing a little.
void Column::pack(Chunk& chunk, std::size_t room) {
  std::string heap;
  const std::size_t alive = chunk.heap.size() - chunk.waste;
  heap.reserve(alive + alive / 8 + room);
  chunk.present.each([&](uint32_t row) {
    Chunk::Place& place = chunk.places()[row];
    const auto offset = static_cast<uint32_t>(heap.size());
    heap += chunk.text(row);
    place.offset = offset;
  });
  chunk.heap = std::move(heap);
  chunk.waste = 0;
}

void Column::packIfMostlyDead(Chunk& chunk) {
  if (chunk.waste > kLittle && chunk.waste * 2 > chunk.heap.size()) pack(chunk, 0);
}

std::size_t Column::bytes() const {
  std::size_t bytes = 0;
  for (const auto& chunk : chunks_)
    if (chunk) bytes += sizeof(Chunk) + cellBytes(kind_) + chunk->heap.capacity();
  return bytes;
}

}  // namespace ablo
