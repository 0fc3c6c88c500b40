// SPDX-License-Identifier: MIT
#include "writes/fold.h"

namespace ablo {

namespace {

void set(const Model& model, Row& row, std::string_view field, Value value) {
  row[static_cast<std::size_t>(model.fieldIndex(field))] = std::move(value);
}
Value date(double micros) { return Value{Value::Kind::date, micros, {}}; }
Value text(const std::string& value) { return value.empty() ? Value{} : Value{Value::Kind::text, 0, value}; }

}  // namespace

void fold(const Model& model, const Operation& operation, const Author& author, std::optional<Row>& row) {
  switch (operation.kind) {
    case Operation::Kind::remove: row.reset(); return;
    case Operation::Kind::create:
      if (!row) {
        row.emplace(model.fields.size());
        set(model, *row, "id", text(operation.id));
        set(model, *row, "createdAt", date(author.at));
        set(model, *row, "createdBy", text(author.actor));
        set(model, *row, "organizationId", text(author.organization));
      }
      break;
    case Operation::Kind::archive:
    case Operation::Kind::unarchive:
      if (row) set(model, *row, "archivedAt", operation.kind == Operation::Kind::archive ? date(author.at) : Value{});
      break;
    case Operation::Kind::update: break;
  }
  if (!row) return;
  for (const auto& [field, value] : operation.data) (*row)[static_cast<std::size_t>(field)] = value;
  set(model, *row, "updatedAt", date(author.at));
}

}  // namespace ablo
