// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/cosem/classes/activity_calendar.hpp"
#include "protocol/cosem/classes/script_table.hpp"
#include "protocol/cosem/classes/special_days.hpp"
#include "protocol/hosted/tariff_plan/plan.hpp"

namespace protocol::tariff {
namespace {

namespace axdr = protocol::axdr;
namespace classes = protocol::cosem::classes;
using classes::ActivityCalendar;

constexpr std::size_t kRoomOctets = 16'384;
constexpr std::uint8_t kAny = 0xFF;

static_assert(DatePattern::kEaster == classes::kMonthOfEaster &&
              DatePattern::kJulianEaster == classes::kMonthOfJulianEaster);

template <typename Write>
std::vector<std::uint8_t> value_of(Write&& write) {
  return orders::value_of(kRoomOctets, write);
}

Bytes bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::array<std::uint8_t, classes::kDateOctets> octets_of(const DatePattern& date) {
  const std::uint16_t year = date.year == 0 ? 0xFFFF : date.year;
  const bool by_summer =
      date.month == DatePattern::kSummerBegin || date.month == DatePattern::kSummerEnd;
  const bool any_day = by_summer || (date.day == 0 && !date.moves());
  return {static_cast<std::uint8_t>(year >> 8), static_cast<std::uint8_t>(year),
          date.month == 0 ? kAny : date.month, any_day ? kAny : date.day, kAny};
}

void put_seasons(const Plan& plan, Writer& out) {
  axdr::begin_array(plan.seasons.size(), out);
  for (const Season& season : plan.seasons) {
    std::array<std::uint8_t, cosem::kDateTimeOctets> start{};  // 00:00:00.00
    const auto date = octets_of(season.start);
    std::copy(date.begin(), date.end(), start.begin());
    start[9] = 0x80;  // deviation not specified
    classes::put_season({bytes_of(season.name), start, bytes_of(season.week)}, out);
  }
}

void put_days(const Plan& plan, Writer& out) {
  axdr::begin_array(plan.days.size(), out);
  for (const Day& day : plan.days) {
    axdr::begin_structure(2, out);
    axdr::put_unsigned(day.id, out);
    axdr::begin_array(day.switches.size(), out);
    for (const DaySwitch& change : day.switches) {
      const std::array<std::uint8_t, 4> at{static_cast<std::uint8_t>(change.at_s / 3600 % 24),
                                           static_cast<std::uint8_t>(change.at_s / 60 % 60),
                                           static_cast<std::uint8_t>(change.at_s % 60), 0};
      classes::put_day_action({at, classes::kTariffScripts.octets, change.script}, out);
    }
  }
}

cosem::Attribute calendar(std::int8_t index) {
  return {ActivityCalendar::kId, classes::kActivityCalendarName, index};
}

}  // namespace

std::vector<Step> steps_of(const Plan& plan) {
  std::vector<Step> steps;
  const auto set = [&](std::int8_t index, auto write) {
    steps.push_back({Step::Service::set, calendar(index), value_of(write)});
  };
  // All of a table at once: what was set before that is passive is gone.
  set(ActivityCalendar::kNamePassive,
      [&](Writer& out) { axdr::put_octet_string(bytes_of(plan.name), out); });
  set(ActivityCalendar::kSeasonsPassive, [&](Writer& out) { put_seasons(plan, out); });
  set(ActivityCalendar::kWeeksPassive, [&](Writer& out) {
    axdr::begin_array(plan.weeks.size(), out);
    for (const Week& week : plan.weeks) classes::put_week({bytes_of(week.name), week.days}, out);
  });
  set(ActivityCalendar::kDaysPassive, [&](Writer& out) { put_days(plan, out); });
  for (std::size_t k = 0; k < 4; ++k) {
    steps.push_back({Step::Service::read_back, steps[k].target, steps[k].value});
  }
  for (const SpecialDay& special : plan.special_days) {
    steps.push_back(
        {Step::Service::action,
         {classes::SpecialDaysTable::kId, classes::kSpecialDaysName,
          classes::SpecialDaysTable::kInsert},
         value_of([&](Writer& out) {
           classes::put_special_day({special.index, octets_of(special.date), special.day}, out);
         })});
  }
  if (!plan.activate_at_ms) {
    steps.push_back({Step::Service::action, calendar(ActivityCalendar::kActivatePassiveCalendar),
                     value_of([](Writer& out) { axdr::put_integer(0, out); })});
    return steps;
  }
  set(ActivityCalendar::kActivationTime, [&](Writer& out) {
    cosem::DateTime time;
    time.utc_s = *plan.activate_at_ms / 1000;
    cosem::put_date_time(time, out);
  });
  steps.push_back({Step::Service::read_back, steps.back().target, steps.back().value});
  return steps;
}

}  // namespace protocol::tariff
