// SPDX-License-Identifier: MIT
//
// Task: a function of the database that is run a statement at a time. Whoever drops a task drops what it was waiting for:
// a backend that died does nothing any more.
#pragma once

#include <cstdlib>
#include <optional>
#include <utility>

#include "coroutine.h"

namespace ablo::sim {

template <class T>
class Task {
 public:
  struct promise_type {
    std::optional<T> value;
    coroutines::coroutine_handle<> caller;

    Task get_return_object() { return Task(coroutines::coroutine_handle<promise_type>::from_promise(*this)); }
    coroutines::suspend_always initial_suspend() noexcept { return {}; }
    struct Return {
      bool await_ready() noexcept { return false; }
      void await_suspend(coroutines::coroutine_handle<promise_type> self) noexcept {
        if (self.promise().caller) self.promise().caller.resume();  // who may drop this task
      }
      void await_resume() noexcept {}
    };
    Return final_suspend() noexcept { return {}; }
    void return_value(T result) { value.emplace(std::move(result)); }
    void unhandled_exception() { std::abort(); }
  };

  Task(Task&& other) noexcept : self_(std::exchange(other.self_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(self_, other.self_);
    return *this;
  }
  ~Task() {
    if (self_) self_.destroy();
  }

  /// The first of all callers, who is no task.
  void start() { self_.resume(); }
  bool done() const { return self_.done(); }
  T& value() { return *self_.promise().value; }

  // A task that another one calls.
  bool await_ready() const { return false; }
  void await_suspend(coroutines::coroutine_handle<> caller) {
    self_.promise().caller = caller;
    self_.resume();
  }
  T await_resume() { return std::move(value()); }

 private:
  explicit Task(coroutines::coroutine_handle<promise_type> self) : self_(self) {}
  coroutines::coroutine_handle<promise_type> self_;
};

}  // namespace ablo::sim
