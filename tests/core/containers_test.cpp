// SPDX-License-Identifier: MIT
//
// List and Map do what std::vector and std::map do: many random calls of each, side by side. Text in them is long and short, so
// that it lies within itself and elsewhere.
#include <catch2/catch.hpp>
#include <map>
#include <vector>

#include "ablo/list.h"
#include "base/map.h"
#include "random.h"

using namespace ablo;
using ablo::test::Random;

namespace {

std::string anyText(Random& random) { return std::string(random.below(40), 'x') + std::to_string(random.below(200)); }
uint32_t anyNumber(Random& random) { return static_cast<uint32_t>(random.below(1000)); }

template <class T, class Any>
void compareLists(Any any) {
  Random random(7);
  List<T> list;
  std::vector<T> wanted;
  for (int step = 0; step < 20'000; ++step) {
    const auto at = static_cast<std::ptrdiff_t>(random.below(wanted.size() + 1));
    const T item = any(random);
    switch (random.below(8)) {
      case 0:
      case 1:
      case 2:
        list.push_back(item);
        wanted.push_back(item);
        break;
      case 3:
        list.insert(list.begin() + at, item);
        wanted.insert(wanted.begin() + at, item);
        break;
      case 4:
        list.erase(list.begin() + at, list.end());
        wanted.erase(wanted.begin() + at, wanted.end());
        break;
      case 5:
        if (!wanted.empty()) list.push_back(list.front()), wanted.push_back(wanted.front());
        break;
      case 6: {
        const auto goes = [&](const T& one) { return one < item; };
        const bool few = random.chance(10);
        if (few) REQUIRE(eraseIf(list, goes) == std::erase_if(wanted, goes));
        break;
      }
      case 7: {
        List<T> copy = list;
        list = std::move(copy);
        list.resize(list.size() + 2);
        wanted.resize(wanted.size() + 2);
        break;
      }
    }
    REQUIRE(std::vector<T>(list) == wanted);
  }
}

}  // namespace

TEST_CASE("a list of text does what a vector of text does") { compareLists<std::string>(anyText); }

TEST_CASE("a list of numbers does what a vector of numbers does") { compareLists<uint32_t>(anyNumber); }

TEST_CASE("a map does what the standard's does, in the order of its keys") {
  Random random(7);
  Map<std::string, std::string> map;
  std::map<std::string, std::string> wanted;
  for (int step = 0; step < 20'000; ++step) {
    const std::string key = anyText(random);
    if (random.chance(60)) {
      map[key] += "1";
      wanted[key] += "1";
    } else {
      map.erase(key);
      wanted.erase(key);
    }
    if (random.below(2000) == 0) map.clear(), wanted.clear();
    REQUIRE(map.size() == wanted.size());
    REQUIRE(map.contains(key) == wanted.contains(key));
  }
  auto entry = map.begin();
  for (const auto& [key, value] : wanted) {
    REQUIRE(entry->first == key);
    REQUIRE(entry->second == value);
    ++entry;
  }
  CHECK(entry == map.end());
}

TEST_CASE("an entry of a map stays where it is while others come and go") {
  Map<uint32_t, std::string> map;
  std::string& five = map[5] = "five";
  for (uint32_t i = 0; i < 100; ++i) map[i + 6], map[i * 1000];
  for (uint32_t i = 0; i < 100; ++i) map.erase(i + 6);
  CHECK(&map[5] == &five);
  CHECK(five == "five");
}
