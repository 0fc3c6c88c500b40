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
#include "errand.h"
#include "functions.h"
#include "inbox.h"
#include "plan.h"
#include "record.h"
#include "screen.h"
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
    guards_ = random.chance(30) || plan.reopens;
    loadsAll_ = random.chance(60);
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
  /// Whether everything is here; who loads only what they name may not have it yet.
  bool knows() const { return loadsAll_ || knows_; }
  /// What their socket is let in with.
  std::string credential() const { return name + "/" + std::to_string(credential_); }
  bool faults = true;
  std::function<void()> looked = [] {};            // after each piece of work
  std::function<void(const Json& claim)> granted;  // told to them, or that they hold it no more
  std::function<void(const std::string& claim)> lost;
  std::function<void(const RowName& row)> freed;  // told to them: nobody holds it
  double headAtConnect = 0;                       // the log's, when they connected last
  std::function<void()> reloaded = [] {};         // when everything begins anew: not all is known again yet

  void open();
  void crash() {
    resumes_ = resumes();
    ++life_;
    client_.reset();
    errands_.clear();
    inbox_.clear();
    if (wire_) wire_->cut(random_.below(3000), 1e12);
    wire_.reset();
  }
  void pause(double time) { inbox_.sleep(time); }
  void cut(bool dead) {
    if (!wire_) return;
    if (dead) return wire_->goDead();
    const double serverHears = random_.below(3000);
    const bool atOnce = random_.chance(50);
    const double clientHears = random_.below(atOnce ? 20 : 3000);
    wire_->cut(serverHears, clientHears);
  }

  /// A row somebody relies on, who wants to be told when it changes.
  struct Premise {
    RowName row;
    double at = 0;
    uint32_t number = 0;  // 0: there is none
    bool fell = false;
    bool showsOwn = false;  // writes of their own, which may be taken back: then it showed what never was
  };
  const Premise& premise() const { return premise_; }
  /// The tasks that are to be done.
  std::vector<std::string> toDo() const { return screen_.ids(*client_); }

  /// Reads a row, as the app does before it decides what to write.
  void look(const RowName& row);
  /// Calls the client with what cannot be: it says so, and that is all.
  void misuse();
  /// Writes, as the app does: the answer comes later.
  void write(Wish wish);
  Errands& errands() { return errands_; }
  /// Says good-bye, and is gone.
  void leave() {
    work([this] {
      leaving_ = true;
      errands_.leave();
      client_->stop(now());
      inbox_.later([this] {
        for (const auto& [place, number] : pending_)
          if (record_.writes[place].revise && client_->message(number).empty())
            record_.fail(record_.writes[place].key + " waits for another try in a page that was closed");
        crash();
      });
    });
  }
  /// Does something in the page, after what it has to do already.
  void work(std::function<void()> what) { inbox_.work(std::move(what)); }

  /// By their clock.
  double now() const { return std::floor(kBeginning + agenda_.now() + skew_); }

  void saveImage() {
    if (keepsImage_) image_.save(*client_);
  }

 private:
  std::string shown(const RowName& row) const;
  Look lookAt(const RowName& row) const;
  void begin(std::size_t place);
  void commit(std::size_t place, double retries = kRetries);
  void goByClaims(std::size_t place);
  void again(std::size_t place, const Json& how);
  void settled(uint32_t number, uint32_t outcome, double seq, const std::string& text);
  void warned(const std::string& what);
  void listen();
  void connect();
  void getToken();
  void ask();

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
  uint64_t credential_ = 0;
  bool keepsImage_ = false, guards_ = false, loadsAll_ = true, knows_ = false, nudges_ = false, leaving_ = false;
  Inbox inbox_{agenda_, [this] { listen(); }};
  Errands errands_{agenda_, random_, record_, *this};
  std::map<uint32_t, std::size_t> numbers_;                // of a page's commits: where they are in the record
  std::vector<std::pair<std::size_t, uint32_t>> pending_;  // place and number
  std::deque<std::size_t> disk_;
  std::map<RowName, Look> looks_;
  Premise premise_;
  Screen screen_{R"({"model":"tasks","state":"all","where":[["status","=","todo"]],"orderBy":[["id","desc"]]})"};
  test::StoredImage image_;
};

}  // namespace ablo::sim
