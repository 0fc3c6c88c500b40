// SPDX-License-Identifier: MIT
#include "store/store.h"

#include <algorithm>

#include "ablo/client.h"

namespace ablo {

void Store::define(Schema schema) {
  schema_ = std::move(schema);
  tables_.resize(schema_.models.size());
}

Row Store::read(int model, const Json& json) const {
  const Model& fields = description(model);
  Row row(fields.fields.size());
  for (std::size_t i = 0; i < row.size(); ++i)
    if (const Json* value = json.find(fields.fields[i].name)) row[i] = storedValue(fields.fields[i], *value);
  return row;
}

bool Store::wanted(int model, const std::string& id, const Row& row) const {
  if (holdsAll_ || remembers_) return true;
  if (const int slot = table(model).find(id); slot >= 0) return true;
  return kept_.match(model, description(model), row);
}

void Store::replaceAll(const Json& models, double seq) {
  for (std::size_t model = 0; model < tables_.size(); ++model) {
    std::set<std::string> here;
    if (const Json* rows = models.find(schema_.models[model].key))
      for (const Json& json : rows->items()) {
        const std::string id(json.text("id"));
        const uint32_t slot = tables_[model].open(id);
        tables_[model].at(slot).base = read(static_cast<int>(model), json);
        tables_[model].at(slot).seq = seq;
        here.insert(id);
      }
    for (uint32_t slot = 0; slot < tables_[model].size(); ++slot) {
      Table::Slot& row = tables_[model].at(slot);
      if (!row.used) continue;
      if (!here.count(row.id)) row.base.reset();
      refold(static_cast<int>(model), slot);
    }
  }
  deletions_.clear();
}

void Store::apply(int model, const std::string& id, const Json* json, double seq) {
  if (!json) {
    if (remembers_) deletions_[{model, id}] = seq;
    const int slot = table(model).find(id);
    if (slot < 0) return;
    Table::Slot& row = table(model).at(static_cast<uint32_t>(slot));
    row.base.reset();
    row.seq = seq;
    refold(model, static_cast<uint32_t>(slot));
    return;
  }
  Row row = read(model, *json);
  if (!wanted(model, id, row)) return;
  const uint32_t slot = table(model).open(id);
  Table::Slot& held = table(model).at(slot);
  if (held.seq >= seq) return;
  held.base = std::move(row);
  held.seq = seq;
  refold(model, slot);
}

void Store::hydrate(int model, const std::vector<Json>& rows, double seq) {
  for (const Json& json : rows) {
    const std::string id(json.text("id"));
    if (const auto deleted = deletions_.find({model, id}); deleted != deletions_.end() && deleted->second > seq)
      continue;
    const uint32_t slot = table(model).open(id);
    Table::Slot& held = table(model).at(slot);
    if (held.base && held.seq >= seq) continue;
    held.base = read(model, json);
    held.seq = seq;
    refold(model, slot);
  }
}

void Store::remember(bool remember) {
  remembers_ = remember;
  if (!remember) deletions_.clear();
}

PendingCommit& Store::add(PendingCommit commit, const Author& who) {
  PendingCommit& added = pending_.add(std::move(commit));
  for (const Operation& operation : added.operations) {
    const uint32_t slot = table(operation.model).open(operation.id);
    Table::Slot& row = table(operation.model).at(slot);
    ++row.touching;
    std::optional<Row> view = row.view;
    fold(description(operation.model), operation, who, view);
    setView(operation.model, slot, std::move(view));
  }
  return added;
}

void Store::drop(const std::string& key) {
  std::list<PendingCommit>& commits = pending_.commits();
  const auto found =
      std::find_if(commits.begin(), commits.end(), [&](const PendingCommit& commit) { return commit.key == key; });
  if (found == commits.end()) return;
  const std::vector<Operation> operations = std::move(found->operations);
  commits.erase(found);
  for (const Operation& operation : operations)
    --table(operation.model).at(table(operation.model).open(operation.id)).touching;
  for (const Operation& operation : operations)
    if (const int slot = table(operation.model).find(operation.id); slot >= 0)
      refold(operation.model, static_cast<uint32_t>(slot));
}

void Store::refold(int model, uint32_t slot) {
  Table::Slot& row = table(model).at(slot);
  std::optional<Row> view = row.base;
  if (row.touching > 0)
    for (const PendingCommit& commit : pending_.commits())
      for (const Operation& operation : commit.operations)
        if (operation.model == model && operation.id == row.id)
          fold(description(model), operation, author(commit), view);
  setView(model, slot, std::move(view));
  table(model).leave(slot);
}

void Store::setView(int model, uint32_t slot, std::optional<Row> view) {
  Table::Slot& row = table(model).at(slot);
  if (row.view == view) return;
  const std::optional<Row> old = std::exchange(row.view, std::move(view));
  ++row.version;
  dirty_.insert({model, slot});
  queries_.changed(model, description(model), old ? &*old : nullptr, row.view ? &*row.view : nullptr);
}

int Store::slot(int model, std::string_view id) const {
  if (model < 0 || model >= static_cast<int>(tables_.size())) return -1;
  const int slot = table(model).find(id);
  return slot >= 0 && table(model).at(static_cast<uint32_t>(slot)).view ? slot : -1;
}

uint32_t Store::version(int model, uint32_t slot) const {
  const bool known = model >= 0 && model < static_cast<int>(tables_.size()) && slot < table(model).size();
  return known ? table(model).at(slot).version : 0;
}

const Row* Store::row(int model, uint32_t slot) const {
  const bool known = model >= 0 && model < static_cast<int>(tables_.size()) && slot < table(model).size();
  return known && table(model).at(slot).view ? &*table(model).at(slot).view : nullptr;
}

uint32_t Store::count(const Query& query) const {
  uint32_t count = 0;
  for (uint32_t slot = 0; slot < table(query.model).size(); ++slot)
    if (const Row* found = row(query.model, slot); found && matches(query, description(query.model), *found)) ++count;
  return count;
}

void Store::drain(Frame& frame) {
  for (const auto& [model, slot] : dirty_) {
    const Table::Slot& row = table(model).at(slot);
    frame.word(static_cast<uint32_t>(Client::Record::row))
        .word(static_cast<uint32_t>(model))
        .word(slot)
        .word(row.version);
    frame.word(strings_.intern(row.id));
  }
  dirty_.clear();
  for (const LiveQueries::Changed& changed : queries_.settle(schema_, tables_))
    frame.word(static_cast<uint32_t>(Client::Record::query)).word(changed.query).word(changed.version);
  for (Table& table : tables_) table.endQuarantine();
}

}  // namespace ablo
