// SPDX-License-Identifier: MIT
//
// A row as four words a field: tag, length, and eight bytes that are a double, an interned number or a pointer.
#pragma once

#include <cstring>
#include <vector>

#include "ablo/client.h"
#include "packed.h"

namespace ablo::boundary {

enum class Tag : uint32_t { absent = 0, no, yes, number, date, interned, text, json };

class PackedRow {
 public:
  const uint32_t* pack(Client& client, const Model& model, const std::vector<Value>& row) {
    words_.assign(row.size() * 4, 0);
    for (std::size_t i = 0; i < row.size(); ++i) packField(client, model.fields[i], row[i], &words_[i * 4]);
    return words_.data();
  }

 private:
  static void packField(Client& client, const Field& field, const Value& value, uint32_t* words) {
    const auto tag = [&](Tag tag) { words[0] = static_cast<uint32_t>(tag); };
    switch (value.kind) {
      case Value::Kind::null: tag(Tag::absent); break;
      case Value::Kind::boolean: tag(value.number != 0 ? Tag::yes : Tag::no); break;
      case Value::Kind::number:
      case Value::Kind::date:
        tag(value.kind == Value::Kind::number ? Tag::number : Tag::date);
        std::memcpy(words + 2, &value.number, sizeof value.number);
        break;
      case Value::Kind::text:
      case Value::Kind::json:
        // Ids and enums come again and again; free text seldom does, and the table of strings never shrinks.
        if (field.type == FieldType::enumeration || field.name == "id") {
          tag(Tag::interned);
          words[2] = client.intern(value.text);
          break;
        }
        tag(value.kind == Value::Kind::text ? Tag::text : Tag::json);
        words[1] = static_cast<uint32_t>(value.text.size());
        words[2] = address(value.text.data());
        break;
    }
  }

  std::vector<uint32_t> words_;
};

}  // namespace ablo::boundary
