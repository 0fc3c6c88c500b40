// SPDX-License-Identifier: MIT
//
// Claim: what somebody asks of a lease on a row, as the database takes it. Who asks is never read from the message.
#pragma once

#include <string>

#include "ablo/json.h"
#include "ablo/schema.h"
#include "hub/participant.h"

namespace ablo::hub {

/// The input of ablo.claim, or the named reason why there can be no such claim.
Result<std::string> readClaim(const Schema& schema, const Participant& from, const Json& message, std::size_t most);
/// Of ablo.reorder.
Result<std::string> readReorder(const Schema& schema, const Participant& from, const Json& message);
/// Of ablo.release: of a `claim`, or of all on a row (`model`, `id`).
Result<std::string> readRelease(const Schema& schema, const Participant& from, const Json& message);
/// Of ablo.renew.
Result<std::string> readRenew(const Participant& from, const Json& message);
/// Of ablo.heartbeat: of `claims`, of a `claim`, of all on a row, or of all there are.
Result<std::string> readHeartbeat(const Schema& schema, const Participant& from, const Json& message);
/// Of ablo.claims: a `claim`, or what is claimed of a model, a row, a field.
Result<std::string> readClaims(const Schema& schema, const Participant& from, const Json& message);

}  // namespace ablo::hub
