// SPDX-License-Identifier: MIT
#include "store/store.h"

#include <algorithm>
#include <utility>

#include "ablo/client.h"
#include "base/hash.h"

namespace ablo {

namespace {

Row rowOf(const Block& block, uint32_t row) {
  Row values;
  for (std::size_t field = 0; field < block.columns.size(); ++field) values.push_back(block.cell(field, row).value());
  return values;
}

}  // namespace

void Store::define(Schema schema) {
  schema_ = std::move(schema);
  tables_.reserve(schema_.models.size());
  for (const Model& model : schema_.models) tables_.emplace_back(model, strings_);
}

Row Store::read(int model, const Json& json) const {
  const Model& fields = description(model);
  Row row(fields.fields.size());
  for (std::size_t i = 0; i < row.size(); ++i)
    if (const Json* value = json.find(fields.fields[i].name)) row[i] = storedValue(fields.fields[i], *value);
  return row;
}

bool Store::wanted(int model, const std::string& id, const Row& row) const {
  if (holdsAll_ || remembers_ || table(model).find(id) != Table::kNone) return true;
  return kept_.match(model, description(model), row);
}

void Store::replaceAll(const Json& models, std::span<const Block> blocks, std::span<std::string> bytes) {
  makeRoom(blocks);
  for (int model = 0; model < static_cast<int>(tables_.size()); ++model) {
    const bool adopts = isEmpty(model);
    NumberIndex here;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      if (blocks[i].model != model) continue;
      const Block block = std::move(*readBlock(schema_, bytes[i]));
      if (adopts) adopt(block);
      for (uint32_t row = 0; row < block.rows && !adopts; ++row) {
        const uint32_t slot = table(model).open(block.id(row));
        here[slot] = 1;
        confirm(model, slot, rowOf(block, row));
      }
      std::string().swap(bytes[i]);
    }
    if (const Json* rows = models.find(description(model).key))
      for (const Json& json : rows->items()) {
        const uint32_t slot = table(model).open(json.text("id"));
        here[slot] = 1;
        confirm(model, slot, read(model, json));
      }
    for (uint32_t slot = 0; slot < table(model).size() && !adopts; ++slot)
      if (table(model).used(slot) && here.find(slot) == 0) confirm(model, slot, std::nullopt);
  }
  said_.clear();
}

/// Room for the ids of what is about to be adopted, taken at once.
void Store::makeRoom(std::span<const Block> blocks) {
  uint32_t rows = 0;
  for (const Block& block : blocks) rows += block.rows;
  strings_.reserve(rows);
}

bool Store::isEmpty(int model) const {
  for (uint32_t slot = 0; slot < table(model).size(); ++slot)
    if (table(model).used(slot) && table(model).base(slot)) return false;
  return true;
}

void Store::adopt(const Block& block) {
  Table& table = this->table(block.model);
  for (const uint32_t row : table.adopt(block, ++version_))
    confirm(block.model, table.open(block.id(row)), rowOf(block, row));
  queries_.lookAgain(block.model);
  table.tellAll();
}

void Store::apply(int model, const std::string& id, const Json* json, double seq) {
  if (remembers_) said_[{model, id}] = seq;
  if (!json) {
    if (const uint32_t slot = table(model).find(id); slot != Table::kNone) confirm(model, slot, std::nullopt);
    return;
  }
  Row row = read(model, *json);
  if (wanted(model, id, row)) confirm(model, table(model).open(id), std::move(row));
}

void Store::hydrate(int model, std::span<const Json> rows, double seq) {
  for (const Json& json : rows) {
    const std::string id(json.text("id"));
    if (const auto said = said_.find({model, id}); said != said_.end() && said->second > seq) continue;
    confirm(model, table(model).open(id), read(model, json));
  }
}

void Store::remember(bool remember) {
  remembers_ = remember;
  if (!remember) said_.clear();
}

PendingCommit& Store::add(PendingCommit commit, const Author& who) {
  PendingCommit& added = pending_.add(std::move(commit));
  for (const Operation& operation : added.operations) {
    const uint32_t slot = table(operation.model).open(operation.id);
    table(operation.model).touch(slot, added, operation);
    std::optional<Row> view = table(operation.model).view(slot);
    fold(description(operation.model), operation, who, view);
    show(operation.model, slot, view);
  }
  return added;
}

void Store::drop(const std::string& key) {
  for (const Operation& operation : pending_.find(key)->operations) {
    Table& table = this->table(operation.model);
    const uint32_t slot = table.open(operation.id);
    std::optional<Row> base = table.base(slot);
    table.untouch(slot, operation);
    refold(operation.model, slot, std::move(base));
  }
  pending_.remove(key);
}

std::span<const Table::Touch> Store::touches(int model, std::string_view id) const {
  const uint32_t slot = table(model).find(id);
  return slot == Table::kNone ? std::span<const Table::Touch>() : table(model).touches(slot);
}

std::optional<Row> Store::base(int model, std::string_view id) const {
  const uint32_t slot = table(model).find(id);
  return slot == Table::kNone ? std::nullopt : table(model).base(slot);
}

bool Store::held(int model, std::string_view id) const {
  const uint32_t slot = table(model).find(id);
  return slot != Table::kNone && table(model).held(slot);
}

void Store::setAuthor(std::string organization, std::string actor) {
  if (organization == organization_ && actor == actor_) return;
  organization_ = std::move(organization), actor_ = std::move(actor);
  for (const PendingCommit* commit : pending_.commits())
    for (const Operation& operation : commit->operations) {
      const uint32_t slot = table(operation.model).find(operation.id);
      refold(operation.model, slot, table(operation.model).base(slot));
    }
}

