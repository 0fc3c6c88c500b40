// SPDX-License-Identifier: MIT
#include "store/table.h"

#include <algorithm>

namespace ablo {

namespace {

Value::Kind valueKind(FieldType type) {
  switch (type) {
    case FieldType::number: return Value::Kind::number;
    case FieldType::boolean: return Value::Kind::boolean;
    case FieldType::date: return Value::Kind::date;
    case FieldType::json: return Value::Kind::json;
    case FieldType::string:
    case FieldType::enumeration: break;
  }
  return Value::Kind::text;
}

/// Text that many rows share, or that is looked up: ids, enums, references, what the schema calls indexed.
bool isSymbol(const Model& model, const Field& field) {
  if (field.type == FieldType::enumeration) return true;
  if (field.type != FieldType::string) return false;
  return field.name == "id" || field.base || field.indexed ||
         std::any_of(model.relations.begin(), model.relations.end(), [&](const Relation& relation) {
           return relation.kind == Relation::Kind::belongsTo && relation.foreignKey == field.name;
         });
}

Column::Kind columnKind(const Model& model, const Field& field) {
  switch (valueKind(field.type)) {
    case Value::Kind::boolean: return Column::Kind::flag;
    case Value::Kind::number:
    case Value::Kind::date: return Column::Kind::number;
    default: return isSymbol(model, field) ? Column::Kind::symbol : Column::Kind::text;
  }
}

}  // namespace

Table::Table(const Model& model, Strings& strings) : strings_(&strings) {
  for (const Field& field : model.fields)
    columns_.emplace_back(columnKind(model, field), valueKind(field.type), strings);
}

uint32_t Table::find(std::string_view id) const {
  const uint32_t number = strings_->find(id);
  if (number == Strings::kNone) return kNone;
  const std::size_t page = number >> kChunkBits;
  return page < slots_.size() && slots_[page] ? slots_[page][number & (kChunkRows - 1)] - 1 : kNone;
}

uint32_t& Table::slotOf(uint32_t id) {
  const std::size_t page = id >> kChunkBits;
  if (page >= slots_.size()) slots_.resize(page + 1);
  if (!slots_[page]) slots_[page] = std::make_unique<uint32_t[]>(kChunkRows);
  return slots_[page][id & (kChunkRows - 1)];
}

uint32_t Table::open(std::string_view id) {
  if (const uint32_t slot = find(id); slot != kNone) return slot;
  uint32_t slot = size_;
  if (free_.empty()) {
    if ((size_++ & (kChunkRows - 1)) == 0) chunks_.push_back(std::make_unique<Chunk>());
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  const uint32_t number = strings_->hold(id);
  chunk(slot).used.set(row(slot));
  chunk(slot).ids[row(slot)] = number;
  slotOf(number) = slot + 1;
  return slot;
}

void Table::leave(uint32_t slot) {
  if (!used(slot) || shown(slot) || touched(slot)) return;
  slotOf(id(slot)) = 0;
  strings_->release(id(slot));
  chunk(slot).used.clear(row(slot));
  left_.push_back(slot);
}

void Table::endQuarantine() {
  free_.insert(free_.end(), left_.begin(), left_.end());
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
  for (std::size_t field = 0; field < columns_.size(); ++field)
    if (!(columns_[field].cell(slot) == Cell((*row)[field]))) return false;
  return true;
}

void Table::show(uint32_t slot, const std::optional<Row>& view, uint32_t version) {
  for (std::size_t field = 0; field < columns_.size(); ++field) {
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

void Table::touch(uint32_t slot) {
  const auto [aside, isNew] = asides_.try_emplace(slot);
  if (isNew) aside->second.base = view(slot);
  ++aside->second.touching;
}

void Table::untouch(uint32_t slot) {
  const auto aside = asides_.find(slot);
  if (--aside->second.touching == 0) asides_.erase(aside);
}

bool Table::tell(uint32_t slot) {
  const bool first = !chunk(slot).changed.test(row(slot));
  chunk(slot).changed.set(row(slot));
  return first;
}

std::size_t Table::bytes() const {
  std::size_t bytes = chunks_.size() * sizeof(Chunk);
  for (const auto& page : slots_)
    if (page) bytes += kChunkRows * sizeof(uint32_t);
  for (const Column& column : columns_) bytes += column.bytes();
  return bytes;
}

}  // namespace ablo
