// SPDX-License-Identifier: MIT
//
// Audience: everybody of one organization who is connected here, and the stream they follow.
//
//   hello ──▶ asks for a load, or changes ──▶ is level with the stream ──▶ gets changes as they are published
//
// Always true:
//   1. every subscriber gets the log from its cursor on, without gap, repeat or inversion (I11);
//   2. an answer with rows leaves when its subscriber's cursor has reached its seq, and never before;
//   3. a socket that was closed is not spoken to again.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "hub/counters.h"
#include "hub/hello.h"
#include "hub/messages.h"
#include "hub/outbox.h"
#include "hub/stream.h"
#include "hub/subscriber.h"
#include "hub/workspace.h"

namespace ablo::hub {

class Audience {
 public:
  /// `schema`: the one in force, which is that of everybody whose hello was accepted.
  Audience(std::string organization, const std::optional<Schema>& schema, Outbox& outbox, Counters& counters,
           const HubLimits& limits, KeptBytes& kept)
      : organization_(std::move(organization)),
        schema_(schema),
        outbox_(outbox),
        counters_(counters),
        limits_(limits),
        workspace_(kept) {}

  const std::map<Socket, Subscriber>& subscribers() const { return subscribers_; }
  void join(Subscriber subscriber) { subscribers_.emplace(subscriber.socket, std::move(subscriber)); }
  Subscriber* find(Socket socket);
  void leave(Socket socket);
  void close(Socket socket, CloseCode code, std::string_view reason);
  /// Says why, then closes.
  void refuse(Socket socket, const Error& error, CloseCode code);

  /// What an event makes of a subscriber; where that is another question to the database, it is asked. The caller does
  /// what `accept` and `refuse` stand for. A subscriber whose action is `end` is gone.
  SubscriberAction take(Subscriber& subscriber, SubscriberEvent event);
  void greet(Subscriber& subscriber, const Hello& hello);

  // Answers to what take() and hear() asked.
  void workspaceRead(bool ok, std::string_view bytes, double now);
  void loaded(Subscriber& subscriber, bool ok, std::string_view bytes, double now);
  void caughtUp(Subscriber& subscriber, bool ok, std::string_view bytes, double now);
  void published(uint32_t turn, bool ok, std::string_view bytes, double now);
  /// A page that came with another answer.
  void offered(std::string_view bytes, double now);

  /// The log has got this far: who is live is brought up to it.
  void hear(double head, double now);
  /// The database's own word about the head, which may also be behind.
  void compare(double head, double now);
  /// Sends an answer when the subscriber has seen as much as it has.
  void hold(Subscriber& subscriber, HeldAnswer answer);
  double behind() const { return stream_.behind(); }
  uint32_t log() const { return stream_.log(); }
  double published() const { return stream_.published(); }  // -1: not known
  /// Whether what was decided in a log stands in this one. While nobody is here to be told, it does.
  bool follows(uint32_t log) const { return subscribers_.empty() || (stream_.known() && stream_.log() == log); }

  /// Another schema is in force.
  void forgetWorkspace() { workspace_.forget(); }
  double due() const;
  void tick(double now);

 private:
  void ask(Subscriber& subscriber, Call::Purpose purpose);
  /// Those who wait for a round of the workspace; for any, without one.
  std::vector<Socket> waiting(std::optional<uint32_t> round = std::nullopt) const;
  void readWorkspace();
  void makeWorkspace(double now);
  void giveWorkspace(double now);
  bool begin(Subscriber& subscriber, const Load& load, double now);
  void welcome(Subscriber& subscriber, Start start, const std::string& epoch, double head, double now);
  void follow(const std::string& epoch, double seq, const std::vector<Socket>& readers);
  void startOver(ErrorCode reason, const std::string& epoch, double seq, const std::vector<Socket>& but = {});
  void releaseHeld(Subscriber& subscriber);
  void deliver(const Page& page, double now);
  void readOn(double now);

  const std::string organization_;
  const std::optional<Schema>& schema_;
  Outbox& outbox_;
  Counters& counters_;
  const HubLimits& limits_;
  std::map<Socket, Subscriber> subscribers_;
  Workspace workspace_;
  double nextSlice_ = 0;  // of it
  Stream stream_;
};

}  // namespace ablo::hub
