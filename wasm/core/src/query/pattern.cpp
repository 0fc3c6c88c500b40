// SPDX-License-Identifier: MIT
#include "query/pattern.h"

#include <algorithm>

namespace ablo {

namespace {

char fold(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::size_t characterLength(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  return std::min(length, text.size());
}

}  // namespace

bool like(std::string_view text, std::string_view pattern, bool folded) {
  // Greedy with one point to come back to: after a %, a mismatch lets it swallow one more character. Linear for one %,
  // at worst the product of the lengths.
  std::size_t t = 0, p = 0;
  std::size_t retryText = 0, retryPattern = std::string_view::npos;
  const auto same = [folded](char a, char b) { return folded ? fold(a) == fold(b) : a == b; };
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '%') {
      retryPattern = ++p;
      retryText = t;
      continue;
    }
    if (p < pattern.size() && pattern[p] == '_') {
      t += characterLength(text.substr(t));
      ++p;
      continue;
    }
    const bool escaped = p + 1 < pattern.size() && pattern[p] == '\\';
    if (p < pattern.size() && same(text[t], pattern[p + escaped])) {
      ++t;
      p += 1 + escaped;
      continue;
    }
    if (retryPattern == std::string_view::npos) return false;
    retryText += characterLength(text.substr(retryText));
    t = retryText;
    p = retryPattern;
  }
  while (p < pattern.size() && pattern[p] == '%') ++p;
  return p == pattern.size();
}

bool isWholePattern(std::string_view pattern) {
  std::size_t escapes = 0;
  while (escapes < pattern.size() && pattern[pattern.size() - 1 - escapes] == '\\') ++escapes;
  return escapes % 2 == 0;
}

bool equalsFolded(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return fold(x) == fold(y); });
}

}  // namespace ablo
