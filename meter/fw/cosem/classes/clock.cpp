// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/cosem/behaviour.hpp"

namespace meter::fw {
namespace {

using protocol::cosem::DateTime;
using protocol::cosem::kStatusDaylightSaving;

constexpr std::int64_t kMaxShift_s = 900;  // Blue Book, class 8 method 6
constexpr std::int64_t kQuarter_s = 900;
constexpr std::uint8_t kInternalCrystal = 1;  // clock_base
// Clock status octet of a date-time, Blue Book 4.1.6.1.
constexpr std::uint8_t kClockStatusInvalid = 0x01;

DateTime now(const Core& core) {
  const std::int64_t ticks = core.hal.rtc_ticks();
  const std::int64_t second = floor_to(ticks, kTicksPerSecond);
  DateTime now = date_time_of(core.clock.stamp(second / kTicksPerSecond));
  now.hundredths = static_cast<std::uint8_t>((ticks - second) * 100 / kTicksPerSecond);
  return now;
}

protocol::Result<std::int64_t> ticks_of(Bytes date_time, const TimeZone& zone) {
  const protocol::Result<DateTime> instant = instant_of(date_time, zone);
  if (!instant.ok()) return instant.error();
  return instant->utc_s * kTicksPerSecond + instant->hundredths * kTicksPerSecond / 100;
}

std::int64_t nearest(std::int64_t ticks, std::int64_t period_s) {
  const std::int64_t period = period_s * kTicksPerSecond;
  return floor_to(ticks + period / 2, period);
}

// Rule of class 8 attributes 5 and 6: month and weekday with wildcards, local time before the
// change (Blue Book 4.5.1; day FEh with weekday 7: the last Sunday). Where 01:00 UTC is still
// Saturday no such rule names the day, as the Saturday before the last Sunday is not always the
// last one: there the rule is in UTC, and its deviation says so.
void put_season_rule(std::uint8_t month, std::int16_t deviation_min, Writer& out) {
  constexpr std::int16_t kChangeUtc_min = 60;
  if (deviation_min > kChangeUtc_min) deviation_min = 0;
  const auto of_day = static_cast<std::int16_t>(kChangeUtc_min - deviation_min);
  const auto deviation = static_cast<std::uint16_t>(deviation_min);
  const std::array<std::uint8_t, 12> rule{0xFF,
                                          0xFF,
                                          month,
                                          0xFE,
                                          7,
                                          static_cast<std::uint8_t>(of_day / 60),
                                          static_cast<std::uint8_t>(of_day % 60),
                                          0,
                                          0,
                                          static_cast<std::uint8_t>(deviation >> 8),
                                          static_cast<std::uint8_t>(deviation & 0xFF),
                                          0};
  axdr::put_octet_string(rule, out);
}

AccessResult change_zone(Context& context, std::int16_t zone_min, bool daylight_saving) {
  Core& core = context.parts.core;
  if (zone_min < -kMaxZone_min || zone_min > kMaxZone_min) return AccessResult::other_reason;
  context.parts.schedule.run(core);
  meter_provision next = core.identity;
  next.time_zone_min = zone_min;
  next.daylight_saving = daylight_saving ? 1 : 0;
  if (!core.store_identity(next)) return AccessResult::hardware_fault;
  core.clock.zone.set(zone_min, daylight_saving);
  context.parts.schedule.start(core);
  return AccessResult::success;
}

}  // namespace

DateTime date_time_of(const RowHead& head) {
  const std::uint8_t invalid = (head.status & kClockInvalid) != 0 ? kClockStatusInvalid : 0;
  const std::uint8_t season = (head.status & kDaylightSaving) != 0 ? kStatusDaylightSaving : 0;
  return {head.utc_s, head.deviation_min, static_cast<std::uint8_t>(invalid | season), 0};
}

// Local time: in the hour that October has twice the status octet decides; one that March leaves
// out is taken as if the clocks had not gone forward yet.
protocol::Result<DateTime> instant_of(Bytes date_time, const TimeZone& zone) {
  const protocol::Result<DateTime> decoded = protocol::cosem::decode_date_time(date_time);
  if (!decoded.ok()) return decoded.error();
  if (!protocol::cosem::weekday_agrees(date_time)) return protocol::Error::malformed;
  DateTime instant = *decoded;
  if (!protocol::cosem::deviation_specified(date_time)) {
    const Instants instants = zone.instants_of(instant.utc_s);
    const bool none = instants.first > instants.last;
    const bool first = (instant.status & kStatusDaylightSaving) != 0;
    instant.utc_s = none    ? instant.utc_s + zone.zone_min() * 60
                    : first ? instants.first
                            : instants.last;
  }
  return instant;
}

template <>
void Behaviour<classes::Clock>::get(const Context& context, const Object&, std::int8_t attribute,
                                    Answer& answer) {
  const Core& core = context.parts.core;
  const TimeZone& zone = core.clock.zone;
  Writer& out = answer.value;
  switch (attribute) {
    case classes::Clock::kTime:
      return protocol::cosem::put_date_time(now(core), out);
    case classes::Clock::kTimeZone:
      return axdr::put_long(zone.zone_min(), out);
    case classes::Clock::kStatus:
      return axdr::put_unsigned(now(core).status, out);
    case classes::Clock::kDaylightSavingsBegin:
      return put_season_rule(3, zone.zone_min(), out);
    case classes::Clock::kDaylightSavingsEnd:
      return put_season_rule(10, static_cast<std::int16_t>(zone.zone_min() - kDaylightSaving_min),
                             out);
    case classes::Clock::kDaylightSavingsDeviation:
      return axdr::put_integer(kDaylightSaving_min, out);
    case classes::Clock::kDaylightSavingsEnabled:
      return axdr::put_boolean(zone.has_daylight_saving(), out);
    case classes::Clock::kClockBase:
      return axdr::put_enum(kInternalCrystal, out);
  }
}

template <>
AccessResult Behaviour<classes::Clock>::set(Context& context, const Object&, std::int8_t attribute,
                                            Bytes value) {
  Core& core = context.parts.core;
  const TimeZone& zone = core.clock.zone;
  axdr::Cursor in(value);
  if (attribute == classes::Clock::kTimeZone) {
    return change_zone(context, static_cast<std::int16_t>(in.number()), zone.has_daylight_saving());
  }
  if (attribute == classes::Clock::kDaylightSavingsEnabled) {
    return change_zone(context, zone.zone_min(), in.boolean());
  }
  const protocol::Result<std::int64_t> ticks = ticks_of(in.date_time(), zone);
  if (!ticks.ok() || *ticks < 0) return AccessResult::other_reason;
  context.parts.schedule.set_clock(core, *ticks);
  return AccessResult::success;
}

template <>
AccessResult Behaviour<classes::Clock>::act(Context& context, const Object&, std::int8_t method,
                                            Bytes parameter) {
  Core& core = context.parts.core;
  std::int64_t ticks = core.hal.rtc_ticks();
  switch (method) {
    case classes::Clock::kAdjustToQuarter:
      ticks = nearest(ticks, kQuarter_s);
      break;
    case classes::Clock::kAdjustToMeasuringPeriod:
      ticks = nearest(ticks, core.setup_of(LogId::load).period_s);
      break;
    case classes::Clock::kAdjustToMinute:
      ticks = nearest(ticks, 60);
      break;
    case classes::Clock::kShiftTime: {
      const std::int64_t shift_s = axdr::Cursor(parameter).number();
      if (shift_s < -kMaxShift_s || shift_s > kMaxShift_s) return AccessResult::other_reason;
      ticks += shift_s * kTicksPerSecond;
      break;
    }
  }
  if (ticks < 0) return AccessResult::other_reason;
  context.parts.schedule.set_clock(core, ticks);
  return AccessResult::success;
}

}  // namespace meter::fw
