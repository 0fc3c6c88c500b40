// SPDX-License-Identifier: MIT
//
// Inbox: what a process has to do, in the order in which it came. While it sleeps it does nothing, and all of it afterwards.
#pragma once

#include <deque>
#include <functional>
#include <utility>

#include "agenda.h"

namespace ablo::sim {

class Inbox {
 public:
  /// `after` is called after each piece of work.
  Inbox(Agenda& agenda, std::function<void()> after) : agenda_(agenda), after_(std::move(after)) {}

  bool awake() const { return agenda_.now() >= sleepsUntil_; }
  void sleep(double time) { sleepsUntil_ = agenda_.now() + time; }

  /// At once, or as soon as it goes on.
  void work(std::function<void()> what) {
    later(std::move(what));
    goOn();
  }
  /// After what is being done.
  void later(std::function<void()> what) { waiting_.push_back(std::move(what)); }
  /// The process died.
  void clear() {
    ++life_;
    waiting_.clear();
  }

 private:
  void goOn() {
    if (!awake()) {
      agenda_.at(sleepsUntil_, [this, life = life_] {
        if (life == life_) goOn();
      });
      return;
    }
    while (!waiting_.empty()) {
      const auto next = std::move(waiting_.front());
      waiting_.pop_front();
      next();
      after_();
    }
  }

  Agenda& agenda_;
  std::function<void()> after_;
  double sleepsUntil_ = 0;
  uint64_t life_ = 0;
  std::deque<std::function<void()>> waiting_;
};

}  // namespace ablo::sim
