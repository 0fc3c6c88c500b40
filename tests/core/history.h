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

#include "random_operation.h"
#include "scripted_server.h"
#include "stored_image.h"
#include "tasks_schema.h"
#include "witness.h"

namespace ablo::test {

class History {
 public:
  explicit History(uint64_t seed) : random_(seed) {
    witness_.begin(*client_);
    for (uint32_t n = random_.below(20); n > 0; --n) foreign();
    client_->start(now_);
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
    struct Event {
      uint32_t percent;
      void (History::*happens)();
    };
    static constexpr Event kEvents[] = {{20, &History::foreign},  {20, &History::deliver}, {20, &History::write},
                                        {12, &History::decide},   {10, &History::receipt}, {5, &History::open},
                                        {3, &History::close},     {2, &History::again},    {1, &History::peek},
                                        {3, &History::reconnect}, {1, &History::load},     {2, &History::save},
                                        {1, &History::rebuild}};
    uint32_t dice = random_.below(100);
    for (const auto& [percent, happens] : kEvents) {
      if (dice < percent) return (this->*happens)();
      dice -= percent;
    }
  }

  void foreign() { server_.write(std::array{randomOperation(schema_, server_, true, random_)}); }

  void deliver() {
    const double from = server_.delivered();
    client_->receive(server_.changes(from + 1 + random_.below(6)), now_);
    for (double seq = from + 1; seq <= server_.delivered(); ++seq) {
      oracle_.applied(server_.entry(seq), "s1");
      once_ = once_ && seq == from + 1;
    }
    oracle_.moved(server_.delivered());
  }

  void write() {
    if (oracle_.pending.size() >= 8) return;
    OracleCommit commit;
    commit.key = "k" + std::to_string(++lastKey_);
    for (uint32_t n = random_.chance(80) ? 1 : 2 + random_.below(3); n > 0; --n)
      commit.operations.push_back(randomOperation(schema_, server_, false, random_));
    once_ = once_ && commit.operations.size() == 1;
    give(commit);
    inbox_.push_back(commit.key);
    oracle_.pending.push_back(std::move(commit));
  }

  void give(OracleCommit& commit) {
    const Json list = Json::array(std::span(commit.operations));
    const Result<uint32_t> number =
        client_->commit(writeJson(Json::object({{"key", commit.key}, {"operations", list}})), now_);
    if (!number) return witness_.fail("a write was refused: " + number.error().message);
    commit.number = *number;
    commit.at = now_ * 1000;
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
    const OracleCommit* commit = oracle_.find(key);
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
      client_->receive(ScriptedServer::confirmed(receipt.key, receipt.seq), now_);
      oracle_.confirmed(receipt.key, receipt.seq);
    } else {
      client_->receive(ScriptedServer::rejected(receipt.key, receipt.code), now_);
      oracle_.rejected(receipt.key, receipt.code);
    }
  }

  void open() {
    if (witness_.watched() >= 8) return;
    const int model = static_cast<int>(random_.below(schema_.models.size()));
    const OracleQuery query(schema_, model, random_);
    witness_.open(query, random_.chance(50));
  }

  void close() {
    if (witness_.watched() > 0) witness_.close(random_.below(witness_.watched()));
  }

  void peek() { witness_.peek(); }

  /// A frame that was applied already comes once more.
  void again() {
    if (oracle_.cursor < 1) return;
    const double to = 1 + random_.below(static_cast<std::size_t>(oracle_.cursor));
    client_->receive(server_.span(to - 1, to), now_);
  }

  void reconnect() {
    client_->closed(1006, "", now_);
    withoutServer();
    client_->nudge(now_);
    look();
    connect(random_.chance(70) ? "resume" : "load");
  }

  void withoutServer() {
    inbox_.clear();
    receipts_.clear();
    for (uint32_t n = random_.below(3); n > 0; --n) write();
    for (uint32_t n = random_.below(3); n > 0; --n) foreign();
    once_ = false;
  }

  void save() {
    image_.save(*client_);
    imageMoment_ = oracle_.moment();
    witness_.saved(image_.manifest());
  }

  /// The core trapped. Another one begins with the image, or with nothing, and is given what has not settled.
  void rebuild() {
    look();
    client_ = newClient();
    const bool begins = !image_.empty() && random_.chance(80);
    if (!image_.empty() && random_.chance(30)) refuseDamaged();
    if (begins && !image_.restore(*client_)) witness_.fail("an image was refused");
    oracle_.begin(begins ? imageMoment_ : Oracle::Moment());
    if (client_->cursor() != oracle_.cursor) witness_.fail("the image is of another moment");
    for (OracleCommit& commit : oracle_.pending) give(commit);
    witness_.begin(*client_);
    client_->start(now_);
    withoutServer();
    look();
    connect(begins && random_.chance(70) ? "resume" : "load");
  }

  void refuseDamaged() {
    const Outcome restored = image_.damaged(random_).restore(*client_);
    if (restored || restored.error().code != ErrorCode::image_damaged) witness_.fail("a damaged image was taken");
    for (const Model& model : schema_.models)
      if (countOf(*client_, "{\"model\":\"" + model.key + "\",\"state\":\"all\"}") != 0)
        witness_.fail("a damaged image was taken in part");
    if (client_->cursor() != -1) witness_.fail("a damaged image left its cursor");
  }

  static std::unique_ptr<Client> newClient() {
    auto client = std::make_unique<Client>(ClientOptions{"s1", true, ""});
    static_cast<void>(client->defineSchema(kTasks));
    return client;
  }

  void connect(const std::string& start) {
    once_ = false;
    std::vector<std::string> due;
    for (const OracleCommit& commit : oracle_.pending)
      if (!commit.confirmed) due.push_back(commit.key);
    client_->tokenReady(now_);
    client_->opened(now_);
    client_->receive(server_.welcome(start), now_);
    oracle_.welcomed = true;
    server_.goBack(oracle_.cursor);
    if (start == "load") load();
    inbox_.assign(due.begin(), due.end());
    std::vector<std::string> sent;
    const Told said = told(*client_);
    for (const std::string& frame : said.sent)
      if (const Json json = *parseJson(frame); json.text("type") == "commit") sent.emplace_back(json.text("key"));
    if (sent != due) witness_.fail("what has no receipt did not go out again in call order");
    witness_.check(said, oracle_, once_);
  }

  void look() { witness_.check(told(*client_), oracle_, once_); }

  void load() {
    once_ = false;
    Json loaded = *parseJson(server_.loaded(), kTrustedJson);
    const Json models = *loaded.find("models");
    if (random_.chance(10))
      for (const std::string& block : inBlocks(schema_, 1 + random_.below(4), loaded)) client_->receive(block, now_);
    client_->receive(writeJson(loaded), now_);
    oracle_.replaced(models, loaded.number("seq"));
  }

  const Schema schema_ = *parseSchema(kTasks);
  Random random_;
  std::unique_ptr<Client> client_ = newClient();
  ScriptedServer server_;
  Oracle oracle_{schema_};
  double now_ = 1'700'000'000'000;
  uint32_t lastKey_ = 0;
  std::deque<std::string> inbox_;  // commits that the server has and did not decide
  std::map<std::string, Receipt> decided_;
  std::vector<Receipt> receipts_;  // under way to the client
  bool once_ = true;               // one row changed at most once since the last drain
  Witness witness_;
  StoredImage image_;
  Oracle::Moment imageMoment_;
};

}  // namespace ablo::test
