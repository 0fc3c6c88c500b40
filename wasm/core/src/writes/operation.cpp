// SPDX-License-Identifier: MIT
#include "writes/operation.h"

#include <array>

#include "codec/raw_json.h"

namespace ablo {

namespace {

constexpr std::array<std::string_view, 5> kNames{"create", "update", "delete", "archive", "unarchive"};

Result<Operation::Kind> readKind(std::string_view text) {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == text) return static_cast<Operation::Kind>(i);
  return Error::of(ErrorCode::invalid_request, {"'", std::string_view(text).substr(0, 32),
                                                "' is no operation: create, update, delete, archive, unarchive."});
}

Outcome readData(const Model& model, const Json* json, Operation& operation) {
  if (!json || !json->isObject())
    return Error::of(ErrorCode::wrong_type, "The data of a row is an object of its fields.");
  for (const Json::Member& member : json->members()) {
    const int index = model.fieldIndex(member.name);
    if (index < 0) return unknownField(model, member.name);
    const Field& field = model.fields[static_cast<std::size_t>(index)];
    if (field.base) continue;
    Result<Value> value = readValue(model, field, member.value);
    if (!value) return value.error();
    operation.data.emplace_back(index, std::move(*value));
  }
  return Nothing{};
}

Outcome checkRequired(const Model& model, const Operation& operation) {
  for (std::size_t i = 0; i < model.fields.size(); ++i) {
    const Field& field = model.fields[i];
    if (field.base || field.optional || field.hasDefault) continue;
    bool given = false;
    for (const auto& [index, value] : operation.data) given |= index == static_cast<int>(i);
    if (!given) {
      Error error = Error::of(ErrorCode::model_required_field_missing, {model.key, ".", field.name, " is required."});
      error.details = ObjectText().member("param", field.name).take();
      return error;
    }
  }
  return Nothing{};
}

}  // namespace

std::string_view operationText(Operation::Kind kind) { return kNames[static_cast<std::size_t>(kind)]; }

Result<Operation> readOperation(const Schema& schema, const Json& json) {
  Operation operation;
  const Result<Operation::Kind> kind = readKind(json.text("op"));
  if (!kind) return kind.error();
  operation.kind = *kind;
  operation.model = schema.modelIndex(json.text("model"));
  if (operation.model < 0) return unknownModel(schema, json.text("model"));
  const Model& model = schema.models[static_cast<std::size_t>(operation.model)];
  if (!model.writable) return Error::of(ErrorCode::permission_denied, {model.key, " is read-only."});
  operation.id = json.text("id");
  if (operation.id.empty() || operation.id.size() > kLongestId) return Error::of(ErrorCode::invalid_id);

  if (operation.kind == Operation::Kind::create || operation.kind == Operation::Kind::update)
    if (const Outcome data = readData(model, json.find("data"), operation); !data) return data.error();
  if (operation.kind == Operation::Kind::create)
    if (const Outcome required = checkRequired(model, operation); !required) return required.error();
  return operation;
}

Result<List<Operation>> readOperations(const Schema& schema, const Json* json) {
  if (!json || !json->isArray() || json->items().empty()) return Error::of(ErrorCode::commit_operation_required);
  if (json->items().size() > kMostOperations) return Error::of(ErrorCode::commit_too_many_operations);
  List<Operation> operations;
  for (const Json& item : json->items()) {
    Result<Operation> operation = readOperation(schema, item);
    if (!operation) return operation.error();
    operations.push_back(std::move(*operation));
  }
  return operations;
}

Json writeOperation(const Schema& schema, const Operation& operation) {
  const Model& model = schema.models[static_cast<std::size_t>(operation.model)];
  Json json = Json::object();
  json.set("op", operationText(operation.kind)).set("model", model.key).set("id", operation.id);
  if (operation.kind != Operation::Kind::create && operation.kind != Operation::Kind::update) return json;
  Json data = Json::object();
  for (const auto& [field, value] : operation.data)
    data.set(model.fields[static_cast<std::size_t>(field)].name, writeValue(value));
  return json.set("data", std::move(data));
}

}  // namespace ablo
