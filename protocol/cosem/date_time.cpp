// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/cosem/types.hpp"

#include <algorithm>

#include "protocol/axdr/tag.hpp"
#include "protocol/calendar.hpp"

namespace protocol::cosem {
namespace {

constexpr int kMaxDeviation_min = 14 * 60;  // no zone on earth is further from UTC
// First and last second with a four-digit year: what a date-time can carry and people can read.
constexpr std::int64_t kFirst_utc_s = -62167219200;  // 0000-01-01
constexpr std::int64_t kLast_utc_s = 253402300799;   // 9999-12-31

constexpr bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

constexpr unsigned days_in_month(int year, unsigned month) {
  constexpr std::array<std::uint8_t, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29u : kDays[month - 1];
}

constexpr unsigned weekday_of(std::int64_t days) {
  return static_cast<unsigned>(((days + 3) % 7 + 7) % 7) + 1;  // Monday is 1
}

}  // namespace

bool weekday_agrees(Bytes date_time) {
  const int year = date_time[0] << 8 | date_time[1];
  return date_time[4] == kNotSpecified ||
         date_time[4] == weekday_of(days_from_civil(year, date_time[2], date_time[3]));
}

void encode_date_time(const DateTime& value, Writer& out) {
  const std::int64_t local_s =
      std::clamp(value.utc_s - std::int64_t{value.deviation_min} * 60, kFirst_utc_s, kLast_utc_s);
  const std::int64_t days = floor_div(local_s, kDayS);
  const auto second_of_day = static_cast<unsigned>(local_s - days * kDayS);
  const CivilDate date = civil_from_days(days);
  const unsigned weekday = weekday_of(days);
  std::array<std::uint8_t, kDateTimeOctets> octets{};
  const auto deviation = static_cast<std::uint16_t>(value.deviation_min);
  octets[0] = static_cast<std::uint8_t>(date.year >> 8);
  octets[1] = static_cast<std::uint8_t>(date.year);
  octets[2] = static_cast<std::uint8_t>(date.month);
  octets[3] = static_cast<std::uint8_t>(date.day);
  octets[4] = static_cast<std::uint8_t>(weekday);
  octets[5] = static_cast<std::uint8_t>(second_of_day / 3600);
  octets[6] = static_cast<std::uint8_t>(second_of_day / 60 % 60);
  octets[7] = static_cast<std::uint8_t>(second_of_day % 60);
  octets[8] = value.hundredths;
  octets[9] = static_cast<std::uint8_t>(deviation >> 8);
  octets[10] = static_cast<std::uint8_t>(deviation);
  octets[11] = value.status;
  out.bytes(octets);
}

Result<DateTime> decode_date_time(Bytes octets) {
  if (octets.size() < kDateTimeOctets) return Error::truncated;
  if (octets.size() > kDateTimeOctets) return Error::malformed;
  const int year = octets[0] << 8 | octets[1];
  const unsigned month = octets[2];
  const unsigned day = octets[3];
  const unsigned hour = octets[5];
  const unsigned minute = octets[6];
  const unsigned second = octets[7] == kNotSpecified ? 0 : octets[7];
  const unsigned hundredths = octets[8] == kNotSpecified ? 0 : octets[8];
  const auto raw_deviation = static_cast<std::uint16_t>(octets[9] << 8 | octets[10]);
  const auto deviation_min =
      raw_deviation == kDeviationNotSpecified ? 0 : static_cast<std::int16_t>(raw_deviation);
  // The weekday repeats what the date says and is often sent as "not specified": whoever sets a
  // clock by it asks weekday_agrees().
  if (year > 9999 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) {
    return Error::malformed;
  }
  if (hour > 23 || minute > 59 || second > 59 || hundredths > 99) return Error::malformed;
  if (deviation_min < -kMaxDeviation_min || deviation_min > kMaxDeviation_min) {
    return Error::malformed;
  }
  DateTime value;
  value.utc_s = days_from_civil(year, month, day) * kDayS + hour * 3600 + minute * 60 + second +
                std::int64_t{deviation_min} * 60;
  value.deviation_min = static_cast<std::int16_t>(deviation_min);
  value.status = octets[11];
  value.hundredths = static_cast<std::uint8_t>(hundredths);
  return value;
}

void put_date_time(const DateTime& value, Writer& out) {
  out.u8(static_cast<std::uint8_t>(axdr::Tag::octet_string));
  out.u8(kDateTimeOctets);
  encode_date_time(value, out);
}

}  // namespace protocol::cosem
