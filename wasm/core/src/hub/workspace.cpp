// SPDX-License-Identifier: MIT
#include "hub/workspace.h"

namespace ablo::hub {

namespace {

constexpr double kKept = 60'000;  // ms: a foreign writer may have turned the triggers off

}  // namespace

std::string Workspace::ask() {
  state_ = State::asked;
  outdated_ = false;
  ++round_;
  ObjectText input;
  input.member("full", true);
  if (reserved_ > 0) input.member("have", Json::object({{"epoch", load_->epoch()}, {"seq", load_->seq()}}));
  return input.take();
}

bool Workspace::take(bool ok, std::string_view answer) {
  state_ = State::idle;
  if (!ok) return false;
  std::unique_ptr<Load> load = std::make_unique<Load>(answer);
  if (!load->valid() || (load->same() && !load_)) return false;
  if (load->same()) {
    load_->renew(*load);
  } else {
    drop();
    load_ = std::move(load);
  }
  state_ = State::making;
  return true;
}

bool Workspace::work(const Schema& schema) { return load_->work(schema); }

void Workspace::done(double now) {
  state_ = State::idle;
  if (reserved_ > 0 && !outdated_) return;
  const std::size_t bytes = load_->bytes();
  if (outdated_ || load_->blocks().empty() || kept_.now + bytes > kept_.most) return drop();
  reserved_ = bytes;
  kept_.now += bytes;
  keptUntil_ = now + kKept;
}

void Workspace::forget() {
  outdated_ = true;
  if (state_ == State::making) state_ = State::idle;  // half of it would be of another schema
  drop();
}

void Workspace::tick(double now) {
  if (state_ == State::idle && due() <= now) drop();
}

void Workspace::drop() {
  kept_.now -= reserved_;
  reserved_ = 0;
  load_.reset();
}

}  // namespace ablo::hub
