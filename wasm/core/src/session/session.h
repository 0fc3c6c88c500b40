// SPDX-License-Identifier: MIT
//
// Session: when to ask for a token, when to connect, when to wait and when to give up. A step function over a total table:
//
//                 token          open          welcome: load       loaded
//   idle ──▶ authorizing ──▶ connecting ──▶ greeting ──▶ loading ──────────▶ live
//                ▲  ▲                          │  welcome: resume  ────────▶ ▲
//                │  └── expired ◀──────────────┴──────────┴──────────────────┤
//             waiting ◀───────────────── lost, or too late ──────────────────┘
//                         refused: by name, until nudged · stopped: for ever
//
// Every state is left by a deadline but idle, live (which pings), refused and stopped.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace ablo {

class Session {
 public:
  enum class State : uint8_t { idle, authorizing, connecting, greeting, loading, live, waiting, refused, stopped };
  enum class Event : uint8_t {
    start,
    token,
    noToken,
    denied,
    opened,
    load,
    resume,
    loaded,
    lost,
    expired,
    refused,
    late,
    nudge,
    stop
  };
  enum class Effect : uint8_t { none, getToken, connect, greet, ready, disconnect, ping };
  static constexpr std::size_t kStates = 9, kEvents = 14;

  struct Step {
    State next;
    Effect effect;
  };
  /// What an event does in a state. Every pair has an entry.
  static Step step(State state, Event event);

  State state() const { return state_; }
  bool online() const { return state_ == State::loading || state_ == State::live; }

  /// Takes an event and says what is to be done. `chance` in [0, 1) spreads the pauses of many clients.
  Effect handle(Event event, double now, double chance = 0.5);
  /// The server sent something.
  void heard(double now);
  /// What is due now: a deadline that has passed, or a ping.
  Effect tick(double now, double chance = 0.5);
  /// When tick() has something to do, or a negative number.
  double wakeAt() const { return deadline_; }
  uint32_t failures() const { return failures_; }

 private:
  void enter(State state, double now, double chance);

  State state_ = State::idle;
  double deadline_ = -1;
  uint32_t failures_ = 0;  // in a row, since the last time it was live
  bool pinged_ = false;
};

std::string_view sessionStateText(Session::State state);

}  // namespace ablo
