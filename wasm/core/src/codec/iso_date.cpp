// SPDX-License-Identifier: MIT
#include "codec/iso_date.h"

#include <cstdint>

namespace ablo {

namespace {

// Days since 1970-01-01 of a day of the proleptic Gregorian calendar, and back (Howard Hinnant's algorithms).
int64_t daysOf(int64_t year, int64_t month, int64_t day) {
  year -= month <= 2;
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const int64_t yearOfEra = year - era * 400;
  const int64_t dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468;
}

struct Day {
  int64_t year, month, day;
};

Day dayOf(int64_t days) {
  days += 719468;
  const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const int64_t dayOfEra = days - era * 146097;
  const int64_t yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
  const int64_t dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const int64_t shifted = (5 * dayOfYear + 2) / 153;
  const int64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {yearOfEra + era * 400 + (month <= 2), month, dayOfYear - (153 * shifted + 2) / 5 + 1};
}

/// Reads digits off the front of a text.
class Digits {
 public:
  explicit Digits(std::string_view text) : text_(text) {}
  bool take(std::size_t count, int64_t& value) {
    if (text_.size() < count) return false;
    value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (text_[i] < '0' || text_[i] > '9') return false;
      value = value * 10 + (text_[i] - '0');
    }
    text_.remove_prefix(count);
    return true;
  }
  bool skip(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool done() const { return text_.empty(); }

  /// .1 to .123456789, in microseconds; what is finer is cut off.
  bool fraction(int64_t& micros) {
    int64_t scale = 100'000, digit = 0;
    if (!take(1, digit)) return false;
    do {
      micros += digit * scale;
      scale /= 10;
    } while (take(1, digit));
    return true;
  }

 private:
  std::string_view text_;
};

void pad(int64_t value, std::size_t width, std::string& out) {
  const std::string digits = std::to_string(value);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

}  // namespace

bool parseIsoDate(std::string_view text, double& micros) {
  Digits digits(text);
  int64_t year, month, day, hour = 0, minute = 0, second = 0, fraction = 0, offset = 0;
  if (!digits.take(4, year) || !digits.skip('-') || !digits.take(2, month) || !digits.skip('-') || !digits.take(2, day))
    return false;
  if (month < 1 || month > 12 || day < 1) return false;
  if (digits.skip('T') || digits.skip(' ')) {
    if (!digits.take(2, hour) || !digits.skip(':') || !digits.take(2, minute)) return false;
    if (digits.skip(':') && !digits.take(2, second)) return false;
    if (digits.skip('.') && !digits.fraction(fraction)) return false;
    if (hour > 24 || minute > 59 || second > 60) return false;
    if (!digits.skip('Z')) {
      const bool east = digits.skip('+');
      if (east || digits.skip('-')) {
        int64_t hours = 0, minutes = 0;
        if (!digits.take(2, hours)) return false;
        if (digits.skip(':') ? !digits.take(2, minutes) : (!digits.done() && !digits.take(2, minutes))) return false;
        offset = (east ? 1 : -1) * (hours * 60 + minutes);
      }
    }
  }
  if (!digits.done()) return false;
  const int64_t days = daysOf(year, month, day);
  if (dayOf(days).day != day) return false;  // February 30
  const int64_t minutes = days * 1440 + hour * 60 + minute - offset;
  micros = static_cast<double>((minutes * 60 + second) * 1'000'000 + fraction);
  return true;
}

std::string formatIsoDate(double micros) {
  constexpr int64_t kDay = 86'400'000'000;
  const int64_t all = static_cast<int64_t>(micros);
  const int64_t days = all >= 0 ? all / kDay : -((-all + kDay - 1) / kDay);
  const int64_t rest = all - days * kDay;
  const Day day = dayOf(days);
  std::string out;
  pad(day.year, 4, out);
  out += '-';
  pad(day.month, 2, out);
  out += '-';
  pad(day.day, 2, out);
  out += 'T';
  pad(rest / 3'600'000'000, 2, out);
  out += ':';
  pad(rest / 60'000'000 % 60, 2, out);
  out += ':';
  pad(rest / 1'000'000 % 60, 2, out);
  out += '.';
  pad(rest % 1'000'000, 6, out);
  out += 'Z';
  return out;
}

}  // namespace ablo
