// SPDX-License-Identifier: MIT
//
// Hub: the server's half of the conversation (docs/internals/wire.md), without sockets, clock or database.
//
// Events go in (a socket opened, a frame came, the database answered, time passed); effects come out of drain(): frames for
// sockets, calls for the database, sockets to close. One hub serves any number of organizations.
//
// Always true:
//   1. every socket gets the log of its organization, filtered by its groups, without gap, repeat or inversion, from its cursor on;
//   2. the commits of one socket reach the database in the order they came; one batch an organization is in flight, and
//      no two commits of a batch touch the same row;
//   3. a commit whose outcome is not known is never answered: the client asks again;
//   4. nothing is sent to a socket before its hello was accepted, or after its credential expired.
// Requires: numbers of sockets are never used again, every call is answered once, and whoever is told to close a socket
// says closed() when it is.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ablo/frame.h"
#include "ablo/result.h"
#include "ablo/schema.h"

namespace ablo {

/// How much, how many and how often (docs/reference/limits.md). 0 is no limit where it says so.
struct HubLimits {
  // What one socket may have under way; more is refused as `too_much_unanswered`. Our own client comes back when it is
  // closed for that, and finds what was decided meanwhile.
  std::size_t commits = 5'000;  // without a receipt: one more closes the socket, for what is said about it may be wrong
  std::size_t commitBytes = 16 << 20;  // of them; one may exceed it
  std::size_t requests =
      1'000;  // queries and claims without an answer: one more is refused; `commitBytes` of them, too
  std::size_t heldBytes = 16 << 20;  // of answers that wait for the stream; one may exceed it

  // What the sockets of one organization may have on the way to the database together; one more commit closes its socket
  // as above, and one more request than so many bytes is refused. 0: no limit.
  std::size_t queuedCommits = 0;
  std::size_t queuedBytes = 0;

  // Calls of the database under way at once, and those of one organization. 0: no limit.
  std::size_t calls = 0;
  std::size_t callsPerOrganization = 0;

  // Sockets open at once; one more is refused as `rate_limited`. 0: no limit.
  std::size_t sockets = 0;
  std::size_t socketsPerOrganization = 0;
  std::size_t socketsPerAddress = 0;

  // Claims an actor holds or waits for. 0: no limit.
  std::size_t claimsPerActor = 0;

  // How often a second, on average; `burstSeconds` of it may come at once. One more connection or request is refused as
  // `rate_limited`, one more commit leaves later. 0: no limit.
  double burstSeconds = 10;
  double connectionsPerAddress = 0;
  double connectionsPerKey = 0;
  double requestsPerAddress = 0;
  double requestsPerKey = 0;
  double requestsPerActor = 0;
  double requestsPerOrganization = 0;
  double commitsPerActor = 0;
  double commitsPerOrganization = 0;
  std::size_t keptBytes = 256 << 20;  // not of a socket: of workspaces that are kept for those who start next
};

class Hub {
 public:
  using Socket = uint32_t;
  using Request = uint32_t;
  enum class Record : uint32_t {
    send = 1,
    call = 2,
    close = 3,
    wake = 4,
    log = 5,
    hint = 6
  };                                                       // wasm/boundary/module.d.ts
  enum class Payload : uint32_t { text = 1, binary = 2 };  // of what is sent: a WebSocket's opcode

  explicit Hub(HubLimits limits = {});
  ~Hub();

  /// The schema in force from now on; its hash. Clients that were built with another one are sent away.
  Result<std::string> setSchema(std::string_view document);

  /// Whether somebody may come now, as far as limits go, before it is a socket or when it never becomes one: `{address?,
  /// credential?, organization?, actor?}`, what is known of it by then. A connection is a socket to be opened.
  enum class Visit : uint32_t { connection = 1, request = 2 };
  Outcome admit(Visit visit, std::string_view caller, double now);

  /// What somebody asks about claims by HTTP, as the database is to be asked (hub/coordinate.h).
  Result<std::string> coordinate(std::string_view caller, std::string_view asked) const;

  /// A socket, and who it is: `{organization, actor, onBehalfOf?, credential?, groups, operations, mayNameAgent, expiresAt?,
  /// address?}`. One too many is told so and closed.
  void open(Socket socket, std::string_view identity, double now);
  /// One frame of it.
  void receive(Socket socket, std::string_view bytes, double now);
  void closed(Socket socket, double now);

  /// What the database answered to a call; `{"error"}` when it did not (ok is false), which leaves open what it did.
  void answer(Request request, bool ok, std::string_view bytes, double now);
  /// `{organization: seq}`, as the database has it.
  void heads(std::string_view heads, double now);
  /// The same, as another server says: it may be old, and is asked about before it is believed.
  void hear(std::string_view heads, double now);

  void tick(double now);
  /// From now on nobody is heard; everybody is told to come back later. What was asked of the database runs its course.
  void retire(double now);

  std::string organizations() const;  // those with a socket, as a JSON array
  std::string statistics() const;     // `{sockets, commits, rejections, batches, resumes, inFlight}`
  std::string metrics() const;        // these and more (wasm/boundary/module.d.ts)
  /// Effects since the last drain, in order. Valid until the next call.
  const Frame& drain();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ablo
