// SPDX-License-Identifier: MIT
//
// Schema: the models of an application, as both ends of the wire and the database know them.
//
// It is parsed from the document that defineSchema() makes (docs/internals/schema-document.md):
//   {"v": 3, "models": {"tasks": {"tableName"?, "load"?, "mutable"?, "relations"?, "fields":
//     {"status": {"type": "enum", "isOptional": false, "isIndexed": false, "column"?, "enumValues"?, "hasDefault"?}}}}}
//
// Always true of a parsed schema:
//   1. model keys, fields, tables and columns are identifiers (letters, digits, _), never longer than 63 bytes, unique;
//   2. every model's fields begin with `id` and end with the base fields createdAt, updatedAt, createdBy, organizationId,
//      archivedAt, whether the application declared them or not;
//   3. equal documents, whatever the order of their members, have equal hashes, natively and in WebAssembly.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ablo/json.h"
#include "ablo/list.h"
#include "ablo/result.h"

namespace ablo {

enum class FieldType : uint8_t { string, number, boolean, date, enumeration, json };

std::string_view fieldTypeText(FieldType type);  // "string", "number", "boolean", "date", "enum", "json"

struct Field {
  std::string name;    // camelCase: the application's word
  std::string column;  // snake_case: the database's
  FieldType type = FieldType::string;
  bool optional = false;    // may be null
  bool hasDefault = false;  // the client fills it in when it is absent on create
  bool indexed = false;
  bool base = false;        // one of ours: the database fills it in
  bool dateAsText = false;  // a base date the application declared as text: rows show ISO text, not a Date
  List<std::string> enumValues;
};

struct Relation {
  enum class Kind : uint8_t { belongsTo, hasMany, hasOne };
  std::string name;
  Kind kind = Kind::belongsTo;
  std::string target;      // model key
  std::string foreignKey;  // field name, on this model for belongsTo, on the target otherwise
};

struct Model {
  std::string key;
  std::string table;
  List<Field> fields;
  List<Relation> relations;
  bool writable = true;

  std::size_t archivedAt() const { return fields.size() - 1; }
  int fieldIndex(std::string_view name) const;  // -1: no such field
  const Field* field(std::string_view name) const;
};

struct Schema {
  List<Model> models;  // in the order of their keys
  std::string hash;    // 16 hex digits

  int modelIndex(std::string_view key) const;  // -1: no such model
  const Model* model(std::string_view key) const;
};

/// `invalid_schema`, `schema_field_not_camelcase` and `schema_reserved_field` are told apart in the message.
Result<Schema> parseSchema(std::string_view document);

/// `unknown_model`, with the models there are.
Error unknownModel(const Schema& schema, std::string_view key);
/// `unknown_field`, with the fields there are.
Error unknownField(const Model& model, std::string_view name);

}  // namespace ablo
