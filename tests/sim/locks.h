// SPDX-License-Identifier: MIT
//
// Locks: who holds what, and who waits for it, as Postgres has it: first come first served, until the transaction ends. A
// wait ends after the waiter's patience, and a circle of waiters is broken after a second, by the one who looks.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "agenda.h"
#include "coroutine.h"

namespace ablo::sim {

using Backend = uint64_t;

enum class Wait { granted, tooLong, deadlock };

class Locks {
 public:
  explicit Locks(Agenda& agenda) : agenda_(agenda) {}

  bool held(const std::string& name) const { return held_.count(name) > 0; }
  bool holds(Backend who, const std::string& name) const {
    const auto lock = held_.find(name);
    return lock != held_.end() && lock->second.holder == who;
  }

  /// What `co_await` gives: how the wait ended.
  struct Waiting {
    Locks& locks;
    Backend who;
    std::string name;
    double patience;
    Wait result = Wait::granted;

    bool await_ready() { return locks.take(who, name); }
    void await_suspend(coroutines::coroutine_handle<> self) { locks.wait(*this, self); }
    Wait await_resume() const { return result; }
  };
  Waiting lock(Backend who, std::string name, double patience) { return {*this, who, std::move(name), patience}; }

  /// At the end of a transaction, or of a backend that waits for something.
  void release(Backend who) {
    if (const auto waits = waits_.find(who); waits != waits_.end()) leave(who);
    const std::set<std::string> names = of(who);
    for (const std::string& name : names) letGo(who, name);
  }
  std::set<std::string> of(Backend who) const {
    std::set<std::string> names;
    for (const auto& [name, lock] : held_)
      if (lock.holder == who) names.insert(name);
    return names;
  }
  /// One of them alone, as when a savepoint is rolled back.
  void letGo(Backend who, const std::string& name) {
    const auto lock = held_.find(name);
    if (lock == held_.end() || lock->second.holder != who) return;
    if (lock->second.line.empty()) {
      held_.erase(lock);
      return;
    }
    lock->second.holder = lock->second.line.front();
    lock->second.line.pop_front();
    wake(lock->second.holder, Wait::granted);
  }

 private:
  struct Lock {
    Backend holder;
    std::deque<Backend> line;
  };
  struct Wait_ {
    Waiting* waiting;
    coroutines::coroutine_handle<> self;
    uint64_t turn;
  };

  bool take(Backend who, const std::string& name) {
    const auto [lock, free] = held_.try_emplace(name, Lock{who, {}});
    return free || lock->second.holder == who;
  }

  void wait(Waiting& waiting, coroutines::coroutine_handle<> self) {
    held_.at(waiting.name).line.push_back(waiting.who);
    const uint64_t turn = ++turns_;
    waits_[waiting.who] = {&waiting, self, turn};
    const auto stillWaits = [this, who = waiting.who, turn] {
      const auto wait = waits_.find(who);
      return wait != waits_.end() && wait->second.turn == turn;
    };
    agenda_.in(waiting.patience, [this, who = waiting.who, stillWaits] {
      if (stillWaits()) end(who, Wait::tooLong);
    });
    agenda_.in(1000, [this, who = waiting.who, stillWaits] {
      if (stillWaits() && inCircle(who)) end(who, Wait::deadlock);
    });
  }

  bool inCircle(Backend who) const {
    std::set<Backend> seen;
    for (Backend at = who; seen.insert(at).second;) {
      const auto wait = waits_.find(at);
      if (wait == waits_.end()) return false;
      at = held_.at(wait->second.waiting->name).holder;
      if (at == who) return true;
    }
    return false;
  }

  void leave(Backend who) {
    std::deque<Backend>& line = held_.at(waits_.at(who).waiting->name).line;
    line.erase(std::find(line.begin(), line.end(), who));
    waits_.erase(who);
  }
  void end(Backend who, Wait result) {
    Wait_ wait = waits_.at(who);
    leave(who);
    wait.waiting->result = result;
    wait.self.resume();
  }
  /// In an event of its own: whoever released goes on first.
  void wake(Backend who, Wait result) {
    const Wait_ wait = waits_.at(who);
    waits_.erase(who);
    wait.waiting->result = result;
    woken_[who] = wait.self;
    agenda_.in(0, [this, who] {
      if (const auto woken = woken_.extract(who)) woken.mapped().resume();
    });
  }

 public:
  /// A backend that is gone must not be woken.
  void forget(Backend who) {
    woken_.erase(who);
    if (waits_.count(who)) leave(who);
    release(who);
  }

 private:
  Agenda& agenda_;
  uint64_t turns_ = 0;
  std::map<std::string, Lock> held_;
  std::map<Backend, Wait_> waits_;
  std::map<Backend, coroutines::coroutine_handle<>> woken_;
};

}  // namespace ablo::sim
