// SPDX-License-Identifier: MIT
#include "ablo/schema.h"

#include <algorithm>

#include "base/hash.h"

namespace ablo {

namespace {

constexpr std::size_t kLongestName = 63;  // what Postgres keeps of an identifier
constexpr JsonLimits kSchemaLimits{1 << 20, 16, 500, 100'000, 64 * 1024};

using Parts = std::initializer_list<std::string_view>;
Error invalid(Parts what) { return Error::of(ErrorCode::invalid_schema, what); }
Error invalid(std::string_view what) { return invalid(Parts{what}); }

bool isLower(char c) { return c >= 'a' && c <= 'z'; }
bool isUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool isDigit(char c) { return c >= '0' && c <= '9'; }

bool isIdentifier(std::string_view name) {
  if (name.empty() || name.size() > kLongestName || isDigit(name[0])) return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return isLower(c) || isUpper(c) || isDigit(c) || c == '_'; });
}

/// camelCase that survives the way to snake_case and back: a small letter first, never two capitals in a row.
bool isCamelCase(std::string_view name) {
  if (!isIdentifier(name) || !isLower(name[0]) || name.find('_') != name.npos) return false;
  for (std::size_t i = 1; i < name.size(); ++i)
    if (isUpper(name[i]) && isUpper(name[i - 1])) return false;
  return true;
}

std::string snakeCase(std::string_view name) {
  std::string snake;
  for (const char c : name) {
    if (isUpper(c)) {
      snake += '_';
      snake += static_cast<char>(c - 'A' + 'a');
    } else {
      snake += c;
    }
  }
  return snake;
}

struct BaseField {
  std::string_view name;
  FieldType type;
  bool optional;
};
constexpr BaseField kBaseFields[] = {
    {"createdAt", FieldType::date, false},  {"updatedAt", FieldType::date, false},
    {"createdBy", FieldType::string, true}, {"organizationId", FieldType::string, false},
    {"archivedAt", FieldType::date, true},
};

Result<FieldType> readFieldType(std::string_view text) {
  for (const FieldType type : {FieldType::string, FieldType::number, FieldType::boolean, FieldType::date,
                               FieldType::enumeration, FieldType::json})
    if (fieldTypeText(type) == text) return type;
  return invalid({"'", text, "' is no field type."});
}

Result<Field> readField(const std::string& model, const std::string& name, const Json& document) {
  const std::string where = model + "." + name;
  if (!isCamelCase(name))
    return invalid({where, ": a field's name is camelCase, with no two capitals in a row (userId, not userID)."});
  Field field;
  field.name = name;
  const Result<FieldType> type = readFieldType(document.text("type"));
  if (!type) return invalid({where, ": '", document.text("type"), "' is no field type."});
  field.type = *type;
  field.optional = document.flag("isOptional");
  field.hasDefault = document.flag("hasDefault");
  field.indexed = document.flag("isIndexed");
  field.column = document.find("column") ? std::string(document.text("column")) : snakeCase(name);
  if (!isIdentifier(field.column)) return invalid({where, ": '", field.column, "' is no name for a column."});
  if (field.type == FieldType::enumeration) {
    const Json* values = document.find("enumValues");
    if (!values || values->items().empty()) return invalid({where, ": an enum needs its enumValues."});
    for (const Json& value : values->items()) {
      if (!value.isString()) return invalid({where, ": enumValues are text."});
      field.enumValues.emplace_back(value.asString());
    }
  }
  return field;
}

/// The base fields are ours whether declared or not. A declaration that fits is kept as a wish about the shape on rows.
Result<Field> readBaseField(const std::string& model, const BaseField& base, const Json* declared) {
  Field field;
  field.name = base.name;
  field.column = snakeCase(base.name);
  field.type = base.type;
  field.optional = base.optional;
  field.base = true;
  if (!declared) return field;
  const std::string_view type = declared->text("type");
  field.dateAsText = base.type == FieldType::date && type == "string";
  if (!field.dateAsText && type != fieldTypeText(base.type))
    return invalid({model, ".", field.name, " is a base field of every model and holds a ", fieldTypeText(base.type),
                    ", not a ", type, ". Rename the field or leave it out."});
  return field;
}

bool isBaseField(std::string_view name) {
  return name == "id" || std::any_of(std::begin(kBaseFields), std::end(kBaseFields),
                                     [&](const BaseField& base) { return base.name == name; });
}

Result<Relation> readRelation(const std::string& model, const std::string& name, const Json& document) {
  Relation relation{name, Relation::Kind::belongsTo, std::string(document.text("target")),
                    std::string(document.text("foreignKey"))};
  const std::string_view kind = document.text("type");
  if (kind == "hasMany")
    relation.kind = Relation::Kind::hasMany;
  else if (kind == "hasOne")
    relation.kind = Relation::Kind::hasOne;
  else if (kind != "belongsTo")
    return invalid({model, ".", name, ": a relation is belongsTo, hasMany or hasOne."});
  return relation;
}

Result<Model> readModel(const std::string& key, const Json& document) {
  if (!isIdentifier(key) || !isLower(key[0]))
    return invalid({"'", std::string_view(key).substr(0, kLongestName),
                    "' is no name for a model: letters, digits and _, a small letter first."});
  Model model;
  model.key = key;
  model.table = document.find("tableName") ? std::string(document.text("tableName")) : snakeCase(key);
  if (!isIdentifier(model.table)) return invalid({key, ": '", model.table, "' is no name for a table."});
  model.writable = document.flag("mutable", true);
  const Json* fields = document.find("fields");
  if (!fields || !fields->isObject()) return invalid({key, " has no fields."});

  if (const Json* id = fields->find("id"); id && id->text("type") != "string")
    return invalid({key, ".id is a string."});
  Field id;
  id.name = id.column = "id";
  id.base = true;
  model.fields.push_back(id);
  for (const Json::Member& member : fields->members()) {
    if (isBaseField(member.name)) continue;
    Result<Field> field = readField(key, std::string(member.name), member.value);
    if (!field) return field.error();
    model.fields.push_back(std::move(*field));
  }
  for (const BaseField& base : kBaseFields) {
    Result<Field> field = readBaseField(key, base, fields->find(base.name));
    if (!field) return field.error();
    model.fields.push_back(std::move(*field));
  }

  for (const Field& field : model.fields)
    for (const Field* other = model.fields.data(); other != &field; ++other)
      if (other->column == field.column) return invalid({key, ": two fields have the column ", field.column, "."});

  if (const Json* relations = document.find("relations"))
    for (const Json::Member& member : relations->members()) {
      Result<Relation> relation = readRelation(key, std::string(member.name), member.value);
      if (!relation) return relation.error();
      model.relations.push_back(std::move(*relation));
    }
  return model;
}

Outcome checkRelations(const Schema& schema) {
  for (const Model& model : schema.models)
    for (const Relation& relation : model.relations) {
      const std::string where = model.key + "." + relation.name;
      const Model* target = schema.model(relation.target);
      if (!target) return invalid({where, " refers to ", relation.target, ", which the schema does not have."});
      const Model& owner = relation.kind == Relation::Kind::belongsTo ? model : *target;
      if (!owner.field(relation.foreignKey))
        return invalid({where, " goes by ", owner.key, ".", relation.foreignKey, ", which does not exist."});
    }
  return Nothing{};
}

/// The schema as one text that does not depend on the order of models or fields, for its hash.
std::string canonicalText(const Schema& schema) {
  std::string text;
  const auto add = [&text](Parts parts) {
    for (const std::string_view part : parts) text += part;
  };
  for (const Model& model : schema.models) {
    add({model.key, "\n", model.table, model.writable ? "\nw" : "\nr"});
    List<const Field*> fields;
    for (const Field& field : model.fields)
      fields.insert(std::upper_bound(fields.begin(), fields.end(), &field,
                                     [](const Field* a, const Field* b) { return a->name < b->name; }),
                    &field);
    for (const Field* field : fields) {
      add({"\n", field->name, " ", field->column, " ", fieldTypeText(field->type)});
      for (const bool flag : {field->optional, field->hasDefault, field->indexed, field->dateAsText})
        add({flag ? "1" : "0"});
      for (const std::string& value : field->enumValues) add({" ", std::to_string(value.size()), ":", value});
    }
    for (const Relation& relation : model.relations)
      add({"\n", relation.name, " ", std::to_string(static_cast<int>(relation.kind)), " ", relation.target, " ",
           relation.foreignKey});
    add({"\n"});
  }
  return text;
}

template <class Range, class Name>
std::string listOf(const Range& range, Name name) {
  std::string list;
  for (const auto& item : range) list += (list.empty() ? "" : ", ") + name(item);
  return list;
}

}  // namespace

