// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario/csv/stamp.hpp"

#include <array>
#include <string>

#include "protocol/calendar.hpp"
#include "protocol/hosted/civil_text/civil_text.hpp"
#include "sim/scenario/csv/cells.hpp"

namespace sim::run {
namespace {

struct Digits {
  int value = 0;
  std::size_t count = 0;
};

Digits take_digits(std::string_view& text, std::size_t most) {
  Digits digits;
  while (digits.count < most && !text.empty() && text.front() >= '0' && text.front() <= '9') {
    digits.value = 10 * digits.value + (text.front() - '0');
    ++digits.count;
    text.remove_prefix(1);
  }
  return digits;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

void skip_blanks(std::string_view& text) {
  while (take(text, ' ')) {
  }
}

int take_month_name(std::string_view& text) {
  constexpr std::array<const char*, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                   "jul", "aug", "sep", "oct", "nov", "dec"};
  const std::string name = lower(text.substr(0, 3));
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (name != kMonths[i]) continue;
    text.remove_prefix(3);
    return static_cast<int>(i) + 1;
  }
  return 0;
}

int full_year(const Digits& digits) {
  return digits.count == 2 ? 2000 + digits.value : digits.value;
}

bool valid(int year, int month, int day) {
  if (month < 1 || month > 12 || day < 1) return false;
  const std::int64_t days =
      protocol::days_from_civil(year, static_cast<unsigned>(month), static_cast<unsigned>(day));
  return protocol::civil_from_days(days).day == static_cast<unsigned>(day);
}

// "+0100", "+01", " UTC" beside what RFC 3339 has.
std::optional<int> offset_of(std::string_view text) {
  if (text == "UTC" || text == "GMT") return 0;
  if (text.size() != 3 && text.size() != 5) return protocol::parse_offset(text);
  std::string written(text.substr(0, 3));
  written += ':';
  written += text.size() == 3 ? "00" : text.substr(3);
  return protocol::parse_offset(written);
}

// Year first is year, month, day for everybody.
std::optional<DateParts> year_first(int year, int month, int day) {
  if (!valid(year, month, day)) return {};
  return DateParts{year, month, day, false};
}

}  // namespace

std::optional<DateParts> take_date(std::string_view& text) {
  std::string_view rest = text;
  const Digits first = take_digits(rest, 8);
  if (first.count == 8) {
    const auto date = year_first(first.value / 10'000, first.value / 100 % 100, first.value % 100);
    if (date) text = rest;
    return date;
  }
  if (rest.empty() || first.count == 0 || first.count == 3 || first.count > 4) return {};
  const char separator = rest.front();
  if (separator != '-' && separator != '/' && separator != '.' && separator != ' ') return {};
  rest.remove_prefix(1);
  if (const int month = take_month_name(rest); month != 0) {
    if (!take(rest, separator)) return {};
    const Digits year = take_digits(rest, 4);
    if ((year.count != 2 && year.count != 4) || !valid(full_year(year), month, first.value)) {
      return {};
    }
    text = rest;
    return DateParts{full_year(year), month, first.value, false};
  }
  if (separator == ' ') return {};
  const Digits second = take_digits(rest, 2);
  if (second.count == 0 || !take(rest, separator)) return {};
  const Digits third = take_digits(rest, 4);
  if (first.count == 4) {
    const auto date =
        third.count <= 2 ? year_first(first.value, second.value, third.value) : std::nullopt;
    if (date) text = rest;
    return date;
  }
  if (third.count != 4 && third.count != 2) return {};
  const DateParts date{full_year(third), first.value, second.value, true};
  if (!valid(date.year, date.first, date.second) && !valid(date.year, date.second, date.first)) {
    return {};
  }
  text = rest;
  // With dots everybody writes the day first.
  if (separator == '.') {
    if (!valid(date.year, date.second, date.first)) return {};
    return DateParts{date.year, date.second, date.first, false};
  }
  return date;
}

std::optional<std::int64_t> take_time(std::string_view& text) {
  std::string_view rest = text;
  const Digits hour = take_digits(rest, 2);
  if (hour.count == 0 || !take(rest, ':')) return {};
  const Digits minute = take_digits(rest, 2);
  Digits second{0, 2};
  if (take(rest, ':')) second = take_digits(rest, 2);
  if (minute.count != 2 || second.count != 2) return {};
  if (!rest.empty() && (rest.front() == '.' || rest.front() == ',')) {
    rest.remove_prefix(1);
    if (rest.empty() || rest.front() != '0') return {};
    while (take(rest, '0')) {
    }
  }
  int hours = hour.value;
  std::string_view half = rest;
  skip_blanks(half);
  const std::string mark = lower(half.substr(0, 2));
  if (mark == "am" || mark == "pm") {
    if (hours < 1 || hours > 12) return {};
    hours = hours % 12 + (mark == "pm" ? 12 : 0);
    rest = half.substr(2);
  }
  const std::int64_t seconds = hours * 3600 + minute.value * 60 + second.value;
  if (minute.value > 59 || second.value > 59 || seconds > protocol::kDayS) return {};
  text = rest;
  return seconds;
}

std::optional<std::int64_t> Stamp::local_s(CsvDate order) const {
  int month = date.first;
  int day = date.second;
  if (date.open && order != CsvDate::mdy) std::swap(month, day);
  if (!valid(date.year, month, day)) return {};
  return protocol::days_from_civil(date.year, static_cast<unsigned>(month),
                                   static_cast<unsigned>(day)) *
             protocol::kDayS +
         second;
}

std::optional<Stamp> parse_stamp(std::string_view text, std::string_view time) {
  if (const std::size_t to = text.find(" to "); to != std::string_view::npos) {
    text = text.substr(0, to);
  }
  const auto date = take_date(text);
  if (!date) return {};
  Stamp stamp{*date, 0, false, {}};
  if (!time.empty()) {
    if (!text.empty()) return {};
    text = time;
  } else {
    take(text, ',');
    if (!text.empty() && !take(text, 'T') && text.front() != ' ') return {};
    skip_blanks(text);
  }
  if (text.empty()) return stamp;
  const auto second = take_time(text);
  if (!second) return {};
  stamp.second = *second;
  stamp.has_time = true;
  skip_blanks(text);
  if (text.empty()) return stamp;
  stamp.offset_min = offset_of(text);
  if (!stamp.offset_min) return {};
  return stamp;
}

}  // namespace sim::run
