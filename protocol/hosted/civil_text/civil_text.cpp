// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hosted/civil_text/civil_text.hpp"

#include <cstdio>

#include "protocol/calendar.hpp"

namespace protocol {
namespace {

// Takes exactly `digits` decimal digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return {};
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return {};
    value = 10 * value + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

// "Z", "+01:00", "-05:30"
std::optional<int> take_offset(std::string_view& text) {
  if (take(text, 'Z') || take(text, 'z')) return 0;
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return {};
  const int sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  const auto hours = take_number(text, 2);
  if (!hours || !take(text, ':')) return {};
  const auto minutes = take_number(text, 2);
  if (!minutes || *hours > 14 || *minutes > 59) return {};
  return sign * (*hours * 60 + *minutes);
}

std::optional<std::int64_t> take_date(std::string_view& text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, '-')) return {};
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return {};
  const auto day = take_number(text, 2);
  if (!day) return {};
  if (*month < 1 || *month > 12 || *day < 1) return {};
  const std::int64_t days =
      days_from_civil(*year, static_cast<unsigned>(*month), static_cast<unsigned>(*day));
  // A day that the month does not have comes back as one of the next month.
  if (civil_from_days(days).day != static_cast<unsigned>(*day)) return {};
  return days * kDayS;
}

}  // namespace

std::optional<CivilText> parse_civil(std::string_view text) {
  const auto date_s = take_date(text);
  if (!date_s || !(take(text, 'T') || take(text, ' '))) return {};
  const auto hour = take_number(text, 2);
  if (!hour || !take(text, ':')) return {};
  const auto minute = take_number(text, 2);
  if (!minute) return {};
  int second = 0;
  if (take(text, ':')) {
    const auto seconds = take_number(text, 2);
    if (!seconds) return {};
    second = *seconds;
  }
  if (*hour > 23 || *minute > 59 || second > 59) return {};
  CivilText civil{*date_s + *hour * 3600 + *minute * 60 + second, {}};
  if (!text.empty()) {
    civil.offset_min = take_offset(text);
    if (!civil.offset_min || !text.empty()) return {};
  }
  return civil;
}

std::optional<std::int64_t> parse_rfc3339(std::string_view text) {
  const auto civil = parse_civil(text);
  if (!civil || !civil->offset_min) return {};
  return civil->utc_s();
}

std::optional<int> parse_offset(std::string_view text) {
  const auto offset = take_offset(text);
  return text.empty() ? offset : std::nullopt;
}

std::string civil_text(std::int64_t local_s) {
  const std::int64_t days = floor_div(local_s, kDayS);
  const auto second = static_cast<int>(local_s - days * kDayS);
  const CivilDate date = civil_from_days(days);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", date.year, date.month, date.day,
                second / 3600, second / 60 % 60, second % 60);
  return text;
}

std::string format_utc(std::int64_t utc_s) { return civil_text(utc_s) + 'Z'; }

}  // namespace protocol
