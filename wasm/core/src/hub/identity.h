// SPDX-License-Identifier: MIT
//
// Identity: who a socket is, as the server found it out from the credential. Nothing a client says changes it, but for
// the agent that the holder of a secret key may name.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ablo/json.h"
#include "ablo/result.h"

namespace ablo::hub {

struct Identity {
  std::string organization;
  Json actor;                           // {kind, id}
  Json onBehalfOf;                      // null: nobody
  std::string credential;               // its id; empty: it came in without one
  std::string address;                  // as it is counted; empty: it is not
  std::vector<std::string> groups;      // sorted
  std::vector<std::string> operations;  // "*", "tasks.update", …
  bool mayNameAgent = false;
  double expiresAt = 0;  // infinity: never

  bool may(std::string_view model, std::string_view operation) const;
  /// The actor it is, or the agent it says it acts as, if it may; empty: none.
  Result<Json> actsAs(std::string_view agent) const;
  /// Lines it does not hold the row of. `*` is about rows.
  bool mayReorder() const;
};

/// From the server's own JSON (Hub.open in wasm/boundary/module.d.ts); nothing when it is not that.
std::optional<Identity> readIdentity(std::string_view text);

}  // namespace ablo::hub
