// SPDX-License-Identifier: MIT
//
// Oracle: what a client must show, by the one sentence that defines it: confirmed base + pending commits in call order. It
// keeps nothing else, and folds everything again from scratch on each read.
#pragma once

#include <list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ablo/client.h"
#include "oracle_query.h"
#include "told.h"

namespace ablo::test {

struct OracleCommit {
  uint32_t number = 0;
  std::string key;
  double at = 0;  // microseconds
  std::vector<Json> operations;
  bool confirmed = false;
  double seq = 0;  // of its last operation, once confirmed
};

class Oracle {
 public:
  using Rows = std::map<RowKey, OracleRow>;

  explicit Oracle(const Schema& schema) : schema_(schema) {}

  double cursor = 0;
  bool welcomed = false;  // the client knows who it is
  std::list<OracleCommit> pending;
  std::map<uint32_t, std::string> settled;  // since it was last taken

  OracleCommit* find(std::string_view key) {
    for (OracleCommit& commit : pending)
      if (commit.key == key) return &commit;
    return nullptr;
  }

  void applied(const Json& change, std::string_view session) {
    const RowKey key{schema_.modelIndex(change.text("model")), std::string(change.text("id"))};
    if (const Json* row = change.find("row"))
      base_[key] = read(key.first, *row);
    else
      base_.erase(key);
    OracleCommit* own = change.text("session") == session ? find(change.text("key")) : nullptr;
    if (own) own->confirmed = true, own->seq = std::max(own->seq, change.number("seq"));
  }

  void replaced(const Json& models, double seq) {
    base_.clear();
    for (const Json::Member& model : models.members())
      for (const Json& row : model.value.items()) {
        const int number = schema_.modelIndex(model.name);
        base_[{number, std::string(row.text("id"))}] = read(number, row);
      }
    moved(seq);
  }

  void confirmed(std::string_view key, double seq) {
    if (OracleCommit* commit = find(key)) commit->confirmed = true, commit->seq = std::max(commit->seq, seq);
    moved(cursor);
  }
  void rejected(std::string_view key, const std::string& code) {
    for (auto commit = pending.begin(); commit != pending.end(); ++commit) {
      if (commit->key != key) continue;
      settled[commit->number] = code;
      pending.erase(commit);
      return;
    }
  }

  /// What is confirmed, and as of when.
  struct Moment {
    Rows base;
    double cursor = -1;
  };
  Moment moment() const { return {base_, cursor}; }
  /// A client that has no receipts goes on from there.
  void begin(Moment moment) {
    base_ = std::move(moment.base);
    cursor = moment.cursor;
    welcomed = false;
    for (OracleCommit& commit : pending) commit.confirmed = false, commit.seq = 0;
  }

  /// The stream was applied up to `seq`.
  void moved(double seq) {
    cursor = seq;
    for (auto commit = pending.begin(); commit != pending.end();)
      if (commit->confirmed && commit->seq <= cursor) {
        settled[commit->number] = "confirmed";
        commit = pending.erase(commit);
      } else {
        ++commit;
      }
  }

  Rows view() const {
    Rows rows = base_;
    for (const OracleCommit& commit : pending)
      for (const Json& operation : commit.operations) fold(operation, commit.at, rows);
    return rows;
  }

  static std::vector<const OracleRow*> answer(const OracleQuery& query, const Rows& rows) {
    std::vector<const OracleRow*> found;
    for (const auto& [key, row] : rows)
      if (key.first == query.model() && query.meets(row)) found.push_back(&row);
    return found;
  }

 private:
  OracleRow read(int model, const Json& json) const {
    OracleRow row;
    for (const Field& field : schema_.models[static_cast<std::size_t>(model)].fields) {
      const Json* value = json.find(field.name);
      row.push_back(value ? storedValue(field, *value) : Value{});
    }
    return row;
  }

  void fold(const Json& operation, double at, Rows& rows) const {
    const int number = schema_.modelIndex(operation.text("model"));
    const Model& model = schema_.models[static_cast<std::size_t>(number)];
    const RowKey key{number, std::string(operation.text("id"))};
    const std::string_view op = operation.text("op");
    if (op == "delete") {
      rows.erase(key);
      return;
    }
    const Value date{Value::Kind::date, at, {}};
    if (!rows.count(key)) {
      if (op != "create") return;
      Json created = Json::object({{"id", key.second}});
      if (welcomed) created.set("createdBy", "ada").set("organizationId", "acme");
      rows[key] = read(number, created);
      set(model, rows[key], "createdAt", date);
    }
    OracleRow& row = rows[key];
    set(model, row, "updatedAt", date);
    if (op == "archive") set(model, row, "archivedAt", date);
    if (op == "unarchive") set(model, row, "archivedAt", {});
    if (const Json* data = operation.find("data"))
      for (const Json::Member& member : data->members())
        set(model, row, member.name, storedValue(*model.field(member.name), member.value));
  }
  static void set(const Model& model, OracleRow& row, std::string_view field, Value value) {
    row[static_cast<std::size_t>(model.fieldIndex(field))] = std::move(value);
  }

  const Schema& schema_;
  Rows base_;
};

}  // namespace ablo::test
