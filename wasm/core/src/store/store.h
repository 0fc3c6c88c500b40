// SPDX-License-Identifier: MIT
//
// Store: the client's rows. It owns the confirmed base, the pending commits and what follows from both: the view, its
// versions, the live queries. Who calls it decides what is confirmed; the store only ever folds.
//
// Always true: every view is its base with the pending operations on it folded in, in call order.
#pragma once

#include <span>
#include <string>
#include <utility>

#include "ablo/client.h"
#include "ablo/frame.h"
#include "ablo/list.h"
#include "query/live.h"
#include "store/kept_queries.h"
#include "store/strings.h"
#include "store/table.h"
#include "writes/fold.h"
#include "writes/pending.h"

namespace ablo {

struct StoreImage {
  List<Client::ImagePart> parts;  // those that changed
  Json models = Json::object();   // {key: [checksum of each chunk, or null]}
};

class Store {
 public:
  explicit Store(bool holdsAll) : holdsAll_(holdsAll), queries_(schema_, tables_, strings_, version_) {}

  void define(Schema schema);
  const Schema& schema() const { return schema_; }

  // The confirmed base.
  /// Everything confirmed: what is neither in `models` nor in the blocks is gone. The blocks were read to see that they are
  /// whole; they are read again one by one, and the bytes of one that was taken in are given back, so that there is room for the
  /// next.
  void replaceAll(const Json& models, std::span<const Block> blocks, std::span<std::string> bytes);
  /// A change of the log: the row after it, or null when it was deleted.
  void apply(int model, const std::string& id, const Json* row, double seq);
  /// Rows that were asked for, as of `seq`. Whatever the log said of them since is newer and stays.
  void hydrate(int model, std::span<const Json> rows, double seq);
  /// The answer to a query is here. From now on changes that match it are taken in, even of rows that were not here; held
  /// rows that it should have named, and did not, are gone.
  void keep(const std::string& text, Query query);
  KeptQueries& kept() { return kept_; }
  /// A fresh load that brings no rows: those of kept queries are held until the answers come, the others are gone.
  void holdKept();
  /// While somebody waits for rows, every change is taken in and remembered: an answer that is older than what the log has said
  /// meanwhile must not put back what was.
  void remember(bool everything);

  // Pending commits.
  PendingCommit& add(PendingCommit commit, const Author& author);
  /// A commit that has settled leaves the view; what remains is folded again.
  void drop(const std::string& key);
  Pending& pending() { return pending_; }
  const Pending& pending() const { return pending_; }
  /// The pending operations on a row, in call order.
  std::span<const Table::Touch> touches(int model, std::string_view id) const;
  /// A row that the server sent.
  Row read(int model, const Json& row) const;
  /// A row as it is confirmed, if it is here.
  std::optional<Row> base(int model, std::string_view id) const;
  /// Whether a row is shown as it was before the last load.
  bool held(int model, std::string_view id) const;
  /// Who writes here, once the server has said so: what is pending is folded again.
  void setAuthor(std::string organization, std::string actor);

  // Reads.
  int slot(int model, std::string_view id) const;
  uint32_t version(int model, uint32_t slot) const;
  uint32_t version() const { return version_; }  // the last that any row was given
  bool shows(int model, uint32_t slot) const;
  Cell cell(int model, uint32_t slot, std::size_t field) const { return table(model).cell(field, slot); }
  /// The number of a symbol's text, or Strings::kNone where the field is none or absent.
  uint32_t symbol(int model, uint32_t slot, std::size_t field) const;
  std::optional<Row> row(int model, uint32_t slot) const;
  LiveQueries& queries() { return queries_; }
  const LiveQueries& queries() const { return queries_; }
  Strings& strings() { return strings_; }
  const Strings& strings() const { return strings_; }

  // The image: what is confirmed, in blocks, one for each chunk of a table.
  /// What changed since the last time, and which blocks there are altogether.
  StoreImage save();
  /// All or nothing, into an empty store: the blocks that `models` names, as save() did.
  Outcome restore(const Json& models, std::span<const Block> blocks);
  std::size_t bytes() const;

  /// Writes the rows and queries that changed since the last time, and lets go of slots that were left before it.
  void drain(Frame& frame);

 private:
  Table& table(int model) { return tables_[static_cast<std::size_t>(model)]; }
  const Table& table(int model) const { return tables_[static_cast<std::size_t>(model)]; }
  const Model& description(int model) const { return schema_.models[static_cast<std::size_t>(model)]; }
  bool wanted(int model, const std::string& id, const Row& row) const;
  void confirm(int model, uint32_t slot, std::optional<Row> base);
  void makeRoom(std::span<const Block> blocks);
  bool isEmpty(int model) const;
  void adopt(const Block& block);
  void letGo(const Query* query);  // held rows that match; null: all of them
  void refold(int model, uint32_t slot, std::optional<Row> base);
  void show(int model, uint32_t slot, const std::optional<Row>& view);
  Author author(const PendingCommit& commit) const { return {organization_, actor_, commit.issuedAt * 1000}; }

  bool holdsAll_;
  Schema schema_;
  Strings strings_;
  List<Table> tables_;
  uint32_t version_ = 0;  // the last that a row was given
  Pending pending_;
  LiveQueries queries_;
  KeptQueries kept_;
  bool holds_ = false;  // there may be held rows
  std::string organization_, actor_;
  bool remembers_ = false;
  Map<std::pair<int, std::string>, double> said_;  // rows the log spoke of while somebody waits, and when
  List<std::pair<int, uint32_t>> changed_;         // slots since the last drain
};

}  // namespace ablo
