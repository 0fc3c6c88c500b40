// SPDX-License-Identifier: MIT
//
// What stands at the beginning of a block, and what reading and writing one share.
#pragma once

#include <bit>
#include <string>
#include <string_view>

#include "ablo/schema.h"
#include "base/hash.h"
#include "schema/column_kind.h"

namespace ablo {

static_assert(std::endian::native == std::endian::little);

inline constexpr uint32_t kBlockMagic = 0x4b4c4241;  // "ABLK"
inline constexpr uint32_t kBlockVersion = 1;

struct BlockHead {
  uint32_t magic = kBlockMagic;
  uint32_t version = kBlockVersion;
  uint64_t schema = 0;
  uint32_t model = 0;
  uint32_t rows = 0;
  uint64_t size = 0;
  uint64_t checksum = 0;
};
static_assert(sizeof(BlockHead) == 40);

inline std::size_t padded(std::size_t size) { return (size + 7) & ~std::size_t{7}; }
inline std::size_t bitBytes(uint32_t rows) { return (rows + 63) / 64 * 8; }

inline uint64_t checksumOf(BlockHead head, std::string_view body) {
  head.checksum = 0;
  return quickHash(body, quickHash({reinterpret_cast<const char*>(&head), sizeof head}));
}

inline uint64_t hashNumber(const std::string& hex) {
  uint64_t number = 0;
  for (const char digit : hex)
    number = number << 4 | static_cast<uint64_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
  return number;
}

inline ColumnKind kindIn(const Model& model, std::size_t field) {
  return field == 0 ? ColumnKind::text : columnKind(model, model.fields[field]);
}

}  // namespace ablo