/// What is confirmed of a row is now this.
void Store::confirm(int model, uint32_t slot, std::optional<Row> base) {
  if (table(model).touched(slot)) table(model).setBase(slot, base);
  table(model).baseChanged(slot);
  table(model).hold(slot, false);
  refold(model, slot, std::move(base));
}

void Store::refold(int model, uint32_t slot, std::optional<Row> view) {
  for (const auto& [commit, operation] : table(model).touches(slot))
    fold(description(model), *operation, author(*commit), view);
  show(model, slot, view);
  table(model).leave(slot);
}

void Store::show(int model, uint32_t slot, const std::optional<Row>& view) {
  Table& table = this->table(model);
  if (table.shows(slot, view)) return;
  if (table.shown(slot)) queries_.leave(model, slot);
  table.show(slot, view, ++version_);
  if (view) queries_.enter(model, slot);
  if (table.tell(slot)) changed_.emplace_back(model, slot);
}

int Store::slot(int model, std::string_view id) const {
  if (model < 0 || model >= static_cast<int>(tables_.size())) return -1;
  const uint32_t slot = table(model).find(id);
  return slot != Table::kNone && table(model).shown(slot) ? static_cast<int>(slot) : -1;
}

uint32_t Store::version(int model, uint32_t slot) const {
  return model >= 0 && model < static_cast<int>(tables_.size()) ? table(model).version(slot) : 0;
}

bool Store::shows(int model, uint32_t slot) const {
  return model >= 0 && model < static_cast<int>(tables_.size()) && table(model).shown(slot);
}

uint32_t Store::symbol(int model, uint32_t slot, std::size_t field) const {
  const Column& column = table(model).column(field);
  return column.kind() == ColumnKind::symbol ? column.symbol(slot) : Strings::kNone;
}

std::optional<Row> Store::row(int model, uint32_t slot) const {
  return shows(model, slot) ? table(model).view(slot) : std::nullopt;
}

std::size_t Store::bytes() const {
  std::size_t bytes = strings_.bytes();
  for (const Table& table : tables_) bytes += table.bytes();
  return bytes;
}

StoreImage Store::save() {
  StoreImage image;
  for (std::size_t model = 0; model < tables_.size(); ++model) {
    Json chunks = Json::array();
    for (uint32_t chunk = 0; chunk < tables_[model].chunks(); ++chunk) {
      Table::Saved& saved = tables_[model].saved()[chunk];
      if (std::exchange(saved.dirty, false)) {
        BlockWriter writer(schema_, static_cast<int>(model));
        tables_[model].write(chunk, writer);
        Client::ImagePart part{static_cast<int>(model), chunk, writer.rows() == 0 ? std::string() : writer.finish()};
        saved.checksum = part.bytes.empty() ? 0 : blockChecksum(part.bytes);
        image.parts.push_back(std::move(part));
      }
      chunks.push(saved.checksum == 0 ? Json() : Json(hashText(saved.checksum)));
    }
    image.models.set(schema_.models[model].key, std::move(chunks));
  }
  return image;
}

Outcome Store::restore(const Json& models, std::span<const Block> blocks) {
  Map<std::string, const Block*> byChecksum;
  for (const Block& block : blocks) byChecksum[hashText(block.checksum)] = &block;
  List<List<const Block*>> found(tables_.size());
  for (int model = 0; model < static_cast<int>(tables_.size()); ++model) {
    const Json* chunks = models.find(description(model).key);
    if (!chunks || !chunks->isArray() || !isEmpty(model))
      return Error::of(ErrorCode::image_damaged, "A model is missing.");
    for (const Json& chunk : chunks->items()) {
      const auto block = byChecksum.find(chunk.asString());
      if (!chunk.isNull() && (block == byChecksum.end() || block->second->model != model))
        return Error::of(ErrorCode::image_damaged, "A part of it is missing.");
      found[static_cast<std::size_t>(model)].push_back(chunk.isNull() ? nullptr : block->second);
    }
  }
  makeRoom(blocks);
  for (std::size_t model = 0; model < tables_.size(); ++model)
    for (const Block* block : found[model]) {
      if (!block) {
        tables_[model].skipChunk();
        continue;
      }
      adopt(*block);
      tables_[model].saved().back() = {block->checksum, false};
    }
  return Nothing{};
}

void Store::drain(Frame& frame) {
  for (const auto& [model, slot] : changed_) {
    Table& table = this->table(model);
    table.told(slot);
    frame.word(static_cast<uint32_t>(Client::Record::row)).word(static_cast<uint32_t>(model)).word(slot);
    frame.word(table.version(slot)).word(table.id(slot));
  }
  changed_.clear();
  for (std::size_t model = 0; model < tables_.size(); ++model)
    if (tables_[model].toldAll())
      frame.word(static_cast<uint32_t>(Client::Record::model)).word(static_cast<uint32_t>(model));
  for (const LiveQueries::Changed& changed : queries_.settle())
    frame.word(static_cast<uint32_t>(Client::Record::query)).word(changed.query).word(changed.version);
  for (Table& table : tables_) table.endQuarantine();
  for (const uint32_t number : strings_.endQuarantine())
    frame.word(static_cast<uint32_t>(Client::Record::forget)).word(number);
}

}  // namespace ablo
