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

/// The function of that name, for an input. An observer of the database is told of `{call, input, answer}` when a commit
/// has been committed; and of a foreign transaction: `{foreign, model, id, op, data?}` as soon as a row is written, and
/// `{foreign, end}` at its end: true, it was committed. After a history come the entries of the log, `{entry}` each.
Database::Function functionOf(const std::string& name, const Json& input);

/// A transaction of somebody who does not know of us: rows are written one after the other, with time in between.
struct ForeignWrite {
  RowName row;
  Image image;          // null: deleted
  bool merges = false;  // an update: the image holds the fields that change
};
Database::Function foreignTransaction(std::vector<ForeignWrite> writes, double thinks);

/// What the log says of rows from its first entry on.
void foldEntry(const Json& entry, std::map<RowName, Json>& rows);

}  // namespace ablo::sim
