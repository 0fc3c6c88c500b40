// SPDX-License-Identifier: MIT
#include "history.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

#include "checks.h"
#include "claims.h"
#include "foreign.h"
#include "person.h"
#include "server.h"
#include "stranger.h"
#include "workload.h"

namespace ablo::sim {

namespace {

constexpr std::size_t kMostRestorations = 20;  // or nothing would ever get done
constexpr double kMoney = 100;                 // of each account
constexpr double kRest =
    200'000;  // ms within which everybody is where the log is: a load that never ends is given up after 120 s

class History {
 public:
  History(uint64_t seed, const Less& less)
      : random_(seed), plan_(Plan::of(random_, less)), agenda_(random_), database_(agenda_, random_) {
    database_.pace = plan_.statement;
    database_.overwrites = plan_.overwrites;
    database_.skew = kBeginning + (plan_.skew > 0 ? random_.below(plan_.skew) : 0);
    if (less.prints) database_.observe = [](const Json& event) { std::puts(writeJson(event).c_str()); };
    fill();
    for (uint32_t n = 0; n < plan_.servers; ++n)
      servers_.push_back(std::make_unique<Server>(agenda_, random_, plan_, database_));
    for (auto& server : servers_)
      server->tell = [this, from = server.get()](const std::string& heads) {
        for (auto& other : servers_)
          if (other.get() != from && other->up()) other->hear(heads);
      };
    for (uint32_t n = 0; n < plan_.people; ++n) {
      const auto index = people_.size();
      people_.push_back(std::make_unique<Person>(agenda_, random_, plan_, record_, "p" + std::to_string(n + 1),
                                                 [this](Person& person) { return connect(person); }));
      views_.emplace_back();
      Person& person = *people_.back();
      person.granted = [this, &person](const Json& claim) { checkGranted(person, claim, database_, record_); };
      person.lost = [this, &person](const std::string& claim) { checkLost(person, claim, database_, record_); };
      person.freed = [this, &person](const RowName& row) { checkFree(person, row, database_, record_); };
      people_.back()->looked = [this, index] { look(index); };
      people_.back()->reloaded = [this, index] { hurry(*people_[index]); };
    }
  }

