// SPDX-License-Identifier: MIT
#include "codec/block.h"

#include <cstring>

#include "codec/block_head.h"

namespace ablo {

namespace {

Error damaged(std::string_view what) { return Error::of(ErrorCode::block_damaged, what); }

/// Takes piece after piece of the bytes; from the first that is not there on, `failed`.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  bool failed() const { return failed_; }
  bool atEnd() const { return !failed_ && bytes_.empty(); }

  const char* take(std::size_t size) {
    const std::size_t whole = padded(size);
    if (failed_ || whole < size || whole > bytes_.size()) {
      failed_ = true;
      return nullptr;
    }
    const char* at = bytes_.data();
    bytes_.remove_prefix(whole);
    return at;
  }
  uint64_t number() {
    uint64_t number = 0;
    if (const char* at = take(sizeof number)) std::memcpy(&number, at, sizeof number);
    return number;
  }
  std::string_view text(std::size_t size) {
    const char* at = take(size);
    return at ? std::string_view(at, size) : std::string_view();
  }

 private:
  std::string_view bytes_;
  bool failed_ = false;
};

uint32_t wordAt(const char* words, std::size_t index) {
  uint32_t word;
  std::memcpy(&word, words + index * sizeof word, sizeof word);
  return word;
}

/// Texts that lie one after the other. False: their lengths are not those of the bytes.
bool readTexts(Reader& reader, std::size_t count, List<std::string_view>& texts) {
  const char* lengths = reader.take(count * sizeof(uint32_t));
  const uint64_t size = reader.number();
  if (size > UINT32_MAX) return false;
  std::string_view bytes = reader.text(static_cast<std::size_t>(size));
  if (reader.failed()) return false;
  texts.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const uint32_t length = wordAt(lengths, i);
    if (length > bytes.size()) return false;
    texts.push_back(bytes.substr(0, length));
    bytes.remove_prefix(length);
  }
  return bytes.empty();
}

bool readColumn(Reader& reader, uint32_t rows, Block::Column& column) {
  column.present = reader.take(bitBytes(rows));
  if (reader.failed()) return false;
  for (uint32_t row = rows; row < bitBytes(rows) * 8; ++row)
    if (column.has(row)) return false;
  switch (column.kind) {
    case ColumnKind::flag: column.cells = reader.take(bitBytes(rows)); return !reader.failed();
    case ColumnKind::number: column.cells = reader.take(rows * sizeof(double)); return !reader.failed();
    case ColumnKind::text: return readTexts(reader, rows, column.texts);
    case ColumnKind::symbol: break;
  }
  const uint64_t count = reader.number();
  if (count > rows || !readTexts(reader, static_cast<std::size_t>(count), column.texts)) return false;
  column.cells = reader.take(rows * sizeof(uint32_t));
  if (reader.failed()) return false;
  for (uint32_t row = 0; row < rows; ++row)
    if (column.has(row) && wordAt(column.cells, row) >= count) return false;
  return true;
}

}  // namespace

bool isBlock(std::string_view bytes) {
  return bytes.size() >= sizeof(BlockHead) && wordAt(bytes.data(), 0) == kBlockMagic;
}

uint64_t blockChecksum(std::string_view bytes) {
  BlockHead head;
  std::memcpy(&head, bytes.data(), sizeof head);
  return head.checksum;
}

Cell Block::cell(std::size_t field, uint32_t row) const {
  const Column& column = columns[field];
  if (!column.has(row)) return {};
  switch (column.kind) {
    case ColumnKind::flag:
      return {column.type, (static_cast<unsigned char>(column.cells[row / 8]) >> (row % 8) & 1) ? 1.0 : 0.0};
    case ColumnKind::number: {
      double number;
      std::memcpy(&number, column.cells + row * sizeof number, sizeof number);
      return {column.type, number};
    }
    case ColumnKind::symbol: return {column.type, column.texts[wordAt(column.cells, row)]};
    case ColumnKind::text: return {column.type, column.texts[row]};
  }
  return {};
}

Result<Block> readBlock(const Schema& schema, std::string_view bytes) {
  BlockHead head;
  if (!isBlock(bytes)) return damaged("It does not begin as a block does.");
  std::memcpy(&head, bytes.data(), sizeof head);
  const std::string_view body = bytes.substr(sizeof head);
  if (head.version != kBlockVersion) return damaged("Its version is not known here.");
  if (head.size != bytes.size()) return damaged("It is not whole.");
  if (head.checksum != checksumOf(head, body)) return damaged("Its checksum is wrong.");
  if (head.schema != hashNumber(schema.hash)) return Error::of(ErrorCode::schema_mismatch);
  if (head.model >= schema.models.size()) return damaged("There is no such model.");
  if (head.rows == 0 || head.rows > kBlockRows) return damaged("It has no rows, or too many.");

  const Model& model = schema.models[head.model];
  Block block;
  block.model = static_cast<int>(head.model);
  block.rows = head.rows;
  block.checksum = head.checksum;
  Reader reader(body);
  for (std::size_t field = 0; field < model.fields.size(); ++field) {
    Block::Column& column = block.columns.emplace_back();
    column.kind = kindIn(model, field);
    column.type = valueKind(model.fields[field]);
    if (!readColumn(reader, head.rows, column))
      return damaged("Its column " + model.fields[field].name + " cannot be read.");
  }
  if (!reader.atEnd()) return damaged("There is more than its columns.");
  for (uint32_t row = 0; row < block.rows; ++row)
    if (!block.columns[0].has(row)) return damaged("A row has no id.");
  return block;
}

}  // namespace ablo
