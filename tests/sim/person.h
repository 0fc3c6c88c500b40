// SPDX-License-Identifier: MIT
//
// Person: somebody at a page, with a real client in it and a disk. What they write is on the disk before it leaves, and stays there
// until it has settled; a page that is opened again sends it again, under its keys, before anything new. Some keep an
// image of the rows as well.
#pragma once

#include <cmath>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "ablo/client.h"
#include "entry.h"
#include "functions.h"
#include "inbox.h"
#include "plan.h"
#include "record.h"
#include "stored_image.h"
#include "wire.h"

namespace ablo::sim {

class Person {
 public:
  /// `connect` gives a wire to a server, or none when nobody answers.
  using Connect = std::function<std::shared_ptr<Wire>(Person&)>;

  Person(Agenda& agenda, Random& random, const Plan& plan, Record& record, std::string name, Connect connect)
      : name(std::move(name)),
        agenda_(agenda),
        random_(random),
        plan_(plan),
        record_(record),
        connect_(std::move(connect)) {
    if (plan.skew > 0) skew_ = static_cast<double>(random.below(2 * plan.skew + 1)) - plan.skew;
    keepsImage_ = random.chance(50);
    guards_ = random.chance(30);
    agenda.in(random.below(1'500), [this] { open(); });
  }

  const std::string name;

  bool here() const { return client_ != nullptr; }
  bool awake() const { return here() && inbox_.awake(); }
  Client& client() { return *client_; }
  /// Of the log it follows.
  std::string epoch() const { return std::string(client_->status().text("epoch")); }
  const std::string& session() const { return session_; }
  bool guards() const { return guards_; }
  bool settled() const { return pending_.empty(); }
  /// Places in the record of what this page shows and has not settled, in call order. What is to be made anew is not shown.
  std::vector<std::size_t> pending() const {
    std::vector<std::size_t> places;
    for (const auto& [place, number] : pending_)
      if (!record_.writes[place].revise || !client_->message(number).empty()) places.push_back(place);
    return places;
  }
  double resumes() const { return resumes_ + (client_ ? client_->status().number("resumes") : 0); }
  std::function<void()> looked = [] {};  // after each piece of work

  void open() {
    ++life_;
    session_ = name + "-" + std::to_string(life_);
    ClientOptions options{session_, true, ""};
    options.guardsUpdates = guards_;
    client_ = std::make_unique<Client>(options);
    if (!client_->defineSchema(kSchema)) record_.fail("the schema was refused");
    if (!image_.empty() && !image_.restore(*client_)) record_.fail("an image was refused");
    numbers_.clear();
    pending_.clear();
    looks_.clear();
    for (const std::size_t place : std::deque(disk_)) commit(place);
    work([this] { client_->start(now()); });
  }
  void crash() {
    resumes_ = resumes();
    ++life_;
    client_.reset();
    inbox_.clear();
    if (wire_) wire_->cut(random_.below(3000), 1e12);
    wire_.reset();
  }
  void pause(double time) { inbox_.sleep(time); }
  void cut(bool dead) {
    if (!wire_) return;
    if (dead) return wire_->goDead();
    const double serverHears = random_.below(3000), clientHears = random_.below(3000);
    wire_->cut(serverHears, clientHears);
  }

  /// Reads a row, as the app does before it decides what to write.
  void look(const RowName& row) {
    const int model = client_->schema().modelIndex(row.first), slot = client_->slot(model, row.second);
    if (slot < 0) return;
    client_->rowRead(model, static_cast<uint32_t>(slot));
    looks_[row] = lookAt(row);
  }

  /// Writes, as the app does: the answer comes later.
  void write(Wish wish) {
    Written written;
    static_cast<Wish&>(written) = std::move(wish);
    written.person = name;
    written.session = session_;
    written.key = name + "/" + std::to_string(++writes_);
    record_.writes.push_back(std::move(written));
    const std::size_t place = record_.writes.size() - 1;
    begin(place);
    commit(place);
  }
  /// Does something in the page, after what it has to do already.
  void work(std::function<void()> what) { inbox_.work(std::move(what)); }

  void saveImage() {
    if (keepsImage_) image_.save(*client_);
  }

 private:
  double now() const { return std::floor(kBeginning + agenda_.now() + skew_); }

  Look lookAt(const RowName& row) const {
    Look look{client_->cursor(), {}};
    for (const std::size_t place : pending())
      for (const Json& operation : record_.writes[place].operations.items()) {
        if (rowOf(operation) != row) continue;
        if (operation.text("op") == "create" || operation.text("op") == "delete") look.own.clear();  // it begins anew
        look.own.emplace_back(place, record_.writes[place].attempt);
      }
    return look;
  }

  /// An attempt, with what there is to see now.
  void begin(std::size_t place) {
    Written& written = record_.writes[place];
    written.at = agenda_.now();
    written.turn = ++record_.turns;
    written.cursor = client_->cursor();
    written.epoch = epoch();
    written.message.clear();
    written.seen.clear();
    disk_.push_back(place);
    if (!written.onStale.empty() && written.onStale != "reject") return;
    for (const Json& operation : written.operations.items()) {
      const RowName row = rowOf(operation);
      const bool byLook = guards_ && written.readAt < 0 && !written.revise && operation.text("op") != "create";
      if (written.readAt < 0 && !written.revise && !byLook) continue;
      const auto looked = looks_.find(row);
      written.seen[row] = byLook && looked != looks_.end() ? looked->second : lookAt(row);
      if (written.readAt >= 0) written.seen[row].at = written.readAt;
    }
  }

  void commit(std::size_t place, double retries = kRetries) {
    Written& written = record_.writes[place];
    Json text = Json::object({{"key", written.key}, {"operations", written.operations}});
    if (written.readAt >= 0) text.set("readAt", written.readAt);
    if (!written.onStale.empty()) text.set("onStale", written.onStale);
    if (!written.reads.isNull()) text.set("reads", written.reads);
    if (written.revise) text.set("retries", retries).set("attempt", static_cast<double>(written.attempt));
    const Result<uint32_t> number = client_->commit(written.message.empty() ? writeJson(text) : written.message, now());
    if (!number && number.error().code == ErrorCode::stale_context && guards_) {  // what was read had been taken back
      std::erase(disk_, place);
      written.outcome = "stale_context";
      return;
    }
    if (!number) return record_.fail("a write was refused at once: " + number.error().message);
    written.message = client_->message(*number);
    numbers_[*number] = place;
    pending_.emplace_back(place, *number);
  }

  /// The row had changed: another attempt, from what there is now.
  void again(std::size_t place, const Json& how) {
    Written& written = record_.writes[place];
    std::erase(disk_, place);
    written.operations = written.revise();
    if (written.operations.isNull()) {
      written.outcome = "gone";
      return;
    }
    written.attempt = static_cast<uint32_t>(how.number("attempt"));
    begin(place);
    commit(place, how.number("retries"));
  }

  void settled(uint32_t number, uint32_t outcome, double seq, const std::string& text) {
    const std::size_t place = numbers_.at(number);
    Written& written = record_.writes[place];
    if (outcome == 3) return;  // not known for too long; it may settle yet
    std::erase(pending_, std::pair(place, number));
    if (outcome == 4) return inbox_.later([this, place, how = *parseJson(text)] { again(place, how); });
    const std::string what = outcome == 1 ? "confirmed" : std::string(parseJson(text)->text("code"));
    if (!written.outcome.empty() && (written.outcome != what || written.seq != seq))
      record_.fail(written.key + " was " + written.outcome + ", and then " + what);
    if (written.outcome.empty()) written.toldAt = agenda_.now();
    written.outcome = what;
    written.seq = seq;
    std::erase(disk_, place);
  }

  /// Of what goes wrong here only this is said to people.
  void warned(const std::string& what) {
    const bool expected = (plan_.trim > 0 && what == sentence(ErrorCode::cursor_too_old)) ||
                          (plan_.restore > 0 && what == sentence(ErrorCode::log_epoch_changed));
    if (!expected) record_.fail(name + " was warned: " + what);
  }

  void listen() {
    if (!client_) return;
    const Frame frame = client_->drain();
    const auto& w = frame.words();
    const auto text = [&](std::size_t at) { return std::string(frame.text(w[at], w[at + 1])); };
    for (std::size_t i = 0; i < w.size();) switch (static_cast<Client::Record>(w[i])) {
        case Client::Record::row:
        case Client::Record::premise: i += 5; break;
        case Client::Record::query:
        case Client::Record::claims:
        case Client::Record::lost: i += 3; break;
        case Client::Record::settled:
          settled(w[i + 1], w[i + 2], Frame::number(w[i + 3], w[i + 4]), text(i + 5));
          i += 7;
          break;
        case Client::Record::answered: i += 5; break;
        case Client::Record::status: i += 1; break;
        case Client::Record::send:
          record_.trace(text(i + 1));
          if (wire_) wire_->send(wire_->toServer, text(i + 1));
          i += 3;
          break;
        case Client::Record::connect:
          connect();
          i += 1;
          break;
        case Client::Record::disconnect:
          if (wire_) wire_->close(wire_->toServer, wire_->toClient, static_cast<int>(w[i + 1]), "");
          wire_.reset();
          i += 2;
          break;
        case Client::Record::wake: {
          const double at = std::ceil(Frame::number(w[i + 1], w[i + 2])) - kBeginning - skew_;  // clocks have whole ms
          agenda_.at(at, [this, life = life_] {
            if (life == life_ && client_) work([this] { client_->tick(now()); });
          });
          i += 3;
          break;
        }
        case Client::Record::token:
          agenda_.in(random_.below(5), [this, life = life_] {
            if (life == life_ && client_) work([this] { client_->tokenReady(now()); });
          });
          i += 1;
          break;
        case Client::Record::warning:
          warned(text(i + 1));
          i += 3;
          break;
        case Client::Record::forget:
        case Client::Record::model: i += 2; break;
      }
    looked();
  }

  void connect() {
    if (wire_) wire_->close(wire_->toServer, wire_->toClient, 1000, "");
    wire_ = connect_(*this);
    const uint64_t life = life_, call = ++calls_;
    const auto mine = [this, life, call] { return life == life_ && call == calls_ && client_; };
    if (!wire_) {
      agenda_.in(random_.below(50), [this, mine] {
        if (mine()) work([this] { client_->closed(1006, "", now()); });
      });
      return;
    }
    wire_->toClient.arrive = [this, mine](const std::string& text) {
      if (!mine()) return;
      record_.trace(text);
      work([this, mine, text] {
        if (mine()) client_->receive(text, now());
      });
    };
    wire_->toClient.end = [this, mine](int code, const std::string& reason) {
      if (!mine()) return;
      wire_.reset();
      work([this, mine, code, reason] {
        if (mine()) client_->closed(code, reason, now());
      });
    };
    agenda_.in(plan_.latency, [this, mine] {
      if (mine() && wire_) work([this] { client_->opened(now()); });
    });
  }

  Agenda& agenda_;
  Random& random_;
  const Plan& plan_;
  Record& record_;
  Connect connect_;
  std::unique_ptr<Client> client_;
  std::shared_ptr<Wire> wire_;
  uint64_t life_ = 0, calls_ = 0, writes_ = 0;
  std::string session_;
  double skew_ = 0, resumes_ = 0;
  bool keepsImage_ = false, guards_ = false;
  Inbox inbox_{agenda_, [this] { listen(); }};
  std::map<uint32_t, std::size_t> numbers_;                // of a page's commits: where they are in the record
  std::vector<std::pair<std::size_t, uint32_t>> pending_;  // place and number
  std::deque<std::size_t> disk_;
  std::map<RowName, Look> looks_;
  test::StoredImage image_;
};

}  // namespace ablo::sim
