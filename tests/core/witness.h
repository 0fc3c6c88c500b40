// SPDX-License-Identifier: MIT
//
// Witness: looks at everything a client shows after each drain, and says what is not as the oracle has it: rows, results,
// counts, versions, and who was told.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "count_of.h"
#include "oracle.h"

namespace ablo::test {

class Witness {
 public:
  /// Looks at another client from now on; what was open is opened there.
  void begin(Client& client) {
    client_ = &client;
    shown_.clear();
    seen_.clear();
    versions_.clear();
    for (const auto& [number, query] : std::exchange(queries_, {}))
      for (uint32_t n = 0; n < query.opened; ++n) open(query.query, false);
  }

  /// What was wrong first, or nothing.
  const std::string& wrong() const { return wrong_; }
  void fail(const std::string& what) {
    if (wrong_.empty()) wrong_ = what;
  }
  /// Of everything that was shown, and of the images that were saved.
  uint64_t digest() const { return digest_; }
  void saved(const std::string& manifest) { digest_ = hashBytes(manifest, digest_); }

  // The queries that are open.
  std::size_t watched() const { return queries_.size(); }
  void open(const OracleQuery& query, bool readsAtOnce) {
    const Result<uint32_t> number = client_->openQuery(query.text());
    if (!number) return fail("a query was refused: " + query.text() + ": " + number.error().message);
    const auto [found, added] = queries_.try_emplace(*number, OpenQuery{query, 1, true, {}});
    if (!added) ++found->second.opened;
    if (added && readsAtOnce) read(*number, found->second);
  }
  void close(std::size_t index) {
    const auto query = std::next(queries_.begin(), static_cast<std::ptrdiff_t>(index));
    client_->closeQuery(query->first);
    if (--query->second.opened == 0) queries_.erase(query);
  }
  /// Reads every result, before anybody drains.
  void peek() {
    for (auto& [number, query] : queries_) read(number, query);
  }

  /// `once`: one row changed at most once since the last drain, so that nothing may be told without a change.
  void check(const Told& said, Oracle& oracle, bool once) {
    for (const std::string& warning : said.warnings) fail("a warning: " + warning);
    for (const auto& [number, code] : said.settled)
      if (oracle.settled[number] != code) fail("commit " + std::to_string(number) + " settled as " + code);
    if (said.settled.size() != oracle.settled.size()) fail("a commit did not settle");
    oracle.settled.clear();
    Oracle::Rows rows = oracle.view();
    once_ = once;
    for (int model = 0; model < static_cast<int>(client_->schema().models.size()); ++model)
      for (uint32_t n = 0; n < kRandomIds; ++n) checkRow({model, "r" + std::to_string(n)}, rows, said);
    for (auto& [number, query] : queries_) checkQuery(number, query, rows, said);
    shown_ = std::move(rows);
  }

 private:
  using Slots = std::vector<std::pair<uint32_t, uint32_t>>;  // slot and version
  struct OpenQuery {
    OracleQuery query;
    uint32_t opened = 1;
    bool fresh = true;  // not read yet
    Slots rows;         // as they were read last, kept up to date by what became of them
  };
  struct Seen {
    int slot = -1;
    uint32_t version = 0;
  };

  /// NaN is equal to itself.
  static bool same(const std::vector<Value>& a, const std::vector<Value>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const Value& x, const Value& y) { return Cell(x) == Cell(y); });
  }

  void read(uint32_t number, OpenQuery& query) {
    query.fresh = false;
    const std::vector<uint32_t> edits = client_->edits(number);
    if (edits[0]) query.rows.clear();
    for (std::size_t at = 1 + edits[1]; at > 1; --at) query.rows.erase(query.rows.begin() + edits[at]);
    for (std::size_t at = 2 + edits[1]; at < edits.size(); at += 3)
      query.rows.insert(query.rows.begin() + edits[at], {edits[at + 1], edits[at + 2]});
    Slots rows;
    for (const uint32_t slot : client_->rows(number))
      rows.emplace_back(slot, client_->version(query.query.model(), slot));
    if (rows != query.rows) fail("what became of the result of " + query.query.text() + " is not what it is");
  }

  void checkRow(const RowKey& key, const Oracle::Rows& rows, const Told& said) {
    const auto expected = rows.find(key), before = std::as_const(shown_).find(key);
    const int slot = client_->slot(key.first, key.second);
    const std::string name = client_->schema().models[static_cast<std::size_t>(key.first)].key + " " + key.second;
    const bool there = expected != rows.end(), was = before != shown_.end();
    if (there != (slot >= 0)) return fail(name + (there ? " is missing" : " is still there"));
    const bool changed = there != was || (there && !same(expected->second, before->second));
    if (changed && !said.rows.count(key) && !said.models.count(key.first)) fail(name + " changed and nobody was told");
    if (once_ && !changed && said.rows.count(key)) fail(name + " was told without a change");
    if (!there) return;

    const auto at = static_cast<uint32_t>(slot);
    const std::optional<std::vector<Value>> row = client_->row(key.first, at);
    if (!row || !same(*row, expected->second)) return fail(name + " shows something else");
    const Seen now{slot, client_->version(key.first, at)};
    Seen& seen = seen_[key];
    const bool stayed = was && seen.slot == now.slot;
    if (once_ && was && !stayed) fail(name + " moved to another slot");
    if (stayed && changed && seen.version == now.version) fail(name + " changed and its version did not");
    if (once_ && stayed && !changed && seen.version != now.version) fail(name + " has a new version without a change");
    uint32_t& last = versions_[{key.first, at}];
    if (!stayed && last == now.version) fail(name + " got a used slot with a used version");
    last = now.version;
    seen = now;
  }

  void checkQuery(uint32_t number, OpenQuery& query, const Oracle::Rows& rows, const Told& said) {
    std::vector<const OracleRow*> expected = Oracle::answer(query.query, rows);
    const std::size_t all = expected.size();
    query.query.window(expected);
    const bool wasRead = !query.fresh;
    const Slots before = query.rows;
    read(number, query);
    bool same = query.rows.size() == expected.size();
    for (std::size_t i = 0; same && i < expected.size(); ++i) {
      const std::optional<std::vector<Value>> row = client_->row(query.query.model(), query.rows[i].first);
      same = row && row->front() == expected[i]->front();
      digest_ = hashBytes(expected[i]->front().text, digest_);
    }
    if (!same) return fail("another answer to " + query.query.text());
    if (++asked_ % 10 == 0)
      if (countOf(*client_, query.query.text()) != all) fail("another count of " + query.query.text());
    const bool changed = query.rows != before;
    if (wasRead && changed && !said.queries.count(number))
      fail("nobody was told of the result of " + query.query.text());
    if (wasRead && once_ && !changed && said.queries.count(number))
      fail("told without a change: " + query.query.text());
    digest_ = hashBytes(std::to_string(all), digest_);
  }

  Client* client_ = nullptr;
  bool once_ = true;
  std::map<uint32_t, OpenQuery> queries_;
  uint64_t asked_ = 0;
  Oracle::Rows shown_;
  std::map<RowKey, Seen> seen_;
  std::map<std::pair<int, uint32_t>, uint32_t> versions_;  // the last version each slot was seen with
  std::string wrong_;
  uint64_t digest_ = hashBytes("");
};

}  // namespace ablo::test
