// SPDX-License-Identifier: MIT
#include "hub/load.h"

#include <utility>

#include "query/query.h"

namespace ablo::hub {

namespace {

constexpr std::size_t kSmall = 64 * 1024;  // bytes of rows that stay JSON, and readable
constexpr int kSlice = 1024;               // rows

}  // namespace

Load::Load(std::string_view answer) : bytes_(answer), answer_(readTop()) {}

/// All of it, but many rows: they come last, and are read when it is their turn.
RawObject Load::readTop() {
  RawWalk walk(bytes_);
  RawObject top;
  RawObject::Member member;
  for (bool more = walk.skip('{'); more; more = walk.skip(',')) {
    if (!walk.string(member.name) || !walk.skip(':')) return {};
    if (member.name == "models" && walk.rest().size() > kSmall) {
      rows_ = walk;
      return top;
    }
    if (!walk.value(member.value)) return {};
    top.add(member);
  }
  return walk.skip('}') ? top : RawObject();
}

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
  answer_ = readTop();
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
