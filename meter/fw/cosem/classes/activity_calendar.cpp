// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "meter/fw/billing/tariff.hpp"
#include "meter/fw/cosem/behaviour.hpp"
#include "meter/fw/cosem/object_rows.hpp"
#include "protocol/cosem/classes/script_table.hpp"

namespace meter::fw {
namespace {

using classes::ActivityCalendar;

Bytes octets_of(const PlanName& name) { return Bytes(name.text).first(name.octets); }
bool take_name(Bytes octets, PlanName& name) {
  if (octets.size() > PlanName::kMaxOctets) return false;
  name = {static_cast<std::uint8_t>(octets.size()), {}};
  std::copy(octets.begin(), octets.end(), name.text.begin());
  return true;
}

// One table, element by element into the slice.
template <typename Put>
void put_table(std::size_t n, Slice& slice, Put&& put) {
  std::array<std::uint8_t, kMaxValueOctets> octets;
  for (std::size_t k = 0; k <= n && !slice.full(); ++k) {
    Writer out{octets};
    if (k == 0) {
      axdr::begin_array(n, out);
    } else {
      put(k - 1, out);
    }
    slice.put(out.written());
  }
}

void put_seasons(const TariffPlan& plan, Slice& slice) {
  put_table(plan.n_seasons, slice, [&](std::size_t k, Writer& out) {
    const SeasonEntry& season = plan.seasons[k];
    classes::put_season({octets_of(season.name), season.start, octets_of(season.week)}, out);
  });
}

void put_weeks(const TariffPlan& plan, Slice& slice) {
  put_table(plan.n_weeks, slice, [&](std::size_t k, Writer& out) {
    classes::put_week({octets_of(plan.weeks[k].name), plan.weeks[k].days}, out);
  });
}

void put_days(const TariffPlan& plan, Slice& slice) {
  std::array<std::uint8_t, 6> head;
  Writer head_writer{head};
  axdr::begin_array(plan.n_days, head_writer);
  slice.put(head_writer.written());
  for (std::size_t day = 0; day < plan.n_days && !slice.full(); ++day) {
    const DayEntry& entry = plan.days[day];
    Writer writer{head};
    axdr::begin_structure(2, writer);
    axdr::put_unsigned(entry.id, writer);
    slice.put(writer.written());
    put_table(entry.n, slice, [&](std::size_t k, Writer& out) {
      const Changeover& one = entry.changeovers[k];
      const std::array<std::uint8_t, 4> time{one.hour, one.minute, 0, 0};
      classes::put_day_action(
          {time, classes::kTariffScripts.octets, static_cast<std::uint16_t>(one.rate + 1)}, out);
    });
  }
}

// A time of day or of a date-time that is not specified, or zero.
bool is_zero_or_any(Bytes octets) {
  return std::all_of(octets.begin(), octets.end(),
                     [](std::uint8_t octet) { return octet == 0 || octet == kAnyDate; });
}

bool take_seasons(axdr::Cursor& in, TariffPlan& plan) {
  const std::uint32_t n = in.array();
  if (!in.ok() || n > kMaxSeasons) return false;
  plan.seasons = {};
  plan.n_seasons = static_cast<std::uint8_t>(n);
  for (std::size_t k = 0; k < n; ++k) {
    const classes::SeasonProfile taken = classes::take_season(in);
    SeasonEntry& season = plan.seasons[k];
    if (!in.ok() || taken.start.size() != season.start.size() ||
        !take_name(taken.name, season.name) || !take_name(taken.week, season.week)) {
      return false;
    }
    std::copy(taken.start.begin(), taken.start.end(), season.start.begin());
    if (!is_yearly(season.rule()) || !is_zero_or_any(taken.start.subspan(5, 4))) return false;
    const auto same = [&](const SeasonEntry& other) { return other.name == season.name; };
    if (std::any_of(plan.seasons.begin(), plan.seasons.begin() + k, same)) return false;
  }
  return in.at_end();
}

bool take_weeks(axdr::Cursor& in, TariffPlan& plan) {
  const std::uint32_t n = in.array();
  if (!in.ok() || n > kMaxWeeks) return false;
  plan.weeks = {};
  plan.n_weeks = static_cast<std::uint8_t>(n);
  for (std::size_t k = 0; k < n; ++k) {
    const classes::WeekProfile taken = classes::take_week(in);
    WeekEntry& week = plan.weeks[k];
    if (!in.ok() || !take_name(taken.name, week.name)) return false;
    week.days = taken.days;
    const auto same = [&](const WeekEntry& other) { return other.name == week.name; };
    if (std::any_of(plan.weeks.begin(), plan.weeks.begin() + k, same)) return false;
  }
  return in.at_end();
}

// Whole minutes, and a rate that there is.
bool take_changeover(axdr::Cursor& in, Changeover& changeover) {
  const classes::DayAction action = classes::take_day_action(in);
  const Bytes time = action.start_time;
  if (!in.ok() || time.size() != 4 || time[0] > 23 || time[1] > 59 ||
      !is_zero_or_any(time.subspan(2)) || action.selector < 1 || action.selector > kRates ||
      !std::equal(action.script_table.begin(), action.script_table.end(),
                  classes::kTariffScripts.octets.begin(), classes::kTariffScripts.octets.end())) {
    return false;
  }
  changeover = {time[0], time[1], static_cast<std::uint8_t>(action.selector - 1)};
  return true;
}

bool take_days(axdr::Cursor& in, TariffPlan& plan) {
  const std::uint32_t n = in.array();
  if (!in.ok() || n > kMaxDays) return false;
  plan.days = {};
  plan.n_days = static_cast<std::uint8_t>(n);
  for (std::size_t day = 0; day < n; ++day) {
    in.structure(2);
    DayEntry& entry = plan.days[day];
    entry.id = static_cast<std::uint8_t>(axdr::take_exactly(axdr::Tag::unsigned_, in));
    const std::uint32_t changeovers = in.array();
    if (!in.ok() || changeovers < 1 || changeovers > kMaxChangeovers) return false;
    entry.n = static_cast<std::uint8_t>(changeovers);
    for (std::size_t k = 0; k < changeovers; ++k) {
      Changeover& one = entry.changeovers[k];
      if (!take_changeover(in, one)) return false;
      if (k > 0 && one.minute_of_day() <= entry.changeovers[k - 1].minute_of_day()) return false;
    }
    const auto same = [&](const DayEntry& other) { return other.id == entry.id; };
    if (std::any_of(plan.days.begin(), plan.days.begin() + day, same)) return false;
  }
  return in.at_end();
}

// All of it not specified: the plan does not follow by itself. Nothing in between (Blue Book
// 4.5.5.2.10).
bool take_activation(Bytes time, const TimeZone& zone, TariffCalendar& calendar) {
  std::copy(time.begin(), time.end(), calendar.activation.begin());
  calendar.activation_s = TariffCalendar::kNoActivation;
  const Bytes date_and_time = time.first(8);
  if (std::all_of(date_and_time.begin(), date_and_time.end(),
                  [](std::uint8_t octet) { return octet == kAnyDate; })) {
    return true;
  }
  const auto instant = instant_of(time, zone);
  if (instant.ok()) calendar.activation_s = instant->utc_s;
  return instant.ok();
}

}  // namespace

AccessResult result_of(CalendarChange change) {
  switch (change) {
    case CalendarChange::done:
      return AccessResult::success;
    case CalendarChange::not_whole:
      return AccessResult::other_reason;
    case CalendarChange::flash_refused:
      return AccessResult::hardware_fault;
  }
  return AccessResult::other_reason;
}

template <>
void Behaviour<ActivityCalendar>::get(const Context& context, const Object&, std::int8_t attribute,
                                      Answer& answer) {
  const Core& core = context.parts.core;
  TariffCalendar calendar;
  if (!core.calendar.load(core.hal, calendar)) {
    answer.result = AccessResult::hardware_fault;
    return;
  }
  if (attribute == ActivityCalendar::kActivationTime) {
    if (!core.calendar.has_calendar()) calendar.activation.fill(kAnyDate);
    return axdr::put_octet_string(calendar.activation, answer.value);
  }
  const bool active = attribute < ActivityCalendar::kNamePassive;
  const TariffPlan& plan = active ? calendar.active : calendar.passive;
  switch (active ? attribute + 4 : attribute) {
    case ActivityCalendar::kNamePassive:
      return axdr::put_octet_string(octets_of(plan.name), answer.value);
    case ActivityCalendar::kSeasonsPassive:
      return put_seasons(plan, answer.slice);
    case ActivityCalendar::kWeeksPassive:
      return put_weeks(plan, answer.slice);
    case ActivityCalendar::kDaysPassive:
      return put_days(plan, answer.slice);
  }
}

template <>
AccessResult Behaviour<ActivityCalendar>::set(Context& context, const Object&,
                                              std::int8_t attribute, Bytes value) {
  Core& core = context.parts.core;
  TariffCalendar calendar;
  if (!core.calendar.load(core.hal, calendar)) return AccessResult::hardware_fault;
  if (!core.calendar.has_calendar()) calendar.activation.fill(kAnyDate);
  axdr::Cursor in(value);
  if (attribute == ActivityCalendar::kActivationTime) {
    if (!take_activation(in.date_time(), core.clock.zone, calendar)) {
      return AccessResult::other_reason;
    }
    const AccessResult result =
        result_of(set_activation(core, calendar, core.clock.utc_s(core.hal)));
    if (result == AccessResult::success) context.parts.schedule.replan_billing(core);
    return result;
  }
  TariffPlan& plan = calendar.passive;
  const bool taken = attribute == ActivityCalendar::kNamePassive
                         ? take_name(in.octet_string(), plan.name)
                     : attribute == ActivityCalendar::kSeasonsPassive ? take_seasons(in, plan)
                     : attribute == ActivityCalendar::kWeeksPassive   ? take_weeks(in, plan)
                                                                      : take_days(in, plan);
  if (!taken) return refusal_of(in);
  return result_of(store_calendar(core, calendar));
}

template <>
AccessResult Behaviour<ActivityCalendar>::act(Context& context, const Object&, std::int8_t, Bytes) {
  Core& core = context.parts.core;
  const AccessResult result = result_of(activate_passive_plan(core, core.clock.utc_s(core.hal)));
  if (result == AccessResult::success) context.parts.schedule.replan_billing(core);
  return result;
}

}  // namespace meter::fw
