// SPDX-License-Identifier: MIT
//
// History: one client, a scripted server and the oracle, driven by a seed. After every step the witness looks at everything
// the client shows.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "scripted_server.h"
#include "tasks_schema.h"
#include "witness.h"

namespace ablo::test {

class History {
 public:
  explicit History(uint64_t seed) : random_(seed) {
    if (!client_.defineSchema(kTasks)) witness_.fail("the schema was refused");
    oracle_ = std::make_unique<Oracle>(client_.schema());
    for (uint32_t n = random_.below(20); n > 0; --n) foreign();
    client_.start(now_);
    connect("load");
    look();
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
    if (witness_.wrong().empty()) look();
    return witness_.wrong();
  }

  /// Of everything this client has shown.
  uint64_t digest() const { return witness_.digest(); }

 private:
  struct Receipt {
    std::string key, code;  // no code: confirmed
    double seq = 0;
  };
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
      witness_.peek();
    }
    // Image round trips belong here: save the image, restore it into a new client with the pending commits, and go on with that
    // one; nothing the oracle says changes.
  }

  std::string anyId() { return "r" + std::to_string(random_.below(Witness::kIds)); }

  Json operation(bool server) {
    static const std::vector<std::string> kinds{"create", "create", "update",  "update",   "update",
                                                "update", "delete", "archive", "unarchive"};
    const Model& model = random_.pick(std::span(client_.schema().models));
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

  void foreign() { server_.write(std::array{operation(true)}); }

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
    Json list = Json::array(std::span(commit.operations));
    const Result<uint32_t> number =
        client_.commit(writeJson(Json::object({{"key", commit.key}, {"operations", list}})), now_);
    if (!number) {
      witness_.fail("a write was refused: " + number.error().message);
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
    if (witness_.watched() >= 8) return;
    const int model = static_cast<int>(random_.below(client_.schema().models.size()));
    const OracleQuery query(client_.schema(), model, random_);
    witness_.open(query, random_.chance(50));
  }

  void close() {
    if (witness_.watched() > 0) witness_.close(random_.below(witness_.watched()));
  }

  /// A frame that was applied already comes once more.
  void again() {
    if (oracle_->cursor < 1) return;
    const double to = 1 + random_.below(static_cast<std::size_t>(oracle_->cursor));
    client_.receive(server_.span(to - 1, to), now_);
  }

  void reconnect() {
    client_.closed(1006, "", now_);
    inbox_.clear();
    receipts_.clear();
    for (uint32_t n = random_.below(3); n > 0; --n) write();
    for (uint32_t n = random_.below(3); n > 0; --n) foreign();
    client_.nudge(now_);
    once_ = false;
    look();
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
    if (sent != due) witness_.fail("what has no receipt did not go out again in call order");
    witness_.check(said, *oracle_, once_);
  }

  void look() { witness_.check(told(client_), *oracle_, once_); }

  void load() {
    once_ = false;
    const std::string frame = server_.loaded();
    client_.receive(frame, now_);
    const Json loaded = *parseJson(frame, kTrustedJson);
    oracle_->replaced(*loaded.find("models"), loaded.number("seq"));
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
  bool once_ = true;               // one row changed at most once since the last drain
  Witness witness_{client_};
};

}  // namespace ablo::test
