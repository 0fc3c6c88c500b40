// SPDX-License-Identifier: MIT
//
// Client: the client's half of the core. It holds the rows, the writes that are not confirmed yet, claims, snapshots and the
// conversation with the server, without socket, clock or randomness: events go in, a Frame of changes and effects comes out.
//
//   client.defineSchema(document);  client.start(now);
//   for each event: client.receive(bytes, now) …  then apply(client.drain())
//
// Always true:
//   1. view = confirmed base + pending commits in call order; a rejection folds again what remains, nothing is restored;
//   2. a commit stays in the view until the change at its seq has been applied, and settles once: confirmed or rejected;
//   3. commits go out in call order; one without a receipt goes out again, with the same key, on every new connection;
//   4. a row's version grows with every visible change and when its slot is used again; a row keeps its slot meanwhile;
//   5. the cursor never moves over a change that was not applied.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ablo/frame.h"
#include "ablo/list.h"
#include "ablo/result.h"
#include "ablo/schema.h"
#include "ablo/value.h"

namespace ablo {

struct ClientOptions {
  std::string session;                        // unique to this client, for its life
  bool loadAll = true;                        // take the whole workspace at the start; otherwise only what is asked for
  std::string agent;                          // the agent a holder of a secret key acts as
  std::size_t budget = std::size_t{1} << 30;  // bytes its rows may take
  bool guardsUpdates = false;                 // a write without a guard goes by what was last read of its rows
};

class Client {
 public:
  enum class Record : uint32_t {
    row = 1,
    query,
    claims,
    settled,
    answered,
    status,
    send,
    connect,
    disconnect,
    wake,
    token,
    premise,
    warning,
    forget,
    lost,
    model
  };
  enum class Settled : uint32_t { confirmed = 1, rejected = 2, unknown = 3, outdated = 4 };

  explicit Client(ClientOptions options);
  ~Client();

  Result<std::string> defineSchema(std::string_view document);  // its hash; once
  const Schema& schema() const;

  // The session.
  void start(double now);
  void opened(double now);
  void closed(int code, std::string_view reason, double now);
  void receive(std::string_view bytes, double now);
  void tokenReady(double now);
  void tokenFailed(std::string_view code, std::string_view message, double now);  // no code: it may work next time
  void tokenChanged(double now);
  void tick(double now);
  void nudge(double now);
  void stop(double now);
  Json status() const;
  double cursor() const;  // -1 before the first connection

  // Writes: `{key, operations, readAt?, onStale?, reads?, claim?, attempt?, retries?}`; the commit's number. One with `retries` that
  // turns out stale is not refused while any are left: it is told to be outdated, with the `attempt` and `retries` to make it
  // anew with.
  Result<uint32_t> commit(std::string_view json, double now);
  /// How a pending commit travels, with all it goes by: what a queue that outlives this client keeps, and gives commit() again.
  std::string_view message(uint32_t commit) const;

  // Reads.
  Result<uint32_t> load(std::string_view query, double now);  // the request, or 0: everything is here already
  Result<uint32_t> openQuery(std::string_view query);
  void closeQuery(uint32_t query);
  int queryModel(uint32_t query) const;
  std::span<const uint32_t> rows(uint32_t query);  // slots in order; for edits() it was read
  /// What became of a result since it was last read: 1 if it is given as a whole, else 0; how many rows went; where they
  /// were, in order; then place, slot and version of each that came, in order.
  const List<uint32_t>& edits(uint32_t query);
  uint32_t countRows(uint32_t query);
  int slot(int model, std::string_view id) const;  // -1: no such row in the view
  uint32_t version(int model, uint32_t slot) const;
  bool shows(int model, uint32_t slot) const;
  std::optional<List<Value>> row(int model, uint32_t slot) const;
  void rowRead(int model, uint32_t slot);                        // somebody has seen the row as it is now
  Cell cell(int model, uint32_t slot, std::size_t field) const;  // of a row that is shown
  static constexpr uint32_t kNoString = 0xffffffff;
  uint32_t symbol(int model, uint32_t slot, std::size_t field) const;  // kNoString: the field's text has no number
  std::string_view string(uint32_t number) const;

  // The image: what is confirmed, to begin with at the next start.
  struct ImagePart {
    int model;
    uint32_t chunk;
    std::string bytes;  // empty: there is nothing at this place any more
  };
  struct Image {
    std::string manifest;   // empty: nothing has come yet
    List<ImagePart> parts;  // those that changed since the last time
  };
  Image saveImage();
  /// Before the first connection, all or nothing. `image_damaged`, `schema_mismatch` or `store_full`, and the client is as it was.
  Outcome restoreImage(std::string_view manifest, std::span<const std::string_view> parts);

  // Coordination.
  /// `{claim, model, id, ttl, action, wait, fields?, timeout?, …}`, or `{rows: [{claim, model, id}], ttl, …}`: all of them or none.
  Result<uint32_t> claim(std::string_view json, double now);
  Result<uint32_t> release(std::string_view claim, double now);
  /// `{model, id, order: [claim id]}`.
  Result<uint32_t> reorder(std::string_view json, double now);
  /// `{model?, id? or ids?, field?, others?}`: claims, who holds them first, then who waits, in order. `others`: not this client's own.
  Result<Json> intents(std::string_view filter) const;
  /// The same, with `timeout?` and `ifClaimed?`, `wait` or `fail`: the request, answered when nobody holds any of it; 0: nobody
  /// does; or `entity_claimed`.
  Result<uint32_t> awaitFree(std::string_view filter, double now);
  /// One of these that nobody waits for any more.
  void closeRequest(uint32_t request);
  struct SnapshotTaken {
    uint32_t snapshot;
    double stamp;
  };
  Result<SnapshotTaken> snapshot(std::string_view entities);
  /// Who follows it is told of every change of what it shows, others of the first.
  void followSnapshot(uint32_t snapshot, bool follows);
  void closeSnapshot(uint32_t snapshot);

  /// What changed and what is to be done since the last drain. Valid until the next call.
  const Frame& drain();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ablo
