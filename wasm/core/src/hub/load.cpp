// SPDX-License-Identifier: MIT
#include "hub/load.h"

#include <utility>

#include "query/query.h"

namespace ablo::hub {

namespace {

constexpr std::size_t kSmall = 64 * 1024;  // bytes of rows that stay JSON, and readable
constexpr int kSlice = 1024;               // rows

RawObject readAnswer(std::string_view bytes) {
  std::optional<RawObject> answer = RawObject::read(bytes);
  return answer ? std::move(*answer) : RawObject();
}

std::string_view largeOnly(std::string_view models) { return models.size() < kSmall ? std::string_view() : models; }

}  // namespace

Load::Load(std::string_view answer)
    : bytes_(answer), answer_(readAnswer(bytes_)), rows_(largeOnly(answer_.find("models"))) {}

bool Load::work(const Schema& schema) {
  for (int row = 0; row < kSlice; ++row) {
    if (readRow(schema)) continue;
    if (!blocks_.empty()) keep(answer_);
    return true;
  }
  return false;
}

/// All but the rows, which are in blocks.
void Load::keep(const RawObject& top) {
  ObjectText text;
  for (const std::string_view name : {"seq", "epoch", "claims"}) text.raw(name, top.find(name));
  bytes_ = text.take();
  answer_ = readAnswer(bytes_);
  rows_ = RawWalk({});
}

std::size_t Load::bytes() const {
  std::size_t bytes = bytes_.size();
  for (const std::string& block : blocks_) bytes += block.size();
  return bytes;
}

/// False: there are no more.
bool Load::readRow(const Schema& schema) {
  while (std::exchange(between_, false) || rows_.skip(']')) {
    endBlock();
    std::string_view key;
    if (!rows_.skip('{') && !rows_.skip(',')) return false;
    if (!rows_.string(key) || !rows_.skip(':') || !rows_.skip('[')) return false;
    model_ = schema.modelIndex(key);
  }
  rows_.skip(',');
  std::string_view row;
  if (!rows_.value(row)) return false;
  if (model_ >= 0) add(schema, row);
  return true;
}

/// A row without an id, a foreign writer's doing, is left out.
void Load::add(const Schema& schema, std::string_view text) {
  const std::optional<RawObject> raw = RawObject::read(text);
  if (!raw) return;
  const Model& model = schema.models[static_cast<std::size_t>(model_)];
  Row row(model.fields.size());
  for (std::size_t field = 0; field < row.size(); ++field)
    if (const std::string_view value = raw->find(model.fields[field].name); !value.empty())
      row[field] = storedValueOf(model.fields[field], value);
  if (row[0].isNull()) return;
  if (block_ && block_->rows() == kBlockRows) endBlock();
  if (!block_) block_.emplace(schema, model_);
  block_->add(cellsOf(row));
}

void Load::endBlock() {
  if (block_) blocks_.push_back(block_->finish());
  block_.reset();
}

}  // namespace ablo::hub
