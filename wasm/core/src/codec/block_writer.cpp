// SPDX-License-Identifier: MIT
#include "codec/block.h"
#include "codec/block_head.h"

namespace ablo {

namespace {

void append(std::string& bytes, const void* data, std::size_t size) {
  bytes.append(static_cast<const char*>(data), size);
  bytes.resize(padded(bytes.size()));
}

}  // namespace

BlockWriter::BlockWriter(const Schema& schema, int model) : schema_(schema), model_(model) {
  const Model& description = schema.models[static_cast<std::size_t>(model)];
  columns_.resize(description.fields.size());
  for (std::size_t field = 0; field < columns_.size(); ++field) columns_[field].kind = kindIn(description, field);
}

void BlockWriter::add(Column& column, const Cell& cell) {
  if (rows_ % 64 == 0) {
    column.present.push_back(0);
    if (column.kind == ColumnKind::flag) column.cells.append(8, '\0');
  }
  if (!cell.isNull()) column.present.back() |= uint64_t{1} << (rows_ % 64);
  switch (column.kind) {
    case ColumnKind::flag:
      if (cell.number != 0) column.cells[rows_ / 8] = static_cast<char>(column.cells[rows_ / 8] | 1 << (rows_ % 8));
      break;
    case ColumnKind::number:
      column.cells.append(reinterpret_cast<const char*>(&cell.number), sizeof cell.number);
      break;
    case ColumnKind::symbol: {
      uint32_t number = 0;
      if (!cell.isNull()) {
        uint32_t& known = column.known[cell.text];  // from 1
        if (known == 0) {
          known = static_cast<uint32_t>(column.known.size());
          column.lengths.push_back(static_cast<uint32_t>(cell.text.size()));
          column.texts += cell.text;
        }
        number = known - 1;
      }
      column.cells.append(reinterpret_cast<const char*>(&number), sizeof number);
      break;
    }
    case ColumnKind::text:
      column.lengths.push_back(static_cast<uint32_t>(cell.text.size()));
      column.texts += cell.text;
      break;
  }
}

std::string BlockWriter::finish() const {
  std::string body;
  for (const Column& column : columns_) {
    append(body, column.present.data(), column.present.size() * 8);
    const bool hasTexts = column.kind == ColumnKind::symbol || column.kind == ColumnKind::text;
    const uint64_t count = column.lengths.size(), size = column.texts.size();
    if (column.kind == ColumnKind::symbol) append(body, &count, sizeof count);
    if (hasTexts) {
      append(body, column.lengths.data(), column.lengths.size() * sizeof(uint32_t));
      append(body, &size, sizeof size);
      append(body, column.texts.data(), column.texts.size());
    }
    if (column.kind != ColumnKind::text) append(body, column.cells.data(), column.cells.size());
  }
  BlockHead head;
  head.schema = hashNumber(schema_.hash);
  head.model = static_cast<uint32_t>(model_);
  head.rows = rows_;
  head.size = sizeof head + body.size();
  head.checksum = checksumOf(head, body);
  std::string bytes(reinterpret_cast<const char*>(&head), sizeof head);
  return bytes += body;
}

}  // namespace ablo
