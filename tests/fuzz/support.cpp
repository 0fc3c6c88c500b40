// SPDX-License-Identifier: MIT
#include "support.h"

#include <algorithm>

namespace ablo::fuzz {

namespace {

constexpr uint32_t kSlots = 3 * kBlockRows;  // more than any target fills

}  // namespace

View viewOf(const Client& client, int model) {
  View view;
  for (uint32_t slot = 0; slot < kSlots; ++slot)
    if (client.shows(model, slot)) view.emplace_back(slot, *client.row(model, slot));
  return view;
}

void expectAnswer(Client& client, uint32_t query, const Query& meaning, const View& view) {
  const Model& model = client.schema().models[static_cast<std::size_t>(meaning.model)];
  View rows;
  for (const auto& entry : view)
    if (matches(meaning, model, cellsOf(entry.second))) rows.push_back(entry);
  expect(client.countRows(query) == (meaning.count ? rows.size() : client.rows(query).size()),
         "a query counts its rows");
  if (meaning.count) return;
  std::sort(rows.begin(), rows.end(),
            [&](const auto& a, const auto& b) { return before(meaning, cellsOf(a.second), cellsOf(b.second)); });
  const std::size_t from = std::min<std::size_t>(meaning.offset, rows.size());
  const std::size_t size = std::min<std::size_t>(meaning.limit.value_or(UINT32_MAX), rows.size() - from);
  const std::span<const uint32_t> shown = client.rows(query);
  expect(shown.size() == size, "a query has as many rows as a scan finds");
  for (std::size_t i = 0; i < size; ++i) expect(shown[i] == rows[from + i].first, "a query has the rows a scan finds");
}

}  // namespace ablo::fuzz
