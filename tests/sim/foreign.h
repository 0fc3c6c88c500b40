// SPDX-License-Identifier: MIT
//
// A transaction of somebody who does not know of us: rows are written one after the other, with time in between.
#pragma once

#include <vector>

#include "database.h"

namespace ablo::sim {

struct ForeignWrite {
  RowName row;
  Image image;          // null: deleted
  bool merges = false;  // an update: the image holds the fields that change
};

/// An observer is told `{foreign, model, id, op, data?}` as soon as a row is written, and `{foreign, end}` at the end: true, it
/// was committed.
Database::Function foreignTransaction(std::vector<ForeignWrite> writes, double thinks);

}  // namespace ablo::sim
