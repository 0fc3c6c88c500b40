// SPDX-License-Identifier: MIT
//
// Frame: what one drain() hands over. Words hold the records, bytes the texts they name by (offset, length), so that the
// other side reads it with two views on memory and no call. wasm/boundary/module.d.ts lists the records.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "ablo/list.h"

namespace ablo {

class Frame {
 public:
  const List<uint32_t>& words() const { return words_; }
  const std::string& bytes() const { return bytes_; }
  bool empty() const { return words_.empty(); }
  std::string_view text(uint32_t offset, uint32_t length) const {
    return std::string_view(bytes_).substr(offset, length);
  }
  static double number(uint32_t low, uint32_t high) {
    const uint32_t words[2] = {low, high};
    double value;
    std::memcpy(&value, words, sizeof value);
    return value;
  }

  Frame& word(uint32_t word) {
    words_.push_back(word);
    return *this;
  }
  Frame& number(double value) {
    uint32_t words[2];
    std::memcpy(words, &value, sizeof value);
    return word(words[0]).word(words[1]);
  }
  Frame& text(std::string_view text) {
    word(static_cast<uint32_t>(bytes_.size())).word(static_cast<uint32_t>(text.size()));
    bytes_ += text;
    return *this;
  }
  void clear() {
    words_.clear();
    bytes_.clear();
  }

 private:
  List<uint32_t> words_;
  std::string bytes_;
};

}  // namespace ablo
