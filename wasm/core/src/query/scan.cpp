// SPDX-License-Identifier: MIT
#include "query/scan.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ablo {

namespace {

using Op = Condition::Op;

/// Walks the rows that match, chunk by chunk.
class Scan {
 public:
  Scan(const Query& query, const Source& source)
      : query_(query), model_(source.model), table_(source.table), strings_(source.strings), slots_(source.slots) {}

  template <class Visit>
  void each(Visit visit) const {
    if (slots_) {
      for (const uint32_t slot : *slots_)
        if (table_.shown(slot) && matches(query_, model_, cellsAt(table_, slot))) visit(slot);
      return;
    }
    for (uint32_t chunk = 0; chunk < table_.chunks(); ++chunk) {
      Bits rows = table_.shownIn(chunk);
      narrowByState(chunk, rows);
      for (const Condition& condition : query_.where) narrow(chunk, condition, rows);
      rows.each([&](uint32_t row) { visit(chunk << kChunkBits | row); });
    }
  }

 private:
  void narrowByState(uint32_t chunk, Bits& rows) const {
    if (query_.state == Lifecycle::all) return;
    const Column::Chunk* archived = table_.column(model_.archivedAt()).chunk(chunk);
    const uint64_t flip = query_.state == Lifecycle::live ? ~uint64_t{0} : 0;
    for (uint32_t i = 0; i < Bits::kWords; ++i) rows.word(i) &= (archived ? archived->present.word(i) : 0) ^ flip;
  }

  void narrow(uint32_t index, const Condition& condition, Bits& rows) const {
    const Column& column = table_.column(static_cast<std::size_t>(condition.field));
    const Column::Chunk* chunk = column.chunk(index);
    const bool comparesSymbols = column.kind() == ColumnKind::symbol && condition.op == Op::eq;
    const bool comparesNumbers = column.kind() == ColumnKind::number && condition.op <= Op::ge;
    if (!comparesSymbols && !comparesNumbers) {
      rows.narrow([&](uint32_t row) { return meets(condition, column.cell(index << kChunkBits | row)); });
      return;
    }
    const Value& operand = condition.values[0];
    for (uint32_t i = 0; i < Bits::kWords; ++i)
      rows.word(i) &= chunk && !operand.isNull() ? chunk->present.word(i) : 0;  // a comparison with null is unknown
    if (!chunk || operand.isNull()) return;
    if (comparesSymbols) {
      const uint32_t wanted = strings_.find(operand.text);
      rows.narrow([symbols = chunk->symbols(), wanted](uint32_t row) { return symbols[row] == wanted; });
      return;
    }
    const bool less = condition.op == Op::lt || condition.op == Op::le || condition.op == Op::ne;
    const bool equal = condition.op == Op::eq || condition.op == Op::le || condition.op == Op::ge;
    const bool greater = condition.op == Op::gt || condition.op == Op::ge || condition.op == Op::ne;
    rows.narrow([=, numbers = chunk->numbers(), wanted = operand.number](uint32_t row) {
      const double number = numbers[row];
      // What is neither less nor equal is greater: NaN, too.
      return number < wanted ? less : number == wanted ? equal : greater;
    });
  }

  const Query& query_;
  const Model& model_;
  const Table& table_;
  const Strings& strings_;
  const List<uint32_t>* slots_;
};

/// A row with the first key of its order as a number that orders it nearly always; where it does not, the row itself does.
struct Ranked {
  double key;
  uint32_t slot;
};

double rank(const Column& column, uint32_t slot, double sign) {
  constexpr double kLast = std::numeric_limits<double>::infinity();
  const Column::Chunk* const chunk = column.chunk(slot >> kChunkBits);
  const uint32_t row = slot & (kChunkRows - 1);
  if (!chunk || !chunk->present.test(row)) return kLast;
  const double number = chunk->numbers()[row];
  return sign * (std::isnan(number) ? kLast : number);
}

}  // namespace

Selection select(const Query& query, const Source& source, std::size_t most) {
  const Table& table = source.table;
  const Column* first =
      query.orderBy.empty() ? nullptr : &table.column(static_cast<std::size_t>(query.orderBy[0].field));
  if (first && first->kind() != ColumnKind::number) first = nullptr;
  const double sign = first && query.orderBy[0].descending ? -1 : 1;
  const auto inOrder = [&](const Ranked& a, const Ranked& b) {
    if (a.key != b.key) return a.key < b.key;
    if (query.orderBy.empty()) return table.idText(a.slot) < table.idText(b.slot);
    return before(query, cellsAt(table, a.slot), cellsAt(table, b.slot));
  };
  List<Ranked> found;  // a heap, with the last of them in front
  Selection selection;
  Scan(query, source).each([&](uint32_t slot) {
    const Ranked row{first ? rank(*first, slot, sign) : 0, slot};
    if (found.size() == most) {
      selection.complete = false;
      if (!inOrder(row, found.front())) return;
      std::pop_heap(found.begin(), found.end(), inOrder);
      found.pop_back();
    }
    found.push_back(row);
    std::push_heap(found.begin(), found.end(), inOrder);
  });
  std::sort_heap(found.begin(), found.end(), inOrder);
  for (const Ranked& row : found) selection.slots.push_back(row.slot);
  return selection;
}

uint32_t count(const Query& query, const Source& source) {
  uint32_t count = 0;
  Scan(query, source).each([&](uint32_t) { ++count; });
  return count;
}

}  // namespace ablo
