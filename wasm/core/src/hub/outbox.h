// SPDX-License-Identifier: MIT
//
// Outbox: what the hub wants done, in order, until somebody drains it; and what each question to the database was for.
// A question for which there is no place at the database yet waits in line.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ablo/hub.h"
#include "ablo/json.h"
#include "hub/fair_line.h"

namespace ablo::hub {

using Socket = Hub::Socket;
using Request = Hub::Request;  // ours, to the database

/// Why the database was asked, and who waits for the answer.
struct Call {
  enum class Purpose : uint8_t {
    schema,
    workspace,
    load,
    catchUp,
    publish,
    batch,
    read,
    claim,
    release,
    reorder,
    renew,
    heartbeat
  };
  Purpose purpose;
  std::string organization;
  Socket socket = 0;      // schema, load, catchUp, read, claim, release, reorder, heartbeat
  uint32_t turn = 0;      // load, catchUp: the subscriber's; publish: the stream's; read, batch: the log
  double request = 0;     // read, claim, release, reorder, heartbeat: the client's own number of it; batch: the flight
  std::size_t bytes = 0;  // read, claim, release, reorder, renew, heartbeat: of what is asked
  bool isSlow = false;    // batch: it waits in the database for somebody's row

  FairLine::Pace pace() const {
    if (isSlow) return FairLine::Pace::slow;
    return purpose == Purpose::batch || purpose == Purpose::publish ? FairLine::Pace::urgent : FairLine::Pace::rest;
  }
};

/// Codes a socket is closed with (docs/internals/wire.md).
enum class CloseCode : uint32_t {
  goingAway = 1001,
  serverFault = 1011,
  tooMuch = 1013,
  credential = 4001,
  forbidden = 4003,
  malformed = 4009,
  schema = 4010
};

class Outbox {
 public:
  explicit Outbox(const HubLimits& limits) : line_(limits.calls, limits.callsPerOrganization) {}

  using Payload = Hub::Payload;
  void send(Socket socket, std::string_view bytes, Payload payload = Payload::text) {
    send(std::vector<Socket>{socket}, bytes, payload);
  }
  void send(const std::vector<Socket>& sockets, std::string_view bytes, Payload payload = Payload::text);
  void call(Call call, std::string_view function, std::string_view input);
  /// Takes back a slow call of an organization that has no place yet, by its `request`. False: it is under way.
  bool withdraw(const std::string& organization, double request);
  void close(Socket socket, CloseCode code, std::string_view reason);
  void wake(double at);
  /// `level` is one of the log's: debug, info, warn.
  void log(std::string_view level, std::string_view message, const std::string& organization,
           std::initializer_list<Json::Member> details = {});
  /// The log of an organization has grown to this: for other servers.
  void hint(const std::string& organization, double head);

  /// The call that was answered; nothing for an answer nobody asked for.
  std::optional<Call> answered(Request request);
  std::size_t unanswered() const { return calls_.size(); }
  std::size_t waiting() const { return line_.waiting(); }
  bool awaits(const std::string& organization) const;

  /// Valid until the next drain.
  const Frame& drain();

 private:
  void callNext();
  Frame& record(Hub::Record kind) { return filling_.word(static_cast<uint32_t>(kind)); }

  Frame filling_;
  Frame drained_;
  FairLine line_;
  std::map<Request, Call> calls_;
  Request lastRequest_ = 0;
};

}  // namespace ablo::hub
