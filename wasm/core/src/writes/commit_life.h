// SPDX-License-Identifier: MIT
//
// CommitLife: what becomes of a commit. A step function over a total table; a dot changes nothing.
//
//              connected    lost     accepted    applied          rejected        outdated   replaced    late
//   queued     sent·send    .        confirmed   .                settled·reject  settled    .           .·doubt
//   sent       .            queued   confirmed   .                settled·reject  settled    .           .·doubt
//   confirmed  .            .        .           settled·confirm  .               .          queued      .·doubt
//   settled    .            .        .           .                .               .          .           .
//
// accepted: a receipt, or a change that carries the commit's key, says at which seq it stands; applied: the log has been
// applied up to there. outdated: it was rejected because its row changed, and is to be made anew from the row as it is now, as
// another commit. replaced: the log is another one, in which nothing that was only accepted need be true. late: who
// waits is told that the outcome is not known; the commit goes on.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ablo {

struct CommitLife {
  enum class State : uint8_t { queued, sent, confirmed, settled };
  enum class Event : uint8_t { connected, lost, accepted, applied, rejected, outdated, replaced, late };
  enum class Effect : uint8_t { none, send, confirm, reject, doubt };
  static constexpr std::size_t kStates = 4, kEvents = 8;

  struct Step {
    State next;
    Effect effect = Effect::none;
  };
  static Step step(State state, Event event);
};

}  // namespace ablo
