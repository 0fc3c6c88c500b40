// SPDX-License-Identifier: MIT
//
// Coordinate: what is asked about claims by HTTP (docs/reference/http.md), as the database takes it. It is read into a message
// of the wire, and that as any other.
#pragma once

#include <string>
#include <string_view>

#include "ablo/json.h"
#include "ablo/schema.h"

namespace ablo::hub {

/// `caller` is an identity, as of a socket, and maybe the `agent` it names. `asked` is `{type, claim?, model?, id?, body?}`,
/// what it is about and what was said of it; `type` is claim, claims, release, reorder, heartbeat or wait. `most`: claims an
/// actor may have. `{"function", "input"}`, input being text, and of `wait` how many ms.
Result<std::string> coordinate(const Schema& schema, std::string_view caller, const Json& asked, std::size_t most);

}  // namespace ablo::hub
