// SPDX-License-Identifier: MIT
//
// What the database does by itself: a cascade, and the trigger that captures what changed behind the log's back
// (server/src/postgres/sql/capture.sql).
#pragma once

#include <string>

#include "entry.h"

namespace ablo::sim {

/// A task is deleted: its notes go, too, and the trigger sees them. `cause` is the commit that did it, or null.
Task<Wait> cascade(Database& db, Backend who, std::string task, double patience, Json cause);

/// At the end of a transaction: appends what was captured.
Task<Wait> logCaptured(Database& db, Backend who, double patience);

}  // namespace ablo::sim
