// SPDX-License-Identifier: MIT
#include "shrink.h"

#include <string>
#include <utility>

#include "history.h"

namespace ablo::sim {

Less shrink(uint64_t seed) {
  Less less;
  const auto keepIfItFails = [&](Less candidate) {
    const bool fails = !runHistory(seed, candidate).wrong.empty();
    if (fails) less = std::move(candidate);
    return fails;
  };
  const auto without = [&](std::string_view name) {
    Less candidate = less;
    candidate.without.insert(std::string(name));
    keepIfItFails(std::move(candidate));
  };
  without("reopens");
  without("claims");
  without("overwrites");
  for (const auto& [name, strength] : Plan().faults()) without(name);
  for (uint32_t people = 1; people < 4; ++people) {
    Less candidate = less;
    candidate.people = people;
    if (keepIfItFails(std::move(candidate))) break;
  }
  for (uint32_t writes = 1; writes < 80; ++writes) {
    Less candidate = less;
    candidate.writes = writes;
    if (keepIfItFails(std::move(candidate))) break;
  }
  return less;
}

}  // namespace ablo::sim
