// SPDX-License-Identifier: MIT
#include "support.h"

#include <algorithm>
#include <vector>

namespace ablo::fuzz {

namespace {

constexpr uint32_t kSlots = 3 * kBlockRows;  // more than any target fills

}  // namespace

void expectAnswer(Client& client, uint32_t query, const Query& meaning) {
  const Model& model = client.schema().models[static_cast<std::size_t>(meaning.model)];
  std::vector<std::pair<uint32_t, Row>> rows;
  for (uint32_t slot = 0; slot < kSlots; ++slot)
    if (std::optional<Row> row = client.row(meaning.model, slot))
      if (matches(meaning, model, cellsOf(*row))) rows.emplace_back(slot, std::move(*row));
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
