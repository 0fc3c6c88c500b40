// SPDX-License-Identifier: MIT
//
// Claims: who holds which row and who waits, as the log tells it; and the claims of this client among them.
//
// A claim of ours is settled by the log, not by the answer alone: it is granted once its grant has been applied here, so that
// the row read next is the one the claim protects.
//
//             request sent              grant applied                 release asked, writes settled
//   wanted ───────────────▶ asked ──────────────────▶ held ──────────────────────────────────────────▶ leaving ──▶ gone
//                             │  refused, canceled      │ expired, canceled
//                             └──────▶ gone             └──────▶ lost: until it is given back, writes to its row are
//                                                                refused, or they would go out with no guard at all
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ablo/json.h"

namespace ablo {

/// A claim as wire.md describes it; the core reads of it what it needs and hands the rest on.
struct Claim {
  std::string id;
  std::string model;
  std::string row;
  std::string field;  // empty: the whole row
  bool active = false;
  double position = 0;
  double fence = 0;
  double readAt = 0;
  Json json;

  static Claim read(const Json& json);
};

class Claims {
 public:
  using Target = std::pair<std::string, std::string>;  // model key, row id

  /// A transition from the log or a claim that was loaded. False: the claim is over and gone.
  bool apply(const Json& json);
  /// Forgets all, before those that the server has are applied.
  void clear();

  const Claim* find(std::string_view id) const;
  /// Holder first, then the line in order. Empty model or row: all of them.
  std::vector<const Claim*> list(std::string_view model, std::string_view row, std::string_view field) const;
  /// Targets whose claims changed since the last call.
  std::set<Target> changed();

 private:
  std::map<std::string, Claim> claims_;
  std::map<Target, std::set<std::string>> byTarget_;
  std::set<Target> changed_;

  void erase(const std::string& id);
};

/// A claim this client asked for.
struct OwnClaim {
  enum class State : uint8_t { wanted, asked, held, lost, leaving };
  State state = State::wanted;
  Claims::Target target;
  uint32_t request = 0;       // who waits for the grant
  uint32_t leaveRequest = 0;  // who waits for the release
  std::string message;        // the frame that asks for it
  double ttl = 0;
  double renewAt = 0;

  bool renews() const { return state == State::asked || state == State::held; }
};

}  // namespace ablo
