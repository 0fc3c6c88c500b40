// SPDX-License-Identifier: MIT
#include "writes/guard.h"

#include <algorithm>
#include <iterator>

#include "codec/raw_json.h"

namespace ablo {

namespace {

constexpr std::string_view kWays[] = {"reject", "force",     "flag",
                                      "merge",  "overwrite", "notify"};  // the last two: older names

}  // namespace

Error badOption(std::string_view name, std::string_view wanted) {
  Error error = Error::of(ErrorCode::write_options_invalid, {name, " is ", wanted, "."});
  error.details = ObjectText().member("param", name).take();
  return error;
}

std::string_view onStaleText(OnStale onStale) { return kWays[static_cast<std::size_t>(onStale)]; }

Outcome readGuard(const Json& json, Guard& guard) {
  if (const Json* readAt = json.find("readAt"); readAt && !readAt->isNull()) {
    if (!isWhole(readAt)) return badOption("readAt", "a stamp: a whole number, 0 or more");
    guard.readAt = readAt->asNumber();
  }
  if (const Json* onStale = json.find("onStale"); onStale && !onStale->isNull()) {
    const auto* way = std::find(std::begin(kWays), std::end(kWays), onStale->asString());
    if (way == std::end(kWays)) return badOption("onStale", "reject, force, flag or merge");
    guard.onStale = static_cast<OnStale>(way - kWays < 4 ? way - kWays : way - kWays - 3);
  }
  return Nothing{};
}

}  // namespace ablo
