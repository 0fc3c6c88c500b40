// SPDX-License-Identifier: MIT
//
// Strings: text by number, so that ids and enums cross the boundary as integers. A number is never used again for other text.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace ablo {

class Strings {
 public:
  uint32_t intern(std::string_view text) {
    if (const auto found = numbers_.find(text); found != numbers_.end()) return found->second;
    const auto number = static_cast<uint32_t>(texts_.size());
    numbers_.emplace(texts_.emplace_back(text), number);
    return number;
  }
  std::string_view text(uint32_t number) const {
    return number < texts_.size() ? std::string_view(texts_[number]) : std::string_view();
  }

 private:
  std::deque<std::string> texts_;  // a deque: the keys below point into it
  std::unordered_map<std::string_view, uint32_t> numbers_;
};

}  // namespace ablo
