// SPDX-License-Identifier: MIT
#include "codec/decimal.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

namespace ablo {

namespace {

/// A whole number of up to 8,192 bits.
class Whole {
 public:
  int bits() const { return size_ == 0 ? 0 : 32 * size_ - __builtin_clz(limbs_[static_cast<std::size_t>(size_ - 1)]); }
  bool bit(int at) const { return limbs_[static_cast<std::size_t>(at / 32)] >> (at % 32) & 1; }

  void multiply(uint32_t factor, uint32_t addend) {
    uint64_t carry = addend;
    for (int i = 0; i < size_; ++i) {
      carry += uint64_t{limb(i)} * factor;
      limb(i) = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) limb(size_++) = static_cast<uint32_t>(carry);
  }

  /// True: something remained.
  bool divide(uint32_t divisor) {
    uint64_t rest = 0;
    for (int i = size_; i-- > 0;) {
      rest = rest << 32 | limb(i);
      limb(i) = static_cast<uint32_t>(rest / divisor);
      rest %= divisor;
    }
    while (size_ > 0 && limb(size_ - 1) == 0) --size_;
    return rest != 0;
  }

  /// Times 2^32, `count` times.
  void lift(int count) {
    for (int i = size_; i-- > 0;) limb(i + count) = limb(i);
    for (int i = 0; i < count; ++i) limb(i) = 0;
    size_ += count;
  }

 private:
  uint32_t& limb(int i) { return limbs_[static_cast<std::size_t>(i)]; }

  std::array<uint32_t, 256> limbs_;
  int size_ = 0;
};

/// whole × 2^exponent and, if `more`, a little more than that, rounded to what a double holds there.
double rounded(const Whole& whole, int exponent, bool more) {
  constexpr int kLowest = -1074;  // 2^-1074 is the smallest double
  const int keep = std::min(53, whole.bits() + exponent - kLowest);
  if (keep < 0) return 0;
  const int drop = std::max(0, whole.bits() - keep);
  uint64_t kept = 0;
  for (int at = whole.bits(); at-- > drop;) kept = kept << 1 | whole.bit(at);
  const bool half = drop > 0 && whole.bit(drop - 1);
  for (int at = 0; at < drop - 1; ++at) more = more || whole.bit(at);
  if (half && (more || kept % 2 == 1)) ++kept;
  return std::ldexp(static_cast<double>(kept), exponent + drop);
}

/// digits × 10^exponent, exactly until it is rounded once. 10 is 2 × 5: the twos go to the exponent.
double nearest(std::string_view digits, int exponent) {
  // No double, and no middle between two, has more than 767 digits: of what comes after them only counts whether it is zero.
  const std::string_view tail = digits.substr(std::min<std::size_t>(digits.size(), 800));
  bool more = tail.find_first_not_of("0.") != tail.npos;
  Whole whole;
  for (const char digit : digits.substr(0, digits.size() - tail.size()))
    if (digit != '.') whole.multiply(10, static_cast<uint32_t>(digit - '0'));
  for (const char digit : tail) exponent += digit != '.';
  int binary = exponent;
  constexpr uint32_t kFives[] = {1, 5, 25, 125, 625, 3125, 15625, 78125, 390625, 1953125};
  for (; exponent > 0; exponent -= std::min(exponent, 9)) whole.multiply(kFives[std::min(exponent, 9)], 0);
  if (exponent < 0) {
    const int limbs = 3 + -exponent * 7 / 3 / 32;  // what is left after the division has 64 bits or more
    whole.lift(limbs);
    binary -= 32 * limbs;
  }
  for (; exponent < 0; exponent += std::min(-exponent, 9)) more |= whole.divide(kFives[std::min(-exponent, 9)]);
  return rounded(whole, binary, more);
}

}  // namespace

double readDecimal(std::string_view number) {
  const double sign = number.front() == '-' ? -1 : 1;
  const std::size_t end = std::min(number.find_first_of("eE"), number.size());
  int64_t exponent = 0;
  if (end < number.size()) {
    for (const char c : number.substr(end + 1))
      if (c >= '0') exponent = std::min<int64_t>(exponent * 10 + (c - '0'), 1 << 30);
    if (number[end + 1] == '-') exponent = -exponent;
  }
  std::string_view digits = number.substr(0, end);
  const std::size_t point = std::min(digits.find('.'), digits.size());
  if (point < digits.size()) exponent -= static_cast<int64_t>(digits.size() - point - 1);
  digits.remove_prefix(std::min(digits.find_first_of("123456789"), digits.size()));
  if (digits.empty()) return sign * 0.0;

  const int64_t magnitude =
      exponent + static_cast<int64_t>(digits.size());  // off by one if the point stands in between
  if (magnitude > 311) return sign * std::numeric_limits<double>::infinity();
  if (magnitude < -330) return sign * 0.0;
  if (digits.size() <= 16 && exponent >= -22 && exponent <= 22) {
    // Both the digits and the power of ten are doubles themselves, so one operation rounds once.
    double whole = 0, power = 1;
    for (const char digit : digits)
      if (digit != '.') whole = whole * 10 + (digit - '0');
    for (int64_t i = std::abs(exponent); i > 0; --i) power *= 10;
    if (whole < 9007199254740992.0) return sign * (exponent < 0 ? whole / power : whole * power);
  }
  return sign * nearest(digits, static_cast<int>(exponent));
}

namespace {

/// digits × 10^exponent, without the zeros at their end.
std::string decimal(uint64_t digits, int exponent) {
  for (; digits % 10 == 0; digits /= 10) ++exponent;
  std::string text = std::to_string(digits);
  const int point = static_cast<int>(text.size()) + exponent;  // how many digits stand before it
  if (point > 15 || point < -6) return text + "e" + std::to_string(exponent);
  if (exponent >= 0) return text.append(static_cast<std::size_t>(exponent), '0');
  if (point <= 0) return "0." + std::string(static_cast<std::size_t>(-point), '0') + text;
  return text.insert(static_cast<std::size_t>(point), ".");
}

}  // namespace

void writeDecimal(double number, std::string& out) {
  if (number < 0) out += '-';
  number = std::fabs(number);
  if (number == 0) {
    out += '0';
    return;
  }
  constexpr double kPowers[] = {1e1, 1e2, 1e4, 1e8, 1e16, 1e32, 1e64, 1e128, 1e256};
  double unit = number;  // 1 ≤ unit < 10, or a few units of its last place beside it
  int magnitude = 0;
  for (int i = 9; i-- > 0;) {
    const int power = 1 << i;
    if (unit >= kPowers[i]) unit /= kPowers[i], magnitude += power;
    if (unit * kPowers[i] < 10) unit *= kPowers[i], magnitude -= power;
  }
  // Nearly all numbers that people write have 15 digits or fewer. What scaling lost is found by looking at the neighbours, nearest first.
  double shift = 1e14;
  for (int digits = 15;; ++digits, shift *= 10) {
    const auto middle = static_cast<int64_t>(unit * shift + 0.5);
    const int most = digits < 17 ? 8 : 1 << 20;
    for (int64_t away = 0; away<most; away = away> 0 ? -away : 1 - away) {
      std::string text = decimal(static_cast<uint64_t>(middle + away), magnitude - digits + 1);
      if (readDecimal(text) != number) continue;
      out += text;
      return;
    }
  }
}

}  // namespace ablo
