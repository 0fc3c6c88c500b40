// SPDX-License-Identifier: MIT
//
// Hashes of bytes, the same natively and in WebAssembly. They are no defence against anybody who wants a collision.
//   hashBytes   64-bit FNV-1a: names a schema, compares final states
//   quickHash   eight bytes at a time: finds text in a table, tells whether stored bytes are whole
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace ablo {

inline uint64_t hashBytes(std::string_view bytes, uint64_t hash = 0xcbf29ce484222325u) {
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3u;
  return hash;
}

inline uint64_t quickHash(std::string_view bytes, uint64_t hash = 0) {
  constexpr uint64_t kOdd = 0x9e3779b97f4a7c15u;
  const auto mix = [&hash](uint64_t word) {
    hash = (hash ^ word) * kOdd;
    hash ^= hash >> 32;
  };
  mix(bytes.size());
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    uint64_t word;
    std::memcpy(&word, bytes.data(), 8);
    mix(word);
  }
  uint64_t rest = 0;
  for (const char byte : bytes) rest = rest << 8 | static_cast<unsigned char>(byte);
  mix(rest);
  return hash;
}

inline std::string hashText(uint64_t hash) {
  std::string text(16, '0');
  for (int digit = 15; digit >= 0; --digit, hash >>= 4)
    text[static_cast<std::size_t>(digit)] = "0123456789abcdef"[hash & 15];
  return text;
}

}  // namespace ablo
