// SPDX-License-Identifier: MIT
#include "hub/address.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <vector>

namespace ablo::hub {

namespace {

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (std::size_t end; (end = text.find(at)) != text.npos; text.remove_prefix(end + 1))
    parts.push_back(text.substr(0, end));
  parts.push_back(text);
  return parts;
}

std::optional<uint32_t> numberOf(std::string_view text, int base, uint32_t most) {
  uint32_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (text.empty() || problem != std::errc() || end != text.data() + text.size() || number > most) return std::nullopt;
  return number;
}

using Four = std::array<uint32_t, 4>;
std::optional<Four> readFour(std::string_view text) {
  const std::vector<std::string_view> parts = split(text, '.');
  if (parts.size() != 4) return std::nullopt;
  Four four{};
  for (std::size_t i = 0; i < 4; ++i) {
    const std::optional<uint32_t> part = numberOf(parts[i], 10, 255);
    if (!part) return std::nullopt;
    four[i] = *part;
  }
  return four;
}

bool isOwn(const Four& four) {
  return four[0] == 0 || four[0] == 10 || four[0] == 127 || (four[0] == 100 && four[1] / 64 == 1) ||
         (four[0] == 169 && four[1] == 254) || (four[0] == 172 && four[1] / 16 == 1) ||
         (four[0] == 192 && four[1] == 168);
}

/// The groups before `::`, and after it; as many as there are.
std::optional<std::vector<uint32_t>> readGroups(std::string_view text) {
  std::vector<uint32_t> groups;
  if (text.empty()) return groups;
  for (const std::string_view part : split(text, ':')) {
    const std::optional<uint32_t> group = numberOf(part, 16, 0xFFFF);
    if (!group) return std::nullopt;
    groups.push_back(*group);
  }
  return groups;
}

constexpr std::size_t kGroups = 8;
using Eight = std::array<uint32_t, kGroups>;
std::optional<Eight> readEight(std::string_view text) {
  text = text.substr(0, text.find('%'));  // the zone of a link
  const std::size_t gap = text.find("::");
  const auto before = readGroups(text.substr(0, gap));
  const auto after = gap == text.npos ? std::vector<uint32_t>() : readGroups(text.substr(gap + 2));
  if (!before || !after) return std::nullopt;
  const std::size_t count = before->size() + after->size();
  if (gap == text.npos ? count != kGroups : count >= kGroups) return std::nullopt;
  Eight eight{};
  for (std::size_t i = 0; i < before->size(); ++i) eight[i] = (*before)[i];
  for (std::size_t i = 0; i < after->size(); ++i) eight[kGroups - after->size() + i] = (*after)[i];
  return eight;
}

bool isOwn(const Eight& eight) {
  return eight[0] == 0 || eight[0] / 0x200 == 0xFC00 / 0x200 || eight[0] / 0x40 == 0xFE80 / 0x40;
}

}  // namespace

std::string countedAddress(std::string_view text) {
  if (text.substr(0, 7) == "::ffff:" && text.find('.') != text.npos) text.remove_prefix(7);
  if (const std::optional<Four> four = readFour(text)) return isOwn(*four) ? std::string() : std::string(text);
  const std::optional<Eight> eight = readEight(text);
  if (!eight || isOwn(*eight)) return {};
  std::string counted;
  for (std::size_t i = 0; i < 4; ++i) counted += std::to_string((*eight)[i]) + ':';
  return counted;
}

}  // namespace ablo::hub
