// SPDX-License-Identifier: MIT
//
// OwnClaim: a claim this client asked for, until it is given back. A step function over a total table; a dot changes nothing.
//
//            connected   granted     ended        late           released       settled
//   wanted   asked·ask   .           gone·refuse  gone·refuse    gone·refuse    .
//   asked    .·ask       held·grant  gone·refuse  leaving·leave  leaving·leave  .
//   held     .           .           lost·lose    .              leaving·leave  .
//   lost     .           .           .            .              gone           .
//   leaving  .           .           .            .              .              gone·giveBack
//   gone     .           .           .            .              .              .
//
// granted: by the log, not by the answer alone, so that the row read next is the one the claim protects. ended: refused,
// canceled, expired, or a server that takes this client in no more. late: it waited in line for as long as was asked. lost
// stays until it is given back: writes to its row are refused, or they would go out with no guard at all. settled: no write
// under it is without its outcome, and the connection stands; before that it cannot be given back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include "coordination/claims.h"

namespace ablo {

struct OwnClaim {
  enum class State : uint8_t { wanted, asked, held, lost, leaving, gone };
  enum class Event : uint8_t { connected, granted, ended, late, released, settled };
  enum class Effect : uint8_t { none, ask, grant, refuse, lose, leave, giveBack };
  static constexpr std::size_t kStates = 6, kEvents = 6;

  struct Step {
    State next;
    Effect effect = Effect::none;
  };
  static Step step(State state, Event event);

  State state = State::wanted;
  Claims::Target target;
  uint32_t request = 0;       // who waits for the grant
  uint32_t leaveRequest = 0;  // who waits for the release
  std::string message;        // the frame that asks for it
  double ttl = 0;
  double renewAt = 0;
  double lateAt = std::numeric_limits<double>::infinity();  // when it has waited in line for long enough

  bool waits() const { return state == State::wanted || state == State::asked; }
  bool renews() const { return state == State::asked || state == State::held || state == State::leaving; }
};

}  // namespace ablo
