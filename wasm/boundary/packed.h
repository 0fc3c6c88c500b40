// SPDX-License-Identifier: MIT
//
// What both modules hand to JavaScript: a frame as four words, and a place for the bytes that come in.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
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
    if (length > room_) {
      bytes_.reset(new char[length]);
      room_ = length;
    }
    return bytes_.get();
  }
  std::string_view take(uint32_t length) const { return {bytes_.get(), std::min(length, room_)}; }
  /// After a call: the room for a large input is not kept for the small ones that come after it.
  void used() {
    if (room_ > kSmall) keep();
  }
  /// Gives them away.
  std::unique_ptr<char[]> keep() {
    room_ = 0;
    return std::move(bytes_);
  }

 private:
  static constexpr uint32_t kSmall = 64 * 1024;
  std::unique_ptr<char[]> bytes_;
  uint32_t room_ = 0;
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
