// SPDX-License-Identifier: MIT
#include "schema/column_kind.h"

#include <algorithm>

namespace ablo {

namespace {

bool isSymbol(const Model& model, const Field& field) {
  if (field.type == FieldType::enumeration) return true;
  if (field.type != FieldType::string) return false;
  return field.name == "id" || field.base || field.indexed ||
         std::any_of(model.relations.begin(), model.relations.end(), [&](const Relation& relation) {
           return relation.kind == Relation::Kind::belongsTo && relation.foreignKey == field.name;
         });
}

}  // namespace

Value::Kind valueKind(const Field& field) {
  switch (field.type) {
    case FieldType::number: return Value::Kind::number;
    case FieldType::boolean: return Value::Kind::boolean;
    case FieldType::date: return Value::Kind::date;
    case FieldType::json: return Value::Kind::json;
    case FieldType::string:
    case FieldType::enumeration: break;
  }
  return Value::Kind::text;
}

ColumnKind columnKind(const Model& model, const Field& field) {
  switch (valueKind(field)) {
    case Value::Kind::boolean: return ColumnKind::flag;
    case Value::Kind::number:
    case Value::Kind::date: return ColumnKind::number;
    default: return isSymbol(model, field) ? ColumnKind::symbol : ColumnKind::text;
  }
}

}  // namespace ablo
