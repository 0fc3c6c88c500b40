// SPDX-License-Identifier: MIT
//
// Nonsense: what nobody should say, and the name under which it is refused. Of what is refused nothing is done.
#pragma once

#include <span>
#include <string>

namespace ablo::sim {

struct Nonsense {
  const char* text;
  const char* code;
};

/// What a client is called with instead of a commit.
std::span<const Nonsense> badWrites();
/// Frames of somebody who said no hello: they end the socket.
std::span<const Nonsense> badGreetings();
/// Frames of somebody who did; the socket goes on, or ends with the same code.
std::span<const Nonsense> badFrames();

/// A greeting that is taken, of a stranger. As somebody's agent it is refused: permission_denied.
std::string strangersHello(const char* agent = "");
/// Who that is: they may read and change tasks, and nothing else.
std::string strangersIdentity();

}  // namespace ablo::sim
