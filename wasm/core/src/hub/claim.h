// SPDX-License-Identifier: MIT
//
// Claim: what a client asks of a lease on a row, as the database takes it. Who asks is never read from the message.
#pragma once

#include <string>

#include "ablo/json.h"
#include "ablo/schema.h"
#include "hub/subscriber.h"

namespace ablo::hub {

/// The input of ablo.claim, or the named reason why there can be no such claim.
Result<std::string> readClaim(const Schema& schema, const Subscriber& from, const Json& message, std::size_t most);
/// Of ablo.reorder.
Result<std::string> readReorder(const Schema& schema, const Subscriber& from, const Json& message);
/// Of ablo.release.
Result<std::string> readRelease(const Subscriber& from, const Json& message);
/// Of ablo.renew.
Result<std::string> readRenew(const Subscriber& from, const Json& message);

}  // namespace ablo::hub