std::string_view fieldTypeText(FieldType type) {
  switch (type) {
    case FieldType::string: return "string";
    case FieldType::number: return "number";
    case FieldType::boolean: return "boolean";
    case FieldType::date: return "date";
    case FieldType::enumeration: return "enum";
    case FieldType::json: return "json";
  }
  return "";
}

int Model::fieldIndex(std::string_view name) const {
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (fields[i].name == name) return static_cast<int>(i);
  return -1;
}

const Field* Model::field(std::string_view name) const {
  const int index = fieldIndex(name);
  return index < 0 ? nullptr : &fields[static_cast<std::size_t>(index)];
}

int Schema::modelIndex(std::string_view key) const {
  for (std::size_t i = 0; i < models.size(); ++i)
    if (models[i].key == key) return static_cast<int>(i);
  return -1;
}

const Model* Schema::model(std::string_view key) const {
  const int index = modelIndex(key);
  return index < 0 ? nullptr : &models[static_cast<std::size_t>(index)];
}

Result<Schema> parseSchema(std::string_view document) {
  const Result<Json> json = parseJson(document, kSchemaLimits);
  if (!json) return invalid(json.error().message);
  if (json->number("v") != 3) return invalid("Its version (v) is not 3.");
  const Json* models = json->find("models");
  if (!models || models->members().empty()) return invalid("It has no models.");

  Schema schema;
  for (const Json::Member& member : models->members()) {
    Result<Model> model = readModel(std::string(member.name), member.value);
    if (!model) return model.error();
    for (const Model& other : schema.models)
      if (other.table == model->table) return invalid({"Two models have the table ", model->table, "."});
    schema.models.insert(std::upper_bound(schema.models.begin(), schema.models.end(), *model,
                                          [](const Model& a, const Model& b) { return a.key < b.key; }),
                         std::move(*model));
  }
  if (const Outcome relations = checkRelations(schema); !relations) return relations.error();
  schema.hash = hashText(hashBytes(canonicalText(schema)));
  return schema;
}

Error unknownModel(const Schema& schema, std::string_view key) {
  return Error::of(ErrorCode::unknown_model,
                   {"There is no model '", std::string_view(key).substr(0, 64), "'; there are ",
                    listOf(schema.models, [](const Model& model) { return model.key; }), "."});
}

Error unknownField(const Model& model, std::string_view name) {
  return Error::of(ErrorCode::unknown_field,
                   {model.key, " has no field '", std::string_view(name).substr(0, 64), "'; it has ",
                    listOf(model.fields, [](const Field& field) { return field.name; }), "."});
}

}  // namespace ablo
