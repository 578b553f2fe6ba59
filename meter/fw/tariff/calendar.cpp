// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/tariff/calendar.hpp"

#include <algorithm>

namespace meter::fw {
namespace {

using protocol::kDayS;

const WeekEntry* find_week(const TariffPlan& plan, const PlanName& name) {
  for (std::size_t k = 0; k < plan.n_weeks; ++k) {
    if (plan.weeks[k].name == name) return &plan.weeks[k];
  }
  return nullptr;
}
const DayEntry* find_day(const TariffPlan& plan, std::uint8_t id) {
  for (std::size_t k = 0; k < plan.n_days; ++k) {
    if (plan.days[k].id == id) return &plan.days[k];
  }
  return nullptr;
}

// The season whose last beginning is the latest; nullptr: none has begun yet.
const SeasonEntry* season_on(const TariffPlan& plan, std::int64_t day) {
  const int year = protocol::civil_from_days(day).year;
  const SeasonEntry* found = nullptr;
  std::int64_t found_day = kNoDay;
  for (std::size_t k = 0; k < plan.n_seasons; ++k) {
    const DateRule rule = plan.seasons[k].rule();
    std::int64_t begun = kNoDay;
    // Of one year only: it may be long ago. Any year is FFFFh.
    const int latest = std::min(rule[0] << 8 | rule[1], year);
    for (const int in : {latest, latest - 1}) {
      const std::int64_t at = day_in_year(rule, in);
      if (at <= day) begun = std::max(begun, at);
    }
    if (begun == kNoDay || begun < found_day) continue;
    found = &plan.seasons[k];
    found_day = begun;
  }
  return found;
}

const DayEntry* day_entry_on(const TariffPlan& plan, const SpecialDays& special, std::int64_t day) {
  for (std::size_t k = 0; k < special.n; ++k) {
    const DayEntry* const entry = find_day(plan, special.days[k].day_id);
    if (entry != nullptr && matches(special.days[k].date, day)) return entry;
  }
  const SeasonEntry* const season = season_on(plan, day);
  const WeekEntry* const week = season == nullptr ? nullptr : find_week(plan, season->week);
  if (week == nullptr) return nullptr;
  return find_day(plan, week->days[static_cast<std::size_t>(day + 3 - floor_to(day + 3, 7))]);
}

// The last changeover at or before the minute; nullptr: the day has none so early.
const Changeover* last_before(const DayEntry& day, int minute) {
  const Changeover* last = nullptr;
  for (std::size_t k = 0; k < day.n; ++k) {
    const Changeover& one = day.changeovers[k];
    if (one.minute_of_day() > minute) continue;
    if (last == nullptr || one.minute_of_day() > last->minute_of_day()) last = &one;
  }
  return last;
}

constexpr int kMinutes = 24 * 60;

}  // namespace

TariffPoint tariff_at(const TariffPlan& plan, const SpecialDays& special, const TimeZone& zone,
                      std::int64_t utc_s) {
  const std::int64_t local_s = utc_s - zone.at(utc_s).deviation_min * 60;
  const std::int64_t day = protocol::floor_div(local_s, kDayS);
  const std::int64_t second = local_s - day * kDayS;
  const auto minute = static_cast<int>(second / 60);
  TariffPoint point;
  point.until_s = std::min(zone.next_midnight(utc_s), zone.next_change(utc_s));
  const DayEntry* const today = day_entry_on(plan, special, day);
  const Changeover* last = nullptr;
  if (today != nullptr) {
    last = last_before(*today, minute);
    for (std::size_t k = 0; k < today->n; ++k) {
      const std::int64_t at_s = today->changeovers[k].minute_of_day() * 60;
      if (at_s > second) point.until_s = std::min(point.until_s, utc_s + at_s - second);
    }
  }
  if (last == nullptr) {  // before the first of the day: as the day before ended
    const DayEntry* const before = day_entry_on(plan, special, day - 1);
    if (before != nullptr) last = last_before(*before, kMinutes);
  }
  if (last != nullptr) point.rate = last->rate;
  return point;
}

bool is_whole(const TariffPlan& plan, const SpecialDays& special) {
  if (plan.n_seasons == 0 || plan.n_weeks == 0 || plan.n_days == 0) return false;
  for (std::size_t k = 0; k < plan.n_seasons; ++k) {
    if (find_week(plan, plan.seasons[k].week) == nullptr) return false;
  }
  for (std::size_t k = 0; k < plan.n_weeks; ++k) {
    for (const std::uint8_t id : plan.weeks[k].days) {
      if (find_day(plan, id) == nullptr) return false;
    }
  }
  const auto named = [&](std::uint8_t id) {
    const auto weeks_end = plan.weeks.begin() + plan.n_weeks;
    const auto special_end = special.days.begin() + special.n;
    return std::any_of(plan.weeks.begin(), weeks_end,
                       [id](const WeekEntry& week) {
                         return std::find(week.days.begin(), week.days.end(), id) !=
                                week.days.end();
                       }) ||
           std::any_of(special.days.begin(), special_end,
                       [id](const SpecialDay& day) { return day.day_id == id; });
  };
  for (std::size_t k = 0; k < plan.n_days; ++k) {
    if (!named(plan.days[k].id)) return false;
  }
  return true;
}

}  // namespace meter::fw
