// SPDX-License-Identifier: MIT
#include "ablo/list.h"

#include <new>

namespace ablo {

namespace {

char* at(void* items, std::size_t size, std::size_t index) { return static_cast<char*>(items) + size * index; }

}  // namespace

void ListOfBytes::reserve(const Item& item, std::size_t room) {
  if (room <= room_) return;
  room_ = static_cast<uint32_t>(room);
  void* const items = ::operator new(room* item.size);
  if (item.move)
    for (std::size_t i = 0; i < size_; ++i) item.move(at(items, item.size, i), at(items_, item.size, i));
  else if (size_ > 0)
    std::memcpy(items, items_, size_ * item.size);
  ::operator delete(items_);
  items_ = items;
}

void ListOfBytes::grow(const Item& item) { reserve(item, std::max<std::size_t>(1, std::size_t{room_} * 2)); }

void* ListOfBytes::open(const Item& item, std::size_t index) {
  if (size_ == room_) grow(item);
  char* const gap = at(items_, item.size, index);
  if (!item.move)
    std::memmove(gap + item.size, gap, (size_ - index) * item.size);
  else
    for (std::size_t i = size_; i > index; --i) item.move(at(items_, item.size, i), at(items_, item.size, i - 1));
  ++size_;
  return gap;
}

void ListOfBytes::close(const Item& item, std::size_t index, std::size_t count) {
  if (count == 0) return;
  size_ -= static_cast<uint32_t>(count);
  if (!item.move) {
    char* const gap = at(items_, item.size, index);
    std::memmove(gap, gap + count * item.size, (size_ - index) * item.size);
    return;
  }
  for (std::size_t i = index; i < index + count; ++i) item.destroy(at(items_, item.size, i));
  for (std::size_t i = index; i < size_; ++i) item.move(at(items_, item.size, i), at(items_, item.size, i + count));
}

void ListOfBytes::append(const Item& item, Copy copy, const void* items, std::size_t count) {
  if (count == 0) return;
  reserve(item, size_ + count);
  if (!item.move) {
    std::memcpy(at(items_, item.size, size_), items, count * item.size);
  } else {
    const char* from = static_cast<const char*>(items);
    for (std::size_t i = 0; i < count; ++i) copy(at(items_, item.size, size_ + i), from + i * item.size);
  }
  size_ += static_cast<uint32_t>(count);
}

void ListOfBytes::end(const Item& item) {
  close(item, 0, size_);
  ::operator delete(items_);
}

}  // namespace ablo
