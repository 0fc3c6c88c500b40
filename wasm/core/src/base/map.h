// SPDX-License-Identifier: MIT
//
// Map and Set: entries in the order of their keys. They are what std::map and std::set are, but that everything which does
// not depend on the types is compiled once: of those, each kind costs the client 0.7 kB (docs/decisions/client.md).
//
// An entry stays where it is in memory. Iterators end with the next insertion or removal. Text is looked up by any text.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "ablo/list.h"
#include "ablo/result.h"

namespace ablo {

/// Pointers to entries in the order of their keys.
class SortedEntries {
 public:
  /// Less, equal or greater than 0: how a key stands to the key of an entry.
  using Compare = int (*)(const void* key, const void* entry);
  struct Place {
    std::size_t index;
    bool found;
  };

  Place place(const void* key, Compare compare) const;
  void insert(std::size_t index, void* entry);
  void* remove(std::size_t index);
  void* const* data() const { return entries_.data(); }
  std::size_t size() const { return entries_.size(); }
  void swap(SortedEntries& other) { entries_.swap(other.entries_); }

 private:
  List<void*> entries_;
};

template <class Key, class Value>
class Map {
 public:
  struct Entry {
    const Key first;
    Value second;
  };
  using Lookup = std::conditional_t<std::is_same_v<Key, std::string>, std::string_view, Key>;
  struct Iterator {
    void* const* at;
    Entry& operator*() const { return *static_cast<Entry*>(*at); }
    Entry* operator->() const { return static_cast<Entry*>(*at); }
    Iterator& operator++() {
      ++at;
      return *this;
    }
    bool operator==(const Iterator&) const = default;
  };

  Map() = default;
  Map(Map&& other) noexcept { entries_.swap(other.entries_); }
  Map& operator=(Map&& other) noexcept {
    entries_.swap(other.entries_);
    return *this;
  }
  ~Map() { clear(); }

  Iterator begin() const { return {entries_.data()}; }
  Iterator end() const { return {entries_.data() + entries_.size()}; }
  std::size_t size() const { return entries_.size(); }
  bool empty() const { return size() == 0; }

  Iterator find(const Lookup& key) const {
    const SortedEntries::Place place = entries_.place(&key, compare);
    return place.found ? Iterator{entries_.data() + place.index} : end();
  }
  bool contains(const Lookup& key) const { return entries_.place(&key, compare).found; }
  Value& operator[](const Lookup& key) {
    const SortedEntries::Place place = entries_.place(&key, compare);
    if (!place.found) entries_.insert(place.index, new Entry{Key(key), Value()});
    return static_cast<Entry*>(entries_.data()[place.index])->second;
  }
  void erase(const Lookup& key) {
    if (const SortedEntries::Place place = entries_.place(&key, compare); place.found)
      delete static_cast<Entry*>(entries_.remove(place.index));
  }
  void clear() {
    while (entries_.size() > 0) delete static_cast<Entry*>(entries_.remove(entries_.size() - 1));
  }

 private:
  static int compare(const void* key, const void* entry) {
    const Lookup& a = *static_cast<const Lookup*>(key);
    const Key& b = static_cast<const Entry*>(entry)->first;
    return a < b ? -1 : b < a ? 1 : 0;
  }

  SortedEntries entries_;
};

template <class Key>
class Set : public Map<Key, Nothing> {
 public:
  void insert(const typename Map<Key, Nothing>::Lookup& key) { (*this)[key]; }
};

}  // namespace ablo
