// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/time/clock.hpp"

namespace meter::fw {
namespace {

using protocol::cosem::DateTime;

std::uint8_t clock_status(std::uint8_t row_status) {
  const std::uint8_t invalid = (row_status & kClockInvalid) != 0 ? kClockStatusInvalid : 0;
  const std::uint8_t season = (row_status & kDaylightSaving) != 0 ? kClockStatusDaylightSaving : 0;
  return invalid | season;
}

}  // namespace

RowHead Clock::stamp(std::int64_t utc_s) const {
  const Season season = zone.at(utc_s);
  RowHead head;
  // 32 bits reach to 2106; a clock that reads less than 1970 is one that lost count.
  head.utc_s = utc_s > 0 ? static_cast<std::uint32_t>(utc_s) : 0;
  head.deviation_min = season.deviation_min;
  if (!valid) head.status |= kClockInvalid;
  if (season.daylight_saving) head.status |= kDaylightSaving;
  return head;
}

DateTime Clock::now(const Hal& hal) const {
  const std::int64_t ticks = hal.rtc_ticks();
  const std::int64_t second = floor_to(ticks, kTicksPerSecond);
  DateTime now = date_time_of(stamp(second / kTicksPerSecond));
  now.hundredths = static_cast<std::uint8_t>((ticks - second) * 100 / kTicksPerSecond);
  return now;
}

DateTime date_time_of(const RowHead& head) {
  return {head.utc_s, head.deviation_min, clock_status(head.status), 0};
}

protocol::Result<std::int64_t> ticks_of(Bytes date_time, const TimeZone& zone) {
  const protocol::Result<DateTime> decoded = protocol::cosem::decode_date_time(date_time);
  if (!decoded.ok()) return decoded.error();
  std::int64_t utc_s = decoded->utc_s;
  if (date_time[9] == 0x80 && date_time[10] == 0x00) {
    // Local time. In the hour that October has twice the status octet decides.
    const std::int64_t standard_s = utc_s + zone.zone_min() * 60;
    const bool daylight_saving = zone.at(standard_s - 3600).daylight_saving &&
                                 (zone.at(standard_s).daylight_saving ||
                                  (decoded->status & kClockStatusDaylightSaving) != 0);
    utc_s = standard_s - (daylight_saving ? kDaylightSaving_min * 60 : 0);
  }
  return utc_s * kTicksPerSecond + decoded->hundredths * kTicksPerSecond / 100;
}

}  // namespace meter::fw
