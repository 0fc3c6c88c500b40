// SPDX-License-Identifier: MIT
//
// A row as four words a field: tag, length, and eight bytes that are a double, an interned number or a pointer.
#pragma once

#include <cstring>

#include "ablo/client.h"
#include "ablo/list.h"
#include "packed.h"

namespace ablo::boundary {

enum class Tag : uint32_t { absent = 0, no, yes, number, date, interned, text, json };

class PackedRow {
 public:
  const uint32_t* pack(const Client& client, int model, uint32_t slot) {
    const std::size_t fields = client.schema().models[static_cast<std::size_t>(model)].fields.size();
    words_.resize(fields * 4);
    for (std::size_t field = 0; field < fields; ++field)
      packCell(client.cell(model, slot, field), client.symbol(model, slot, field), &words_[field * 4]);
    return words_.data();
  }

 private:
  static void packCell(const Cell& cell, uint32_t symbol, uint32_t* words) {
    const auto tag = [&](Tag tag) { words[0] = static_cast<uint32_t>(tag); };
    switch (cell.kind) {
      case Value::Kind::null: tag(Tag::absent); break;
      case Value::Kind::boolean: tag(cell.number != 0 ? Tag::yes : Tag::no); break;
      case Value::Kind::number:
      case Value::Kind::date:
        tag(cell.kind == Value::Kind::number ? Tag::number : Tag::date);
        std::memcpy(words + 2, &cell.number, sizeof cell.number);
        break;
      case Value::Kind::text:
      case Value::Kind::json:
        if (symbol != Client::kNoString) {
          tag(Tag::interned);
          words[2] = symbol;
          break;
        }
        tag(cell.kind == Value::Kind::text ? Tag::text : Tag::json);
        words[1] = static_cast<uint32_t>(cell.text.size());
        words[2] = address(cell.text.data());
        break;
    }
  }

  List<uint32_t> words_;
};

}  // namespace ablo::boundary
