// SPDX-License-Identifier: MIT
//
// ScriptedServer: the server's side of one client's conversation (docs/internals/wire.md), without a hub: its rows, its log,
// and the frames it would send. The test says when. tests/support/scripted-server.ts is the same for the published package.
#pragma once

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ablo/json.h"
#include "ablo/schema.h"
#include "ablo/value.h"
#include "base/hash.h"
#include "codec/block.h"
#include "query/query.h"

namespace ablo::test {

class ScriptedServer {
 public:
  using Key = std::pair<std::string, std::string>;  // model, id

  static constexpr double kStart = 1'700'000'000'000'000;  // microseconds: when seq 0 was

  /// The client comes back with a cursor that it has been beyond.
  void goBack(double cursor) { delivered_ = cursor; }

  double head() const { return static_cast<double>(log_.size()); }
  double delivered() const { return delivered_; }
  const Json* row(const Key& key) const {
    const auto found = rows_.find(key);
    return found == rows_.end() ? nullptr : &found->second;
  }
  const Json& entry(double seq) const { return log_[static_cast<std::size_t>(seq) - 1]; }

  void put(const std::string& model, Json row) { rows_[{model, std::string(row.text("id"))}] = std::move(row); }

  /// Why these operations cannot be, or nothing.
  std::string refusal(std::span<const Json> operations) const {
    std::map<Key, bool> there;
    for (const Json& operation : operations) {
      const Key key = keyOf(operation);
      const auto known = there.find(key);
      const bool exists = known == there.end() ? rows_.count(key) > 0 : known->second;
      const bool creates = operation.text("op") == "create";
      if (creates == exists) return creates ? "unique_violation" : "entity_not_found";
      there[key] = operation.text("op") != "delete";
    }
    return {};
  }

  /// Writes and logs; the seq of the last operation. `session` and `key` are those of the commit, empty for others' writes.
  double write(std::span<const Json> operations, std::string_view session = {}, std::string_view key = {}) {
    for (const Json& operation : operations) log_.push_back(apply(operation, session, key));
    ends_.insert(head());
    return head();
  }

  std::string welcome(std::string_view start) const {
    return writeJson(Json::object({{"type", "welcome"},
                                   {"organization", "acme"},
                                   {"actor", Json::object({{"kind", "user"}, {"id", "ada"}})},
                                   {"epoch", "e"},
                                   {"seq", head()},
                                   {"start", start}}));
  }

  /// Every row there is; what was under way before is part of it.
  std::string loaded(bool rows = true) {
    delivered_ = head();
    std::map<std::string, Json> models;
    if (rows)
      for (const auto& [key, row] : rows_) models.try_emplace(key.first, Json::array()).first->second.push(row);
    Json byModel = Json::object();
    for (auto& [model, list] : models) byModel.set(model, std::move(list));
    return writeJson(Json::object({{"type", "loaded"},
                                   {"seq", head()},
                                   {"epoch", "e"},
                                   {"models", std::move(byModel)},
                                   {"claims", Json::array()}}));
  }

  /// What was not delivered, at most up to `to`, and never a part of a commit.
  std::string changes(double to) {
    const double from = delivered_;
    if (const auto end = ends_.upper_bound(to); end != ends_.begin()) delivered_ = std::max(from, *std::prev(end));
    return span(from, delivered_);
  }
  std::string changes() { return changes(head()); }

  std::string span(double from, double to) const {
    std::string list;
    for (double seq = from + 1; seq <= to; ++seq) list += (seq > from + 1 ? "," : "") + writeJson(entry(seq));
    return R"({"type":"changes","from":)" + whole(from) + R"(,"to":)" + whole(to) + R"(,"changes":[)" + list + "]}";
  }

  static std::string confirmed(std::string_view key, double seq, const Json* notifications = nullptr) {
    Json receipt =
        Json::object({{"type", "receipt"}, {"key", key}, {"attempt", 1}, {"status", "confirmed"}, {"seq", seq}});
    if (notifications) receipt.set("notifications", *notifications);
    return writeJson(receipt);
  }
  static std::string rejected(std::string_view key, std::string_view code, const Json* details = nullptr) {
    Json error = Json::object({{"code", code}, {"message", "m"}});
    if (details)
      for (const Json::Member& detail : details->members()) error.set(detail.name, detail.value);
    return writeJson(Json::object(
        {{"type", "receipt"}, {"key", key}, {"attempt", 1}, {"status", "rejected"}, {"error", std::move(error)}}));
  }

 private:
  static Key keyOf(const Json& operation) {
    return {std::string(operation.text("model")), std::string(operation.text("id"))};
  }
  static std::string whole(double number) { return std::to_string(static_cast<long>(number)); }

  Json apply(const Json& operation, std::string_view session, std::string_view key) {
    const std::string_view op = operation.text("op");
    const Json at = writeValue(Value{Value::Kind::date, kStart + (head() + 1) * 1000, {}});
    Json change = Json::object({{"seq", head() + 1},
                                {"kind", "row"},
                                {"op", op},
                                {"model", operation.text("model")},
                                {"id", operation.text("id")},
                                {"session", session},
                                {"key", key}});
    if (op == "delete") {
      rows_.erase(keyOf(operation));
      return change;
    }
    Json& row = rows_[keyOf(operation)];
    if (!row.isObject())
      row = Json::object({{"id", operation.text("id")},
                          {"createdAt", at},
                          {"createdBy", Json(session.empty() ? "ben" : "ada")},
                          {"organizationId", "acme"}});
    Json fields = Json::array({Json("updatedAt")});
    row.set("updatedAt", at);
    if (op == "archive" || op == "unarchive") row.set("archivedAt", op == "archive" ? at : Json());
    if (const Json* data = operation.find("data"))
      for (const Json::Member& member : data->members()) {
        row.set(member.name, member.value);
        fields.push(member.name);
      }
    return change.set("row", row).set("fields", std::move(fields));
  }

  std::map<Key, Json> rows_;
  std::vector<Json> log_;
  std::set<double> ends_;  // the last seq of each commit
  double delivered_ = 0;
};

/// Moves the rows of a `loaded` frame into blocks, of at most so many rows each.
inline std::vector<std::string> inBlocks(const Schema& schema, uint32_t rows, Json& loaded) {
  std::vector<std::string> blocks;
  Json names = Json::array();
  for (const Json::Member& model : loaded.find("models")->members()) {
    const std::span<const Json> all = model.value.items();
    const int number = schema.modelIndex(model.name);
    const std::vector<Field>& fields = schema.models[static_cast<std::size_t>(number)].fields;
    for (std::size_t from = 0; from < all.size(); from += rows) {
      BlockWriter writer(schema, number);
      for (std::size_t at = from; at < std::min<std::size_t>(from + rows, all.size()); ++at) {
        Row row;
        for (const Field& field : fields) {
          const Json* value = all[at].find(field.name);
          row.push_back(value ? storedValue(field, *value) : Value{});
        }
        writer.add(cellsOf(row));
      }
      blocks.push_back(writer.finish());
      names.push(hashText(blockChecksum(blocks.back())));
    }
  }
  loaded.set("models", Json::object()).set("blocks", std::move(names));
  return blocks;
}

}  // namespace ablo::test
