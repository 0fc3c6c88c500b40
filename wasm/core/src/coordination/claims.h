// SPDX-License-Identifier: MIT
//
// Claims: who holds which row and who waits, as the log tells it. This client's own among them are in own_claim.h.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "ablo/json.h"
#include "ablo/list.h"
#include "base/map.h"

namespace ablo {

/// A claim as wire.md describes it; the core reads of it what it needs and hands the rest on.
struct Claim {
  std::string id;
  std::string model;
  std::string row;
  bool active = false;
  double position = 0;
  double ticket = 0;  // the lower, the earlier it was asked for
  double fence = 0;   // the lower, the earlier it was granted
  double readAt = 0;
  Json json;

  /// Empty: any part of the row.
  bool isOf(std::string_view field) const;
  static Claim read(const Json& json);
};

class Claims {
 public:
  using Target = std::pair<std::string, std::string>;  // model key, row id

  /// Which claims are meant. What is empty is any.
  struct Filter {
    std::string model, row, field;
    std::optional<List<std::string>> rows;  // any of these, sorted
    bool isOf(std::string_view itsModel, std::string_view itsRow) const;
  };

  /// A transition from the log or a claim that was loaded. False: the claim is over and gone.
  bool apply(const Json& json);
  /// All that the server has. What has not changed hands since stays as it was told: a renewal is no transition.
  void replaceAll(const Json* claims);

  const Claim* find(std::string_view id) const;
  /// Who holds it, the first before the others, then who waits, in order.
  List<const Claim*> list(const Filter& filter) const;
  /// Targets whose claims changed since they were taken.
  const Set<Target>& changed() const { return changed_; }
  Set<Target> takeChanged() { return std::exchange(changed_, {}); }

 private:
  Map<std::string, Claim> claims_;
  Set<Target> changed_;
};

}  // namespace ablo
