// SPDX-License-Identifier: MIT
//
// Conversation: one frame of a client, read and acted upon. The rules:
//   - what is no message of the protocol gets an `error`, and the socket is closed with 4009;
//   - what is one but cannot be, gets its receipt or answer, with the reason by name;
//   - who says hello, asks or claims too often is told so; a socket that does nothing but begin again is sent away;
//   - whose schema is not the hub's waits until the database was asked whether another server has pushed that one, and is
//     sent away, to come back, if it does not wait;
//   - before its hello was accepted a client is told nothing but why it is turned away.
#pragma once

#include <optional>
#include <string_view>

#include "ablo/schema.h"
#include "hub/organization.h"

namespace ablo::hub {

class Conversation {
 public:
  /// `schema`: the one in force; null before the first push.
  Conversation(const Schema* schema, Organization& organization, Outbox& outbox, Counters& counters,
               Subscriber& subscriber, double now)
      : schema_(schema),
        organization_(organization),
        outbox_(outbox),
        counters_(counters),
        subscriber_(subscriber),
        now_(now) {}

  void receive(std::string_view bytes);

 private:
  void hello(const Json& message, std::string_view bytes);
  void lookForSchema(std::string_view hello);
  void commit(const Json& message, std::size_t bytes);
  void query(const Json& message);
  void coordinate(const Json& message, Call::Purpose purpose);
  void refuse(const Error& error, CloseCode code) { organization_.audience.refuse(subscriber_.socket, error, code); }

  const Schema* schema_;
  Organization& organization_;
  Outbox& outbox_;
  Counters& counters_;
  Subscriber& subscriber_;
  const double now_;
};

}  // namespace ablo::hub
