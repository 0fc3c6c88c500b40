// SPDX-License-Identifier: MIT
//
// How many rows a client has for a query, as its counting twin says.
#pragma once

#include <string_view>

#include "ablo/client.h"

namespace ablo::test {

inline uint32_t countOf(Client& client, std::string_view query) {
  const uint32_t counting = *client.openQuery(writeJson(Json(*parseJson(query)).set("count", true)));
  const uint32_t count = client.countRows(counting);
  client.closeQuery(counting);
  return count;
}

}  // namespace ablo::test
