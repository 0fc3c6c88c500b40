// SPDX-License-Identifier: MIT
//
// How the values of a field are kept in bulk: in a column of the store and in a block of bytes.
#pragma once

#include "ablo/schema.h"
#include "ablo/value.h"

namespace ablo {

enum class ColumnKind : uint8_t {
  flag,    // booleans
  number,  // numbers and dates
  symbol,  // text that comes again and again, or is looked up: ids, enums, references, what the schema calls indexed
  text     // any other text, and json
};

/// What a value of the field is when it is present.
Value::Kind valueKind(const Field& field);
ColumnKind columnKind(const Model& model, const Field& field);

}  // namespace ablo
