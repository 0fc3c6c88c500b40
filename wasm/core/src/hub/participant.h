// SPDX-License-Identifier: MIT
//
// Participant: who takes part, and as whom. Two that act as one actor are one.
#pragma once

#include <string>

#include "hub/identity.h"

namespace ablo::hub {

struct Participant {
  Identity identity;
  Json actor;           // its identity's, or the agent it acts as
  std::string session;  // of a socket, as its hello said
};

}  // namespace ablo::hub
