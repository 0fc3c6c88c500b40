// SPDX-License-Identifier: MIT
//
// StoreProperty: one client, a scripted server and the oracle, driven by a seed. After every step everything the client shows
// is compared with what the oracle says.
#pragma once

#include <deque>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "oracle.h"
#include "scripted_server.h"
#include "tasks_schema.h"

namespace ablo::test {

class StoreProperty {
 public:
  explicit StoreProperty(uint64_t seed) : random_(seed) {
    if (!client_.defineSchema(kTasks)) wrong_ = "the schema was refused";
    oracle_ = std::make_unique<Oracle>(client_.schema());
    for (uint32_t n = random_.below(20); n > 0; --n) foreign();
    client_.start(now_);
    connect("load");
    compare();
  }

  /// One event, and a comparison; what was wrong, or nothing.
  const std::string& step() {
    once_ = true;
    event();
    // Now and then the other side reads only after several events.
    while (random_.chance(10)) {
      event();
      once_ = false;
    }
    if (wrong_.empty()) compare();
    return wrong_;
  }

  /// Of everything this client has shown.
  uint64_t digest() const { return digest_; }

 private:
  struct Receipt {
    std::string key, code;  // no code: confirmed
    double seq = 0;
  };
  struct OpenQuery {
    OracleQuery query;
    uint32_t opened = 1;
    bool fresh = true;
    std::vector<std::pair<uint32_t, uint32_t>> rows;  // slot and version
  };
  struct Seen {
    int slot = -1;
    uint32_t version = 0;
  };

  // ── what happens ──

  void event() {
    now_ += 1;
    const uint32_t dice = random_.below(100);
    if (dice < 22) {
      foreign();
    } else if (dice < 42) {
      deliver();
    } else if (dice < 62) {
      write();
    } else if (dice < 74) {
      decide();
    } else if (dice < 84) {
      receipt();
    } else if (dice < 89) {
      open();
    } else if (dice < 92) {
      close();
    } else if (dice < 94) {
      again();
    } else if (dice < 97) {
      reconnect();
    } else if (dice < 98) {
      load();
    } else {
      peek();
    }
    // Image round trips belong here: save the image, restore it into a new client with the pending commits, and go on with that
    // one; nothing the oracle says changes.
  }

  std::string anyId() { return "r" + std::to_string(random_.below(12)); }

  Json operation(bool server) {
    static const std::vector<std::string> kinds{"create", "create", "update",  "update",   "update",
                                                "update", "delete", "archive", "unarchive"};
    const Model& model = random_.pick(client_.schema().models);
    std::string op = random_.pick(kinds), id = anyId();
    // The server's own writes can be; a client may try anything.
    if (server || random_.chance(80)) {
      const bool exists = server_.row({model.key, id}) != nullptr;
      if (!exists) op = "create";
      if (exists && op == "create") op = "update";
    }
    Json made = Json::object({{"op", op}, {"model", model.key}, {"id", id}});
    if (op != "create" && op != "update") return made;
    Json data = Json::object();
    for (const Field& field : model.fields) {
      const bool required = op == "create" && !field.optional && !field.hasDefault;
      if (!field.base && (required || random_.chance(35)))
        data.set(field.name, writeValue(randomValue(field, random_)));
    }
    return made.set("data", std::move(data));
  }

  void foreign() { server_.write({operation(true)}); }

  void deliver() {
    const double from = server_.delivered();
    client_.receive(server_.changes(from + 1 + random_.below(6)), now_);
    for (double seq = from + 1; seq <= server_.delivered(); ++seq) {
      oracle_->applied(server_.entry(seq), "s1");
      once_ = once_ && seq == from + 1;
    }
    oracle_->moved(server_.delivered());
  }

  void write() {
    if (oracle_->pending.size() >= 8) return;
    OracleCommit commit;
    commit.key = "k" + std::to_string(++lastKey_);
    commit.at = now_ * 1000;
    for (uint32_t n = random_.chance(80) ? 1 : 2 + random_.below(3); n > 0; --n)
      commit.operations.push_back(operation(false));
    once_ = once_ && commit.operations.size() == 1;
    Json list = Json::array(commit.operations);
    const Result<uint32_t> number =
        client_.commit(writeJson(Json::object({{"key", commit.key}, {"operations", list}})), now_);
    if (!number) {
      wrong_ = "a write was refused: " + number.error().message;
      return;
    }
    commit.number = *number;
    inbox_.push_back(commit.key);
    oracle_->pending.push_back(std::move(commit));
  }

