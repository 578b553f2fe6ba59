// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "meter/fw/store/billing_state.hpp"
#include "meter/fw/time/time_zone.hpp"

namespace meter::fw {

// The tariff calendar: which rate is in force when. Data sheet: 12 seasons, 7 daily profiles, 12
// changeovers a day, 30 special days; an active and a passive plan.
inline constexpr std::size_t kMaxSeasons = 12;
inline constexpr std::size_t kMaxWeeks = kMaxSeasons;
inline constexpr std::size_t kMaxDays = 7;
inline constexpr std::size_t kMaxChangeovers = 12;
inline constexpr std::size_t kMaxSpecialDays = 30;

struct PlanName {
  static constexpr std::size_t kMaxOctets = 8;
  std::uint8_t octets = 0;
  std::array<std::uint8_t, kMaxOctets> text{};
  friend bool operator==(const PlanName&, const PlanName&) = default;
};

// Days of the calendar by rule, octets as clients write them: year (high, low), month, day of
// month, day of week from Monday, 1. FFh: any. Month FDh, FEh: the day on which daylight saving
// ends, begins. Day FEh, FDh: the last, the last but one of the month. With a weekday: the first
// such day from the day on, or the last, the last but one in the month. Month FCh (FBh): so many
// days, a signed number in the place of the day, from Easter Sunday of the Gregorian (Julian)
// calendar.
using DateRule = std::array<std::uint8_t, 5>;
inline constexpr std::uint8_t kAnyDate = 0xFF;
inline constexpr std::uint8_t kEasterMonth = 0xFC;
inline constexpr std::uint8_t kJulianEasterMonth = 0xFB;
// It means at least one day of some year.
bool is_date_rule(const DateRule& rule);
// One day of each year, so that a season can begin with it.
bool is_yearly(const DateRule& rule);
// The day of such a rule in a year; kNoDay: it has none there.
inline constexpr std::int64_t kNoDay = INT64_MIN;
std::int64_t day_in_year(const DateRule& rule, int year);
// `day`: since 1970-01-01, local.
bool matches(const DateRule& rule, std::int64_t day);

struct SeasonEntry {
  PlanName name;
  PlanName week;
  std::array<std::uint8_t, 12> start{};  // date-time as written; begins at local midnight

  DateRule rule() const { return {start[0], start[1], start[2], start[3], start[4]}; }
};
struct WeekEntry {
  PlanName name;
  std::array<std::uint8_t, 7> days{};  // day_id, Monday first
};
struct Changeover {
  std::uint8_t hour = 0;
  std::uint8_t minute = 0;
  std::uint8_t rate = 0;  // from 0

  int minute_of_day() const { return hour * 60 + minute; }
};
struct DayEntry {
  std::uint8_t id = 0;
  std::uint8_t n = 0;
  std::array<Changeover, kMaxChangeovers> changeovers{};
};
struct TariffPlan {
  PlanName name;
  std::uint8_t n_seasons = 0;
  std::uint8_t n_weeks = 0;
  std::uint8_t n_days = 0;
  std::array<SeasonEntry, kMaxSeasons> seasons{};
  std::array<WeekEntry, kMaxWeeks> weeks{};
  std::array<DayEntry, kMaxDays> days{};
};
struct SpecialDay {
  std::uint16_t index = 0;
  DateRule date{};
  std::uint8_t day_id = 0;
};
struct SpecialDays {
  std::uint8_t n = 0;
  std::array<SpecialDay, kMaxSpecialDays> days{};
};
struct TariffCalendar {
  TariffPlan active;
  TariffPlan passive;
  SpecialDays special;
  std::array<std::uint8_t, 12> activation{};  // date-time as written
  std::int64_t activation_s = kNoActivation;  // UTC

  static constexpr std::int64_t kNoActivation = INT64_MAX;
};

// Nothing is missing and nothing is idle: seasons name weeks that are there, weeks and special days
// name days, and every day is named by one of them.
bool is_whole(const TariffPlan& plan, const SpecialDays& special);

// The rate in force at an instant, and until when at least: the next changeover of the day, the
// next midnight or the next change of the clocks, whatever comes first. By wall clock time: what
// stands in the hour that autumn has twice comes twice, what stands in the one that spring leaves
// out has come at its end.
struct TariffPoint {
  std::uint8_t rate = 0;  // from 0; 0 also where no plan says anything
  std::int64_t until_s = 0;
};
TariffPoint tariff_at(const TariffPlan& plan, const SpecialDays& special, const TimeZone& zone,
                      std::int64_t utc_s);

// Easter Sunday of a year, days since 1970-01-01; of the Julian calendar: the day in ours.
std::int64_t easter(int year, bool julian);

}  // namespace meter::fw
