// SPDX-License-Identifier: MIT
//
// The functions of the database (docs/internals/database.md), a statement at a time as in server/src/postgres/sql. What
// is decided, in which statement and under which lock is the same; what it is decided about is a little world:
//
//   accounts  balance >= 0, or the write is refused by a constraint
//   tasks     deleting one deletes its notes, by the database
//   notes     of a task
#pragma once

#include "database.h"

namespace ablo::sim {

inline constexpr const char* kSchema = R"({"v":3,"models":{
  "accounts":{"fields":{"balance":{"type":"number"},"memo":{"type":"string","isOptional":true}}},
  "tasks":{"fields":{"title":{"type":"string"},"status":{"type":"enum","enumValues":["todo","doing","done"]},
    "points":{"type":"number","isOptional":true}}},
  "notes":{"fields":{"text":{"type":"string"},"taskId":{"type":"string","isOptional":true}},
    "relations":{"task":{"type":"belongsTo","target":"tasks","foreignKey":"taskId"}}}}})";

/// Of somebody who has other plans.
inline constexpr const char* kOtherSchema = R"({"v":3,"models":{"tasks":{"fields":{"title":{"type":"string"}}}}})";

/// The function of that name, for an input. An observer of the database is told `{call, input, answer}` of each commit that was
/// committed.
Database::Function functionOf(const std::string& name, const Json& input);

}  // namespace ablo::sim
