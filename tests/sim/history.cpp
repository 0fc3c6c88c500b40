// SPDX-License-Identifier: MIT
#include "history.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

#include "checks.h"
#include "foreign.h"
#include "person.h"
#include "server.h"

namespace ablo::sim {

namespace {

constexpr uint32_t kAccounts = 3, kTasks = 4, kNotes = 4;
constexpr std::size_t kMostRestorations = 20;  // or nothing would ever get done
constexpr double kMoney = 100;                 // of each account
constexpr double kRest =
    200'000;  // ms within which everybody is where the log is: a load that never ends is given up after 120 s

class History {
 public:
  History(uint64_t seed, const Less& less)
      : random_(seed), plan_(Plan::of(random_, less)), agenda_(random_), database_(agenda_, random_) {
    database_.pace = plan_.statement;
    database_.skew = kBeginning + (plan_.skew > 0 ? random_.below(plan_.skew) : 0);
    database_.committed = [this] {
      for (auto& server : servers_)
        if (server->up()) server->hint();
    };
    if (less.prints) database_.observe = [](const Json& event) { std::puts(writeJson(event).c_str()); };
    fill();
    for (uint32_t n = 0; n < plan_.servers; ++n)
      servers_.push_back(std::make_unique<Server>(agenda_, random_, plan_, database_));
    for (uint32_t n = 0; n < plan_.people; ++n) {
      const auto index = people_.size();
      people_.push_back(std::make_unique<Person>(agenda_, random_, plan_, record_, "p" + std::to_string(n + 1),
                                                 [this](Person& person) { return connect(person); }));
      views_.emplace_back();
      people_.back()->looked = [this, index] { look(index); };
    }
  }

