// SPDX-License-Identifier: MIT
#include "query/live.h"

#include <algorithm>
#include <utility>

namespace ablo {

std::vector<uint32_t> select(const Query& query, const Model& model, const Table& table) {
  std::vector<uint32_t> slots;
  for (uint32_t slot = 0; slot < table.size(); ++slot)
    if (const Table::Slot& row = table.at(slot); row.view && matches(query, model, *row.view)) slots.push_back(slot);
  const auto inOrder = [&](uint32_t a, uint32_t b) { return before(query, *table.at(a).view, *table.at(b).view); };
  const std::size_t first = std::min<std::size_t>(query.offset, slots.size());
  const std::size_t last = query.limit ? std::min<std::size_t>(first + *query.limit, slots.size()) : slots.size();
  std::partial_sort(slots.begin(), slots.begin() + static_cast<std::ptrdiff_t>(last), slots.end(), inOrder);
  slots.resize(last);
  slots.erase(slots.begin(), slots.begin() + static_cast<std::ptrdiff_t>(first));
  return slots;
}

uint32_t LiveQueries::open(std::string text, Query query) {
  if (const auto found = byText_.find(text); found != byText_.end()) {
    ++entries_[found->second].opened;
    return found->second;
  }
  const uint32_t number = ++last_;
  Entry& entry = entries_[number];
  entry.text = text;
  entry.query = std::move(query);
  byText_.emplace(std::move(text), number);
  return number;
}

void LiveQueries::close(uint32_t query) {
  const auto found = entries_.find(query);
  if (found == entries_.end() || --found->second.opened > 0) return;
  byText_.erase(found->second.text);
  entries_.erase(found);
}

int LiveQueries::model(uint32_t query) const {
  const auto found = entries_.find(query);
  return found == entries_.end() ? -1 : found->second.query.model;
}

void LiveQueries::changed(int model, const Model& description, const Row* before, const Row* after) {
  for (auto& [number, entry] : entries_) {
    if (entry.dirty || entry.query.model != model) continue;
    entry.dirty =
        (before && matches(entry.query, description, *before)) || (after && matches(entry.query, description, *after));
  }
}

void LiveQueries::refresh(Entry& entry, const Schema& schema, const std::vector<Table>& tables) {
  if (!entry.dirty) return;
  entry.dirty = false;
  const auto model = static_cast<std::size_t>(entry.query.model);
  std::vector<uint32_t> rows = select(entry.query, schema.models[model], tables[model]);
  std::vector<uint32_t> versions;
  for (const uint32_t slot : rows) versions.push_back(tables[model].at(slot).version);
  if (rows == entry.rows && versions == entry.versions) return;
  entry.rows = std::move(rows);
  entry.versions = std::move(versions);
  entry.news = true;
}

const std::vector<uint32_t>& LiveQueries::rows(uint32_t query, const Schema& schema, const std::vector<Table>& tables) {
  static const std::vector<uint32_t> kNone;
  const auto found = entries_.find(query);
  if (found == entries_.end()) return kNone;
  Entry& entry = found->second;
  refresh(entry, schema, tables);
  if (!std::exchange(entry.known, true)) entry.news = false;  // who reads it first needs not be told of it as well
  return entry.rows;
}

std::vector<LiveQueries::Changed> LiveQueries::settle(const Schema& schema, const std::vector<Table>& tables) {
  std::vector<Changed> changed;
  for (auto& [number, entry] : entries_) {
    refresh(entry, schema, tables);
    entry.known = true;
    if (!entry.news) continue;
    entry.news = false;
    changed.push_back({number, ++entry.version});
  }
  return changed;
}

}  // namespace ablo
