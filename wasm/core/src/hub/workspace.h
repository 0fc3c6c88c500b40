// SPDX-License-Identifier: MIT
//
// Workspace: all rows of an organization as of a place in its log, read from the database once for everybody who waits for
// them at that moment. Whoever comes while it is read waits for the next round, so nobody starts from an earlier place
// than one they may have seen.
//
//   idle ──ask──▶ asked ──take──▶ making, a slice at a time ──▶ ready: given to those of the round ──done──▶ idle
//
// A large one is kept for a minute, and given again if the database says that nothing has happened since.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

#include "hub/load.h"

namespace ablo::hub {

/// What the workspaces of all organizations may keep together, in bytes.
struct KeptBytes {
  std::size_t most = 0;
  std::size_t now = 0;
};

class Workspace {
 public:
  explicit Workspace(KeptBytes& kept) : kept_(kept) {}
  ~Workspace() { drop(); }
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  /// The round that whoever starts to wait now belongs to.
  uint32_t nextRound() const { return round_ + 1; }
  uint32_t round() const { return round_; }
  bool idle() const { return state_ == State::idle; }

  /// Begins a round; what ablo.load is called with. Requires: it is idle.
  std::string ask();
  /// The database's answer. False: it was none, and the round has failed.
  bool take(bool ok, std::string_view answer);
  bool making() const { return state_ == State::making; }
  /// One slice. True: it is ready.
  bool work(const Schema& schema);
  const Load& load() const { return *load_; }
  /// It was given to all who waited in this round.
  void done(double now);

  /// Another schema: what was read by the last one is not given again, nor made ready. Requires: those who wait are sent away.
  void forget();
  double due() const { return reserved_ > 0 ? keptUntil_ : std::numeric_limits<double>::infinity(); }
  void tick(double now);

 private:
  enum class State : uint8_t { idle, asked, making };

  void drop();

  KeptBytes& kept_;
  State state_ = State::idle;
  uint32_t round_ = 0;
  std::unique_ptr<Load> load_;
  std::size_t reserved_ = 0;  // of the bytes that may be kept; 0: it is not kept
  double keptUntil_ = 0;
  bool outdated_ = false;  // what is being read
};

}  // namespace ablo::hub
