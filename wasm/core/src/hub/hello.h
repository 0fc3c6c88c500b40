// SPDX-License-Identifier: MIT
//
// Hello: how a client begins, and begins again.
#pragma once

#include <optional>
#include <string>

#include "ablo/json.h"

namespace ablo::hub {

struct Hello {
  std::string schema;
  std::string session;
  bool full = true;
  std::optional<double> cursor;  // with epoch, when it has been connected before
  std::string epoch;
  std::string agent;  // empty: it acts as who it is
};

/// `invalid_request` says what is missing.
Result<Hello> readHello(const Json& message);

}  // namespace ablo::hub
