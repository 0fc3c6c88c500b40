// SPDX-License-Identifier: MIT
//
// Subscriber: one socket, and where it stands in the log of its organization.
//
//               hello   resume     message  level     behind              misfit   published  reset    failed  left
//   greeting    load→L  catchUp→C  refuse   ·         ·                   ·        ·          ·        ·       →X
//   loading     load    catchUp→C  accept   accept→V  accept, catchUp→C   ·        ·          load     end→X   →X
//   catchingUp  load→L  catchUp    accept   accept→V  accept, catchUp     load→L   ·          load→L   end→X   →X
//   live        load→L  catchUp→C  accept   ·         ·                   ·        accept     load→L   ·       →X
//   closed      ·       ·          ·        ·         ·                   ·        ·          ·        ·       ·
//
//   hello      it starts afresh
//   resume     it starts from a cursor
//   message    it wants something else
//   level      what it asked for has come, and it has all that was published to the others
//   behind     what it asked for has come, and the stream moved on meanwhile
//   misfit     its cursor is of another log than this one, or what followed it is no longer kept
//   published  the stream moved on
//   reset      the log was replaced, or trimmed further than it was published
//   failed     the database gave no answer
//   left       the socket is gone
//
// Always true:
//   1. whoever is live has seen at least what was published: what is published next continues it, or it has it already;
//   2. it is known to its organization before it reads anything, so nothing falls between its read and the stream;
//   3. an answer to an earlier question than its last (another turn) never reaches it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hub/outbox.h"
#include "hub/participant.h"

namespace ablo::hub {

enum class SubscriberState : uint8_t { greeting, loading, catchingUp, live, closed };
enum class SubscriberEvent : uint8_t { hello, resume, message, level, behind, misfit, published, reset, failed, left };
enum class SubscriberAction : uint8_t { ignore, load, catchUp, accept, acceptAndCatchUp, refuse, end };

struct SubscriberStep {
  SubscriberAction action;
  SubscriberState next;
  friend bool operator==(const SubscriberStep&, const SubscriberStep&) = default;
};

SubscriberStep subscriberStep(SubscriberState state, SubscriberEvent event);

/// An answer that is ahead of the stream.
struct HeldAnswer {
  double seq;
  double request;
  std::string text;
};

struct Subscriber : Participant {
  Socket socket = 0;
  double deadline = 0;  // for its hello, then of its credential

  SubscriberState state = SubscriberState::greeting;
  double cursor = -1;  // the seq up to which it has everything; -1: nothing yet
  uint32_t turn = 0;   // of its last question to the database
  uint32_t round = 0;  // of the workspace it waits for, while it is loading
  std::vector<HeldAnswer> held;

  // What it has under way (HubLimits).
  std::size_t commits = 0;
  std::size_t commitBytes = 0;
  std::size_t requests = 0;  // at the database
  std::size_t requestBytes = 0;
  bool isLeaving = false;  // the server stops: it goes when its commits have receipts

  // Its hello has another schema than the hub: the database is asked whether there is a newer one.
  bool schemaAsked = false;
  std::string unheard;  // that hello, until there is an answer

  // What its hello said.
  std::string schema;
  std::string epoch;                // of the log its cursor is of
  std::optional<ErrorCode> reason;  // why it loads, where that is a surprise to it
  bool full = true;
  bool welcomed = false;
};

/// What it is known by within its organization.
std::string actorText(const Subscriber& subscriber);

}  // namespace ablo::hub