  /// The server takes its next commit; its answer is under way.
  void decide() {
    if (inbox_.empty()) return;
    const std::string key = inbox_.front();
    inbox_.pop_front();
    if (const auto known = decided_.find(key); known != decided_.end()) {
      receipts_.push_back(known->second);
      return;
    }
    const OracleCommit* commit = oracle_->find(key);
    if (!commit) return;
    Receipt receipt{key, server_.refusal(commit->operations)};
    if (receipt.code.empty() && random_.chance(15)) receipt.code = "stale_context";
    if (receipt.code.empty()) receipt.seq = server_.write(commit->operations, "s1", key);
    decided_[key] = receipt;
    receipts_.push_back(receipt);
  }

  /// Any of the receipts that are under way, also out of order.
  void receipt() {
    if (receipts_.empty()) return;
    const auto at = receipts_.begin() + random_.below(receipts_.size());
    const Receipt receipt = *at;
    receipts_.erase(at);
    if (receipt.code.empty()) {
      client_.receive(ScriptedServer::confirmed(receipt.key, receipt.seq), now_);
      oracle_->confirmed(receipt.key, receipt.seq);
    } else {
      client_.receive(ScriptedServer::rejected(receipt.key, receipt.code), now_);
      oracle_->rejected(receipt.key, receipt.code);
    }
  }

  void open() {
    if (queries_.size() >= 8) return;
    const OracleQuery query(client_.schema(), static_cast<int>(random_.below(client_.schema().models.size())), random_);
    const Result<uint32_t> number = client_.openQuery(query.text());
    if (!number) {
      wrong_ = "a query was refused: " + query.text() + ": " + number.error().message;
      return;
    }
    const auto [found, added] = queries_.try_emplace(*number, OpenQuery{query, 1, true, {}});
    if (!added) ++found->second.opened;
    if (added && random_.chance(50)) {  // who reads it at once needs not be told of it
      found->second.rows = result(*number, query.model());
      found->second.fresh = false;
    }
  }

  void close() {
    if (queries_.empty()) return;
    const auto query = std::next(queries_.begin(), random_.below(queries_.size()));
    client_.closeQuery(query->first);
    if (--query->second.opened == 0) queries_.erase(query);
  }

  /// Slots and versions.
  std::vector<std::pair<uint32_t, uint32_t>> result(uint32_t query, int model) {
    std::vector<std::pair<uint32_t, uint32_t>> rows;
    for (const uint32_t slot : client_.rows(query)) rows.emplace_back(slot, client_.version(model, slot));
    return rows;
  }

  /// A frame that was applied already comes once more.
  void again() {
    if (oracle_->cursor < 1) return;
    const double to = 1 + random_.below(static_cast<std::size_t>(oracle_->cursor));
    client_.receive(server_.span(to - 1, to), now_);
  }

  /// A result is read before anybody drains.
  void peek() {
    for (auto& [number, query] : queries_) client_.rows(number);
  }

  void reconnect() {
    client_.closed(1006, "", now_);
    inbox_.clear();
    receipts_.clear();
    for (uint32_t n = random_.below(3); n > 0; --n) write();
    for (uint32_t n = random_.below(3); n > 0; --n) foreign();
    client_.nudge(now_);
    once_ = false;
    compare();
    connect(random_.chance(70) ? "resume" : "load");
  }

  void connect(const std::string& start) {
    once_ = false;
    std::vector<std::string> due;
    for (const OracleCommit& commit : oracle_->pending)
      if (!commit.confirmed) due.push_back(commit.key);
    client_.tokenReady(now_);
    client_.opened(now_);
    client_.receive(server_.welcome(start), now_);
    if (start == "load") load();
    inbox_.assign(due.begin(), due.end());
    std::vector<std::string> sent;
    const Told said = told(client_);
    for (const std::string& frame : said.sent)
      if (const Json json = *parseJson(frame); json.text("type") == "commit") sent.emplace_back(json.text("key"));
    if (sent != due) wrong_ = "what has no receipt did not go out again in call order";
    check(said);
  }

