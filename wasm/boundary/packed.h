// SPDX-License-Identifier: MIT
//
// What both modules hand to JavaScript: a frame as four words, and a place for the bytes that come in.
#pragma once

#include <cstdint>
#include <string>

#include "ablo/frame.h"
#include "ablo/json.h"
#include "ablo/result.h"

namespace ablo::boundary {

inline uint32_t address(const void* pointer) { return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(pointer)); }

/// Where JavaScript writes the bytes of its next call.
class Input {
 public:
  char* reserve(uint32_t length) {
    bytes_.resize(length);
    return bytes_.data();
  }
  std::string_view take(uint32_t length) const { return std::string_view(bytes_).substr(0, length); }

 private:
  std::string bytes_;
};

/// Pointer to: words pointer, number of words, bytes pointer, number of bytes.
class PackedFrame {
 public:
  const uint32_t* pack(const Frame& frame) {
    words_[0] = address(frame.words().data());
    words_[1] = static_cast<uint32_t>(frame.words().size());
    words_[2] = address(frame.bytes().data());
    words_[3] = static_cast<uint32_t>(frame.bytes().size());
    return words_;
  }

 private:
  uint32_t words_[4];
};

inline std::string failure(const Error& error) { return writeJson(Json::object({{"error", errorJson(error)}})); }

}  // namespace ablo::boundary
