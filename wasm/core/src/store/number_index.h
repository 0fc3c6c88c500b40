// SPDX-License-Identifier: MIT
//
// NumberIndex: something small for each of many numbers that lie close together. Pages come with their first number.
#pragma once

#include <cstdint>
#include <memory>

#include "ablo/list.h"

namespace ablo {

class NumberIndex {
 public:
  /// 0 until it is set.
  uint32_t& operator[](uint32_t number) {
    const std::size_t page = number / kPage;
    if (page >= pages_.size()) pages_.resize(page + 1);
    if (!pages_[page]) pages_[page] = std::make_unique<uint32_t[]>(kPage);
    return pages_[page][number % kPage];
  }
  uint32_t find(uint32_t number) const {
    const std::size_t page = number / kPage;
    return page < pages_.size() && pages_[page] ? pages_[page][number % kPage] : 0;
  }
  std::size_t bytes() const {
    std::size_t bytes = 0;
    for (const auto& page : pages_) bytes += page ? kPage * sizeof(uint32_t) : 0;
    return bytes;
  }

 private:
  static constexpr uint32_t kPage = 4096;
  List<std::unique_ptr<uint32_t[]>> pages_;
};

}  // namespace ablo