  void load() {
    once_ = false;
    const std::string frame = server_.loaded();
    client_.receive(frame, now_);
    const Json loaded = *parseJson(frame, kTrustedJson);
    oracle_->replaced(*loaded.find("models"), loaded.number("seq"));
  }

  // ── what is compared ──

  void compare() { check(told(client_)); }

  void fail(const std::string& what) {
    if (wrong_.empty()) wrong_ = what;
  }

  void check(const Told& said) {
    for (const std::string& warning : said.warnings) fail("a warning: " + warning);
    for (const auto& [number, code] : said.settled)
      if (oracle_->settled[number] != code) fail("commit " + std::to_string(number) + " settled as " + code);
    if (said.settled.size() != oracle_->settled.size()) fail("a commit did not settle");
    oracle_->settled.clear();
    const Oracle::Rows rows = oracle_->view();
    for (int model = 0; model < static_cast<int>(client_.schema().models.size()); ++model)
      for (int n = 0; n < 12; ++n) checkRow({model, "r" + std::to_string(n)}, rows, said);
    for (auto& [number, query] : queries_) checkQuery(number, query, rows, said);
    shown_ = rows;
  }

  void checkRow(const RowKey& key, const Oracle::Rows& rows, const Told& said) {
    const auto expected = rows.find(key), before = std::as_const(shown_).find(key);
    const int slot = client_.slot(key.first, key.second);
    const std::string name = client_.schema().models[static_cast<std::size_t>(key.first)].key + " " + key.second;
    const bool there = expected != rows.end(), was = before != shown_.end();
    if (there != (slot >= 0)) return fail(name + (there ? " is missing" : " is still there"));
    const bool changed = there != was || (there && expected->second != before->second);
    if (changed && !said.rows.count(key)) fail(name + " changed and nobody was told");
    if (once_ && !changed && said.rows.count(key)) fail(name + " was told without a change");
    if (!there) return;

    const auto at = static_cast<uint32_t>(slot);
    const std::vector<Value>* row = client_.row(key.first, at);
    if (!row || *row != expected->second) return fail(name + " shows something else");
    const Seen now{slot, client_.version(key.first, at)};
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
    std::vector<std::pair<uint32_t, uint32_t>> rowsNow = result(number, query.query.model());
    bool same = rowsNow.size() == expected.size();
    for (std::size_t i = 0; same && i < expected.size(); ++i) {
      const std::vector<Value>* row = client_.row(query.query.model(), rowsNow[i].first);
      same = row && row->front() == expected[i]->front();
      digest_ = hashBytes(expected[i]->front().text, digest_);
    }
    if (!same) return fail("another answer to " + query.query.text());
    if (random_.chance(10)) {
      const Result<uint32_t> count = client_.count(query.query.text());
      if (!count || *count != all) fail("another count of " + query.query.text());
    }
    const bool changed = rowsNow != query.rows;
    if (!query.fresh && changed && !said.queries.count(number))
      fail("nobody was told of the result of " + query.query.text());
    if (!query.fresh && once_ && !changed && said.queries.count(number))
      fail("told without a change: " + query.query.text());
    query.fresh = false;
    query.rows = std::move(rowsNow);
    digest_ = hashBytes(std::to_string(all), digest_);
  }

  Random random_;
  Client client_{ClientOptions{"s1", true, ""}};
  ScriptedServer server_;
  std::unique_ptr<Oracle> oracle_;
  double now_ = 1'700'000'000'000;
  uint32_t lastKey_ = 0;
  std::deque<std::string> inbox_;  // commits that the server has and did not decide
  std::map<std::string, Receipt> decided_;
  std::vector<Receipt> receipts_;  // under way to the client
  std::map<uint32_t, OpenQuery> queries_;

  bool once_ = true;  // one row changed at most once since the last drain
  Oracle::Rows shown_;
  std::map<RowKey, Seen> seen_;
  std::map<std::pair<int, uint32_t>, uint32_t> versions_;  // the last version each slot was seen with
  std::string wrong_;
  uint64_t digest_ = hashBytes("");
};

}  // namespace ablo::test
