// SPDX-License-Identifier: MIT
#include "session/session.h"

#include <algorithm>

namespace ablo {

namespace {

using S = Session::State;
using E = Session::Effect;
using Step = Session::Step;

constexpr double kTokenDeadline = 30'000, kConnectDeadline = 10'000, kGreetingDeadline = 10'000,
                 kLoadDeadline = 120'000;
constexpr double kPingEvery = 30'000, kPongWithin = 10'000;
constexpr double kFirstPause = 100, kLongestPause = 5'000;

struct Rule {
  S state;
  Session::Event event;
  Step step;
};
using V = Session::Event;
constexpr Step kAgain{S::authorizing, E::getToken}, kLost{S::waiting, E::disconnect},
    kRefused{S::refused, E::disconnect};

// Whatever is not listed changes nothing.
constexpr Rule kRules[] = {
    {S::idle, V::start, kAgain},
    {S::idle, V::nudge, kAgain},
    {S::authorizing, V::token, {S::connecting, E::connect}},
    {S::authorizing, V::noToken, kLost},
    {S::authorizing, V::late, kLost},
    {S::connecting, V::opened, {S::greeting, E::greet}},
    {S::connecting, V::lost, kLost},
    {S::connecting, V::late, kLost},
    {S::connecting, V::expired, kAgain},
    {S::greeting, V::load, {S::loading, E::none}},
    {S::greeting, V::resume, {S::live, E::ready}},
    {S::greeting, V::lost, kLost},
    {S::greeting, V::late, kLost},
    {S::greeting, V::expired, kAgain},
    {S::loading, V::loaded, {S::live, E::ready}},
    {S::loading, V::lost, kLost},
    {S::loading, V::late, kLost},
    {S::loading, V::expired, kAgain},
    {S::live, V::lost, kLost},
    {S::live, V::late, {S::live, E::ping}},
    {S::live, V::expired, kAgain},
    {S::waiting, V::late, kAgain},
    {S::waiting, V::nudge, kAgain},
    {S::refused, V::nudge, kAgain},
};

constexpr std::array<std::array<Step, Session::kEvents>, Session::kStates> makeTable() {
  std::array<std::array<Step, Session::kEvents>, Session::kStates> table{};
  for (std::size_t state = 0; state < Session::kStates; ++state) {
    const S self = static_cast<S>(state);
    const bool trying = self != S::idle && self != S::waiting && self != S::refused && self != S::stopped;
    for (Step& step : table[state]) step = {self, E::none};
    if (trying || self == S::idle) table[state][static_cast<std::size_t>(V::denied)] = kRefused;
    if (trying) table[state][static_cast<std::size_t>(V::refused)] = kRefused;
    if (self != S::stopped) table[state][static_cast<std::size_t>(V::stop)] = {S::stopped, E::disconnect};
  }
  for (const Rule& rule : kRules)
    table[static_cast<std::size_t>(rule.state)][static_cast<std::size_t>(rule.event)] = rule.step;
  return table;
}
constexpr auto kTable = makeTable();

}  // namespace

Step Session::step(State state, Event event) {
  return kTable[static_cast<std::size_t>(state)][static_cast<std::size_t>(event)];
}

void Session::enter(State state, double now, double chance) {
  state_ = state;
  pinged_ = false;
  switch (state) {
    case State::authorizing: deadline_ = now + kTokenDeadline; break;
    case State::connecting: deadline_ = now + kConnectDeadline; break;
    case State::greeting: deadline_ = now + kGreetingDeadline; break;
    case State::loading: deadline_ = now + kLoadDeadline; break;
    case State::live:
      deadline_ = now + kPingEvery;
      failures_ = 0;
      break;
    case State::waiting: {
      const double pause = std::min(kFirstPause * (1u << std::min(failures_, 10u)), kLongestPause);
      deadline_ = now + pause / 2 + pause / 2 * chance;
      ++failures_;
      break;
    }
    case State::idle:
    case State::refused:
    case State::stopped: deadline_ = -1; break;
  }
}

Session::Effect Session::handle(Event event, double now, double chance) {
  const Step next = step(state_, event);
  // A credential that expires again before anything worked is not going to get better.
  if (event == Event::expired && next.next == State::authorizing && state_ != State::live && ++failures_ > 3) {
    enter(State::refused, now, chance);
    return Effect::disconnect;
  }
  if (next.next != state_) enter(next.next, now, chance);
  return next.effect;
}

void Session::heard(double now) {
  if (state_ == State::live) {
    deadline_ = now + kPingEvery;
    pinged_ = false;
  } else if (state_ == State::loading) {
    deadline_ = now + kLoadDeadline;
  }
}

Session::Effect Session::tick(double now, double chance) {
  if (deadline_ < 0 || now < deadline_) return Effect::none;
  if (state_ == State::live && pinged_) return handle(Event::lost, now, chance);
  const Effect effect = handle(Event::late, now, chance);
  if (effect == Effect::ping) {
    pinged_ = true;
    deadline_ = now + kPongWithin;
  }
  return effect;
}

std::string_view sessionStateText(Session::State state) {
  constexpr std::array<std::string_view, Session::kStates> kNames{
      "idle", "authorizing", "connecting", "greeting", "loading", "live", "waiting", "refused", "stopped"};
  return kNames[static_cast<std::size_t>(state)];
}

}  // namespace ablo