  Outcome run() {
    uint32_t left = plan_.writes;
    for (auto& person : people_) act(*person, left);
    if (plan_.foreign > 0) meddle();
    if (!plan_.faultless) misfortune();
    until([&] { return left == 0; }, 600'000);
    calm();
    until([&] { return atRest(); }, agenda_.now() + kRest);
    if (!record_.wrong.empty()) return outcome();
    if (!atRest()) record_.fail("it does not come to rest: " + whatMoves());
    for (std::size_t i = 0; i < people_.size(); ++i)
      if (people_[i]->here()) views_[i].check(*people_[i], database_, record_);
    checkLog(database_, record_);
    checkOutcomes(database_, record_);
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
    auto wire = std::make_shared<Wire>(agenda_, random_, plan_, ++sockets_);
    server.accept(wire, person.name, plan_.revoke > 0 ? person.credential() : "");
    return wire;
  }

  // What people do.
  void act(Person& person, uint32_t& left) {
    agenda_.in(plan_.thinking * random_.below(1000) / 1000, [this, &person, &left] {
      if (left == 0) return;
      if (person.awake() && person.client().cursor() >= 0) {
        --left;
        person.work([this, &person] { write(person); });
        if (random_.chance(25)) person.saveImage();
      }
      act(person, left);
    });
  }

  std::string fresh() { return "v" + std::to_string(++values_); }
  static Json operation(const char* op, const RowName& row, Json data = {}) {
    Json operation = Json::object({{"op", op}, {"model", row.first}, {"id", row.second}});
    if (data.isObject()) operation.set("data", std::move(data));
    return operation;
  }
  RowName task() {
    const bool first = random_.chance(plan_.hot);
    return {"tasks", "t" + std::to_string(first ? 0 : random_.below(kTasks))};
  }
  RowName note() { return {"notes", "n" + std::to_string(random_.below(kNotes))}; }

  void write(Person& person) {
    if (person.guards() && random_.chance(30)) person.look(task());
    if (random_.chance(20)) return transfer(person, random_.chance(50));
    if (random_.chance(12)) return increment(person);
    Wish wish;
    wish.operations = operations();
    const double cursor = person.client().cursor();
    if (random_.chance(40)) wish.readAt = cursor;
    if (wish.readAt >= 0 && random_.chance(35)) {
      const char* const ways[] = {"force", "flag", "merge"};
      wish.onStale = ways[random_.below(3)];
    }
    if (random_.chance(plan_.reads)) wish.reads = reads(cursor);
    person.write(std::move(wish));
  }

  Json operations() {
    switch (random_.below(6)) {
      case 0: return Json::array().push(operation("delete", task()));
      case 1: {
        const RowName row = task();  // in this order on every compiler
        return Json::array().push(operation("create", row, Json::object({{"title", fresh()}, {"status", "todo"}})));
      }
      case 2: {
        const RowName row = note();
        const Json data = Json::object({{"text", fresh()}, {"taskId", task().second}});
        return Json::array().push(operation("create", row, data));
      }
      case 3: {
        Json both = Json::array().push(operation("update", {"tasks", "t0"}, Json::object({{"title", fresh()}})));
        return both.push(operation("update", {"tasks", "t1"}, Json::object({{"title", fresh()}})));
      }
      case 4: {
        const RowName row = note();
        return Json::array().push(operation("update", row, Json::object({{"text", fresh()}})));
      }
      default: {
        const RowName row = task();
        Json data = Json::object({{"title", fresh()}});
        if (random_.chance(30)) data.set("status", random_.chance(50) ? "doing" : "done");
        return Json::array().push(operation("update", row, std::move(data)));
      }
    }
  }

  Json reads(double cursor) {
    const RowName row = random_.chance(50) ? task() : note();
    Json read = Json::object({{"model", row.first}, {"id", row.second}, {"readAt", cursor}});
    if (random_.chance(40)) read.set("fields", Json::array({row.first == "tasks" ? "title" : "text"}));
    return Json::array().push(std::move(read));
  }

  /// From one account to another, by what is on the screen; or by what is there each time it is tried.
  void transfer(Person& person, bool revises) {
    const auto one = random_.below(kAccounts), other = random_.below(kAccounts - 1);
    const RowName from{"accounts", "a" + std::to_string(one)};
    const RowName to{"accounts", "a" + std::to_string(other < one ? other : other + 1)};
    const double sum = 1 + random_.below(120);  // too much, now and then
    const auto make = [&person, from, to, sum] {
      if (!isHere(person, from) || !isHere(person, to)) return Json();
      const double left = number(person, from, "balance") - sum, right = number(person, to, "balance") + sum;
      return Json::array()
          .push(operation("update", from, Json::object({{"balance", left}})))
          .push(operation("update", to, Json::object({{"balance", right}})));
    };
    Wish wish;
    wish.operations = make();
    if (revises) wish.revise = make;
    if (!revises) wish.readAt = person.client().cursor();
    if (!wish.operations.isNull()) person.write(std::move(wish));
  }

  /// One more point, however many there are.
  void increment(Person& person) {
    const RowName row = task();
    const auto make = [&person, row] {
      if (!isHere(person, row)) return Json();
      const double points = number(person, row, "points") + 1;
      return Json::array().push(operation("update", row, Json::object({{"points", points}})));
    };
    Wish wish;
    wish.operations = make();
    wish.revise = make;
    if (!wish.operations.isNull()) person.write(std::move(wish));
  }

  static bool isHere(Person& person, const RowName& row) {
    return person.client().slot(person.client().schema().modelIndex(row.first), row.second) >= 0;
  }
  static double number(Person& person, const RowName& name, std::string_view field) {
    Client& client = person.client();
    const int model = client.schema().modelIndex(name.first), slot = client.slot(model, name.second);
    if (slot < 0) return 0;
    const auto row = client.row(model, static_cast<uint32_t>(slot));
    const Model& description = client.schema().models[static_cast<std::size_t>(model)];
    return (*row)[static_cast<std::size_t>(description.fieldIndex(field))].number;
  }

  /// Somebody else writes to the same tables.
  void meddle() {
    agenda_.in(random_.below(20 + static_cast<uint32_t>(4 * plan_.thinking)), [this] {
      if (calm_) return;
      if (random_.chance(plan_.foreign)) {
        std::vector<ForeignWrite> writes;
        const bool tasks = random_.chance(70);  // of one model, in order: two of them are no deadlock of their own
        for (uint32_t n = 0; n <= random_.below(2); ++n) {
          const RowName row = tasks ? task() : note();
          if (random_.chance(20))
            writes.push_back({row, std::nullopt});
          else
            writes.push_back({row, Json::object({{row.first == "tasks" ? "title" : "text", fresh()}}), true});
        }
        const double thinks = random_.chance(plan_.holdsRow) ? random_.below(4'000) : 0;
        std::stable_sort(writes.begin(), writes.end(), [](const auto& a, const auto& b) { return a.row < b.row; });
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
        agenda_.in(random_.below(atOnce ? 20 : 5'000), [&server] { server.start(); });
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
    if (!database_.backends().empty()) return false;
    for (auto& person : people_)
      if (!person->here() || !person->settled() || !person->knows() || person->client().cursor() != database_.head() ||
          person->epoch() != database_.epoch || person->client().status().text("state") != "live")
        return false;
    return true;
  }
  std::string whatMoves() {
    std::string what = std::to_string(database_.backends().size()) + " backends";
    for (auto& person : people_)
      what += ", " + person->name +
              (person->here() ? " at " + std::to_string(person->client().cursor()) + " of " +
                                    std::to_string(database_.head()) + ", " + std::to_string(person->pending().size()) +
                                    " pending, " + std::string(person->client().status().text("state"))
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
  uint32_t sockets_ = 0;
  uint64_t values_ = 0;
  bool calm_ = false, crashing_ = false;
};

}  // namespace

Outcome runHistory(uint64_t seed, const Less& less) { return History(seed, less).run(); }

}  // namespace ablo::sim
