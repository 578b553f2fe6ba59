// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/axdr/cursor.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/axdr/exactly.hpp"
#include "protocol/cosem/class.hpp"

namespace protocol::cosem::classes {

// Blue Book 4.5.5: an active plan and the passive one that will follow it.
struct ActivityCalendar {
  static constexpr ClassId kId{20};
  static constexpr std::uint8_t kVersion = 0;
  static constexpr const char* kName = "activity calendar";
  enum AttributeIndex : std::int8_t {
    kNameActive = 2,
    kSeasonsActive,
    kWeeksActive,
    kDaysActive,
    kNamePassive,
    kSeasonsPassive,
    kWeeksPassive,
    kDaysPassive,
    kActivationTime
  };
  enum MethodIndex : std::int8_t { kActivatePassiveCalendar = 1 };
  static constexpr AttributeFacts kAttributes[] = {
      {kNameActive, "calendar_name_active", Tag::octet_string, Right::read},
      {kSeasonsActive, "season_profile_active", Tag::array, Right::read},
      {kWeeksActive, "week_profile_table_active", Tag::array, Right::read},
      {kDaysActive, "day_profile_table_active", Tag::array, Right::read},
      {kNamePassive, "calendar_name_passive", Tag::octet_string, Right::read_write},
      {kSeasonsPassive, "season_profile_passive", Tag::array, Right::read_write},
      {kWeeksPassive, "week_profile_table_passive", Tag::array, Right::read_write},
      {kDaysPassive, "day_profile_table_passive", Tag::array, Right::read_write},
      {kActivationTime, "activate_passive_calendar_time", Tag::date_time, Right::read_write},
  };
  static constexpr MethodFacts kMethods[] = {
      {kActivatePassiveCalendar, "activate_passive_calendar", kChoice},
  };
};
inline constexpr Obis kActivityCalendarName{{0, 0, 13, 0, 0, 255}};

// The elements of the three tables. Takers: what cannot be read fails the cursor; lengths and
// ranges are the caller's to judge.
struct SeasonProfile {
  Bytes name;
  Bytes start;  // date-time with wildcards
  Bytes week;
};
constexpr void put_season(const SeasonProfile& season, Writer& out) {
  axdr::begin_structure(3, out);
  axdr::put_octet_string(season.name, out);
  axdr::put_octet_string(season.start, out);
  axdr::put_octet_string(season.week, out);
}
inline SeasonProfile take_season(axdr::Cursor& in) {
  in.structure(3);
  SeasonProfile season;
  season.name = in.octet_string();
  season.start = in.octet_string();
  season.week = in.octet_string();
  return season;
}

struct WeekProfile {
  Bytes name;
  std::array<std::uint8_t, 7> days{};  // day_id, Monday first
};
constexpr void put_week(const WeekProfile& week, Writer& out) {
  axdr::begin_structure(8, out);
  axdr::put_octet_string(week.name, out);
  for (const std::uint8_t day : week.days) axdr::put_unsigned(day, out);
}
inline WeekProfile take_week(axdr::Cursor& in) {
  in.structure(8);
  WeekProfile week;
  week.name = in.octet_string();
  for (std::uint8_t& day : week.days)
    day = static_cast<std::uint8_t>(axdr::take_exactly(Tag::unsigned_, in));
  return week;
}

// day_profile_action. A day profile is a structure of day_id and an array of these.
struct DayAction {
  Bytes start_time;  // hour, minute, second, hundredths
  Bytes script_table;
  std::uint16_t selector = 0;
};
constexpr void put_day_action(const DayAction& action, Writer& out) {
  axdr::begin_structure(3, out);
  axdr::put_octet_string(action.start_time, out);
  axdr::put_octet_string(action.script_table, out);
  axdr::put_long_unsigned(action.selector, out);
}
inline DayAction take_day_action(axdr::Cursor& in) {
  in.structure(3);
  DayAction action;
  action.start_time = in.octet_string();
  action.script_table = in.octet_string();
  action.selector = static_cast<std::uint16_t>(axdr::take_exactly(Tag::long_unsigned, in));
  return action;
}

}  // namespace protocol::cosem::classes
