// SPDX-License-Identifier: MIT
//
// 64-bit FNV-1a: names a schema or compares final states. It is no defence against anybody who wants a collision.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ablo {

inline uint64_t hashBytes(std::string_view bytes, uint64_t hash = 0xcbf29ce484222325u) {
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3u;
  return hash;
}

inline std::string hashText(uint64_t hash) {
  std::string text(16, '0');
  for (int digit = 15; digit >= 0; --digit, hash >>= 4)
    text[static_cast<std::size_t>(digit)] = "0123456789abcdef"[hash & 15];
  return text;
}

}  // namespace ablo
