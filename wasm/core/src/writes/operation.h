// SPDX-License-Identifier: MIT
//
// Operation: one change to one row, as somebody wants it. Client and hub check it with the same words.
#pragma once

#include <string>
#include <utility>

#include "ablo/json.h"
#include "ablo/list.h"
#include "ablo/schema.h"
#include "ablo/value.h"

namespace ablo {

inline constexpr std::size_t kMostOperations = 500;  // in one commit
inline constexpr std::size_t kLongestId = 255;       // bytes

struct Operation {
  enum class Kind : uint8_t { create, update, remove, archive, unarchive };
  Kind kind = Kind::update;
  int model = 0;
  std::string id;
  List<std::pair<int, Value>> data;  // field and value, for create and update
};

std::string_view operationText(Operation::Kind kind);  // "create", "update", "delete", "archive", "unarchive"

/// `{op, model, id, data?}`, or the named reason why it cannot be: unknown_model, unknown_field, wrong_type, invalid_id,
/// model_required_field_missing, permission_denied (the model is read-only), invalid_request. Base fields may be given and
/// are left to the database.
Result<Operation> readOperation(const Schema& schema, const Json& json);

/// `operations` of a commit: 1 to 500 of them.
Result<List<Operation>> readOperations(const Schema& schema, const Json* json);

Json writeOperation(const Schema& schema, const Operation& operation);

}  // namespace ablo