  Outcome run() {
    for (auto& person : people_) act(*person);
    if (plan_.foreign > 0) meddle();
    if (!plan_.faultless) misfortune();
    until([&] { return left_ == 0; }, 600'000);
    calm();
    until([&] { return atRest(); }, agenda_.now() + kRest);
    if (!record_.wrong.empty()) return outcome();
    if (!atRest()) record_.fail("it does not come to rest: " + whatMoves());
    for (std::size_t i = 0; i < people_.size(); ++i)
      if (people_[i]->here()) views_[i].check(*people_[i], database_, record_);
    checkLog(database_, record_);
    checkOutcomes(database_, record_);
    checkLines(database_, record_, plan_.faultless);
    checkRows(database_, record_, kMoney * kAccounts);
    return outcome();
  }

 private:
  void fill() {
    std::vector<ForeignWrite> rows;
    for (uint32_t n = 0; n < kAccounts; ++n)
      rows.push_back({{"accounts", "a" + std::to_string(n)},
                      Json::object({{"id", "a" + std::to_string(n)}, {"balance", kMoney}})});
    for (uint32_t n = 0; n < kTasks; ++n)
      rows.push_back({{"tasks", "t" + std::to_string(n)},
                      Json::object({{"id", "t" + std::to_string(n)}, {"title", "begun"}, {"status", "todo"}})});
    for (uint32_t n = 0; plan_.large && n < 3; ++n)
      rows.push_back({{"notes", "large" + std::to_string(n)},
                      Json::object({{"id", "large" + std::to_string(n)}, {"text", std::string(25'000, 'x')}})});
    database_.run(foreignTransaction(std::move(rows), 0), [](const Json*) {});
    while (agenda_.next(1e9)) {
    }
  }

  std::shared_ptr<Wire> connect(Person& person) {
    Server& server = *servers_[random_.below(servers_.size())];
    if (!server.up()) return nullptr;
    person.headAtConnect = database_.head();
    auto wire = std::make_shared<Wire>(agenda_, random_, plan_, ++sockets_);
    server.accept(wire, person.name, plan_.revoke > 0 ? person.credential() : "");
    return wire;
  }

  // What people do.
  void write(Person& person) {
    if (plan_.nonsense > 0 && random_.chance(plan_.nonsense)) person.misuse();
    workload_.write(person);
  }
  void act(Person& person) {
    agenda_.in(plan_.thinking * random_.below(1000) / 1000, [this, &person] {
      if (left_ == 0) return;
      if (person.awake() && person.client().cursor() >= 0) {
        --left_;
        person.work([this, &person] { write(person); });
        if (random_.chance(25)) person.saveImage();
      }
      act(person);
    });
  }

  /// At once, before the answers to what was asked before are there.
  void hurry(Person& person) {
    if (left_ == 0 || !random_.chance(40)) return;
    --left_;
    write(person);
    if (random_.chance(50)) person.saveImage();
  }

  /// Somebody else writes to the same tables.
  void meddle() {
    agenda_.in(random_.below(20 + static_cast<uint32_t>(4 * plan_.thinking)), [this] {
      if (calm_) return;
      if (random_.chance(plan_.foreign)) {
        std::vector<ForeignWrite> writes = workload_.ofOthers();
        const double thinks = random_.chance(plan_.holdsRow) ? random_.below(4'000) : 0;
        database_.run(foreignTransaction(std::move(writes), thinks), [this](const Json* answer) {
          if (!answer && !crashing_) record_.fail("a transaction of somebody else failed");
        });
      }
      meddle();
    });
  }

  // What goes wrong.
  void misfortune() {
    agenda_.in(20 + random_.below(300), [this] {
      if (calm_) return;
      Person& person = *people_[random_.below(people_.size())];
      Server& server = *servers_[random_.below(servers_.size())];
      if (random_.chance(plan_.cut)) person.cut(false);
      if (random_.chance(plan_.halfOpen)) person.cut(true);
      if (random_.chance(plan_.pause)) person.pause(random_.below(20'000));
      if (random_.chance(plan_.pause) && server.up()) server.pause(random_.below(5'000));
      if (random_.chance(plan_.clientCrash) && person.here()) {
        person.crash();
        agenda_.in(random_.below(5'000), [&person] { person.open(); });
      }
      if (random_.chance(plan_.leave) && person.awake()) {
        person.leave();
        agenda_.in(random_.below(5'000), [&person] { person.open(); });
      }
      if (random_.chance(plan_.revoke)) database_.revoked.insert(person.credential());
      if (random_.chance(plan_.push) && server.up()) {
        server.push(kOtherSchema);
        agenda_.in(random_.below(5'000), [&server] { server.push(kSchema); });
      }
      if (random_.chance(plan_.serverCrash) && server.up()) {
        const bool atOnce = random_.chance(50);
        server.crash();
        agenda_.in(random_.below(atOnce ? 20 : 5'000), [&server] {
          if (!server.up()) server.start();
        });
      }
      if (plan_.retire > 0 && random_.chance(plan_.retire) && server.up()) {
        server.retire();
        agenda_.in(random_.below(2'000), [this, &server] {
          if (server.up()) server.crash();
          agenda_.in(random_.below(2'000), [&server] {
            if (!server.up()) server.start();
          });
        });
      }
      if (plan_.nonsense > 0 && random_.chance(plan_.nonsense) && server.up()) {
        auto wire = std::make_shared<Wire>(agenda_, random_, plan_, ++sockets_);
        server.accept(wire, strangersIdentity());
        stranger_.visit(std::move(wire));
      }
      if (random_.chance(plan_.databaseCrash)) {
        crashing_ = true;
        database_.crash();
        crashing_ = false;
      }
      if (random_.chance(plan_.trim)) database_.trim(random_.below(database_.log.size() + 1));
      if (database_.restorations.size() < kMostRestorations && random_.chance(plan_.restore)) {
        crashing_ = true;
        database_.restore(1 + random_.below(4));
        crashing_ = false;
      }
      misfortune();
    });
  }
  void calm() {
    calm_ = true;
    for (auto& server : servers_) server->faults = false;
    for (auto& person : people_) person->faults = false;
  }

  void until(const std::function<bool()>& reached, double end) {
    while (record_.wrong.empty() && !reached() && agenda_.next(end)) {
    }
  }
  bool atRest() {
    if (!database_.backends().empty() || !liveClaims(database_).items().empty()) return false;
    for (auto& person : people_)
      if (!person->here() || !person->settled() || !person->errands().done() || !person->knows() ||
          person->client().cursor() != database_.head() || person->epoch() != database_.epoch ||
          person->client().status().text("state") != "live")
        return false;
    return true;
  }
  std::string whatMoves() {
    std::string what = std::to_string(database_.backends().size()) + " backends, " +
                       std::to_string(liveClaims(database_).items().size()) + " claims";
    for (auto& person : people_)
      what += ", " + person->name +
              (person->here() ? " at " + std::to_string(person->client().cursor()) + " of " +
                                    std::to_string(database_.head()) + ", " + std::to_string(person->pending().size()) +
                                    " pending, " + std::string(person->client().status().text("state")) +
                                    (person->errands().done() ? "" : ", on an errand")
                              : " is not here");
    return what;
  }

  void look(std::size_t index) {
    if (random_.chance(25) && people_[index]->here()) views_[index].check(*people_[index], database_, record_);
  }

  Outcome outcome() {
    Outcome outcome;
    for (auto& server : servers_) outcome.resumes += server->resumes();
    for (auto& person : people_) outcome.resumes += person->resumes();
    if (plan_.faultless && outcome.resumes > 0) record_.fail("somebody resumed, and nothing had gone wrong");
    outcome.wrong = record_.wrong;
    for (const Json& entry : database_.log) {
      record_.trace(writeJson(entry));
      if (database_.observe) database_.observe(Json::object({{"entry", entry}}));
    }
    outcome.digest = record_.digest;
    outcome.events = agenda_.happened();
    outcome.writes = record_.writes.size();
    outcome.faultless = plan_.faultless;
    for (const Written& written : record_.writes)
      ++(written.outcome == "confirmed" ? outcome.confirmed : outcome.refused);
    return outcome;
  }

  Random random_;
  const Plan plan_;
  Agenda agenda_;
  Database database_;
  Record record_;
  std::vector<std::unique_ptr<Server>> servers_;
  std::vector<std::unique_ptr<Person>> people_;
  std::vector<View> views_;
  Workload workload_{random_, plan_};
  Stranger stranger_{random_, record_};
  uint32_t sockets_ = 0, left_ = plan_.writes;
  bool calm_ = false, crashing_ = false;
};

}  // namespace

Outcome runHistory(uint64_t seed, const Less& less) { return History(seed, less).run(); }

}  // namespace ablo::sim
