// SPDX-License-Identifier: MIT
//
// Duration: as people write them: a number is seconds, text names its unit (500ms, 30s, 3m, 24h).
#pragma once

#include "ablo/json.h"

namespace ablo::hub {

/// In whole milliseconds. `name` is what the error calls it.
Result<double> readDuration(const Json& value, std::string_view name);

}  // namespace ablo::hub
