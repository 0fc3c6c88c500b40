// SPDX-License-Identifier: MIT
//
// The schema most tests speak of: the seeds' tasks, and a model with every type of field.
#pragma once

namespace ablo::test {

inline constexpr const char* kTasks = R"({"v":3,"models":{
  "tasks":{"fields":{
    "id":{"type":"string"},"title":{"type":"string"},"status":{"type":"enum","enumValues":["todo","doing","done"],"isIndexed":true},
    "updatedAt":{"type":"string"}}},
  "notes":{"fields":{
    "text":{"type":"string"},"taskId":{"type":"string","isOptional":true},"stars":{"type":"number","isOptional":true},
    "pinned":{"type":"boolean","isOptional":true},"due":{"type":"date","isOptional":true},"extra":{"type":"json","isOptional":true}},
    "relations":{"task":{"type":"belongsTo","target":"tasks","foreignKey":"taskId"}}}}})";

}  // namespace ablo::test
