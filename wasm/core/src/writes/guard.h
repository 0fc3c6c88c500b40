// SPDX-License-Identifier: MIT
//
// Guard: what a write goes by. If its row changed after `readAt` in what the write touches, then the write is refused
// (reject), or takes effect all the same (force), and tells of it (flag), or leaves alone what changed, and tells (merge).
#pragma once

#include "ablo/json.h"

namespace ablo {

inline constexpr std::size_t kMostReads = 500;  // of one commit

enum class OnStale : uint8_t { reject, force, flag, merge };
std::string_view onStaleText(OnStale onStale);

struct Guard {
  double readAt = -1;  // a seq; negative: it goes by nothing
  OnStale onStale = OnStale::reject;
};

/// Takes `readAt?` and `onStale?` of a commit, of an operation or of a read; what is absent stays.
/// `write_options_invalid` if one cannot be.
Outcome readGuard(const Json& json, Guard& guard);

/// `write_options_invalid`: `name` is not what it should be.
Error badOption(std::string_view name, std::string_view wanted);

}  // namespace ablo
