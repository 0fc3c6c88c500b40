// SPDX-License-Identifier: MIT
//
// Told: what one drain of a client said, as a test wants to read it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ablo/client.h"

namespace ablo::test {

using RowKey = std::pair<int, std::string>;  // model number, id

struct Told {
  struct Premise {
    uint32_t snapshot;
    bool semantic;
    RowKey row;
  };
  std::set<RowKey> rows;
  std::set<int> models;  // many rows of them changed
  std::set<uint32_t> queries;
  std::map<uint32_t, std::string> settled;   // commit → "confirmed", or the code
  std::map<uint32_t, Json> said;             // commit → what was said with that: the error, the notifications
  std::map<uint32_t, std::string> answered;  // request → "ok", or the code
  std::vector<Premise> premises;
  std::vector<std::string> sent;
  std::vector<std::string> warnings;
};

Told told(Client& client);

}  // namespace ablo::test
