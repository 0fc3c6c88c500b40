// SPDX-License-Identifier: MIT
//
// List: items one after the other, as in a std::vector, whose growing, copying and shifting are compiled once for all types
// and not once for each: that is a tenth of what the client weighs (docs/decisions/client.md). It converts
// from a std::vector, and to one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace ablo {

/// The part of a List that knows its items by their size and by what has to be done with them.
class ListOfBytes {
 protected:
  struct Item {
    std::size_t size;
    // Null: bytes are copied, and forgotten.
    void (*move)(void* to, void* from);  // to where there is nothing; nothing is left
    void (*destroy)(void* item);
  };
  using Copy = void (*)(void* to, const void* from);

  void reserve(const Item& item, std::size_t room);
  void grow(const Item& item);                      // room for one more, and some
  void* open(const Item& item, std::size_t index);  // a gap, to be filled by the caller
  void close(const Item& item, std::size_t index, std::size_t count);
  void append(const Item& item, Copy copy, const void* items, std::size_t count);
  void end(const Item& item);

  void* items_ = nullptr;
  uint32_t size_ = 0, room_ = 0;
};

template <class T>
class List : private ListOfBytes {
 public:
  using value_type = T;

  List() = default;
  explicit List(std::size_t count) { resize(count); }
  List(std::size_t count, const T& item) { assign(count, item); }
  List(std::initializer_list<T> items) { append(items.begin(), items.size()); }
  List(const std::vector<T>& items) { append(items.data(), items.size()); }
  template <class Iterator, class = decltype(*std::declval<Iterator>())>
  List(Iterator from, Iterator to) {
    for (; from != to; ++from) push_back(T(*from));
  }
  List(const List& other) { append(other.data(), other.size_); }
  List(List&& other) noexcept { swap(other); }
  List& operator=(List other) noexcept {
    swap(other);
    return *this;
  }
  ~List() { ListOfBytes::end(kItem); }

  operator std::vector<T>() const { return std::vector<T>(begin(), end()); }

  T* data() { return static_cast<T*>(items_); }
  const T* data() const { return static_cast<const T*>(items_); }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return room_; }
  bool empty() const { return size_ == 0; }
  T* begin() { return data(); }
  T* end() { return data() + size_; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }
  T& operator[](std::size_t index) { return data()[index]; }
  const T& operator[](std::size_t index) const { return data()[index]; }
  const T& front() const { return *data(); }
  T& back() { return data()[size_ - 1]; }
  const T& back() const { return data()[size_ - 1]; }

  void reserve(std::size_t room) { ListOfBytes::reserve(kItem, room); }
  void push_back(T item) {
    if (size_ == room_) grow(kItem);
    new (data() + size_++) T(std::move(item));
  }
  template <class... Parts>
  T& emplace_back(Parts&&... parts) {
    push_back(T{std::forward<Parts>(parts)...});
    return back();
  }
  void pop_back() { close(kItem, size_ - 1u, 1); }
  template <class Item>
  void insert(const T* before, Item&& item) {
    new (open(kItem, static_cast<std::size_t>(before - data()))) T(std::forward<Item>(item));
  }
  void append(const T* items, std::size_t count) { ListOfBytes::append(kItem, copyItem, items, count); }
  void erase(const T* item) { erase(item, item + 1); }
  void erase(const T* from, const T* to) {
    close(kItem, static_cast<std::size_t>(from - data()), static_cast<std::size_t>(to - from));
  }
  void clear() { close(kItem, 0, size_); }
  void resize(std::size_t count) {
    if (count < size_) close(kItem, count, size_ - count);
    reserve(count);
    while (size_ < count) push_back(T());
  }
  void assign(std::size_t count, const T& item) {
    clear();
    reserve(count);
    while (size_ < count) push_back(item);
  }
  void swap(List& other) noexcept {
    std::swap(items_, other.items_);
    std::swap(size_, other.size_);
    std::swap(room_, other.room_);
  }

  friend bool operator==(const List& a, const List& b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

 private:
  static void moveItem(void* to, void* from) {
    T* const item = static_cast<T*>(from);
    new (to) T(std::move(*item));
    item->~T();
  }
  static void copyItem(void* to, const void* from) { new (to) T(*static_cast<const T*>(from)); }
  static void destroyItem(void* item) { static_cast<T*>(item)->~T(); }
  static constexpr Item itemType() {
    if constexpr (std::is_trivially_copy_constructible_v<T> && std::is_trivially_destructible_v<T>)
      return {sizeof(T), nullptr, nullptr};
    else
      return {sizeof(T), moveItem, destroyItem};
  }
  static constexpr Item kItem = itemType();
};

/// Removes the items for which `goes(item)` holds; how many there were.
template <class T, class Goes>
std::size_t eraseIf(List<T>& list, Goes goes) {
  const T* const rest = std::remove_if(list.begin(), list.end(), goes);
  const auto count = static_cast<std::size_t>(list.end() - rest);
  list.erase(rest, list.end());
  return count;
}

}  // namespace ablo
