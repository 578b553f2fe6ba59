// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hosted/tariff_plan/plan_faults.hpp"

#include <algorithm>

namespace protocol::tariff {
namespace {

// Data sheets of AD11A and AD13A.
constexpr std::size_t kMostSeasons = 12;
constexpr std::size_t kMostWeeks = 12;
constexpr std::size_t kMostDays = 7;
constexpr std::size_t kMostSwitches = 12;
constexpr std::size_t kMostSpecialDays = 30;
constexpr std::uint16_t kMostRates = 6;

std::string more_than(std::size_t most, const char* what) {
  return "more than " + std::to_string(most) + " " + what;
}

template <typename Entries, typename Key>
bool twice(const Entries& entries, Key key) {
  for (auto one = entries.begin(); one != entries.end(); ++one) {
    const auto same = [&](const auto& other) { return other.*key == (*one).*key; };
    if (std::any_of(entries.begin(), one, same)) return true;
  }
  return false;
}

std::string fault_of(const Day& day) {
  const std::string name = "day " + std::to_string(day.id);
  if (day.switches.size() > kMostSwitches) {
    return name + " has " + more_than(kMostSwitches, "changeovers");
  }
  for (std::size_t k = 0; k < day.switches.size(); ++k) {
    const DaySwitch& one = day.switches[k];
    if (one.script > kMostRates) {
      return name + " names rate " + std::to_string(one.script) + ", there are 1 to 6";
    }
    if (k > 0 && one.at_s <= day.switches[k - 1].at_s) return name + " goes back in time";
  }
  return {};
}

std::string missing_in(const Plan& plan) {
  if (plan.seasons.empty()) return "no season";
  for (const Season& season : plan.seasons) {
    if (std::ranges::find(plan.weeks, season.week, &Week::name) == plan.weeks.end()) {
      return "season " + season.name + " names week " + season.week + ", which is not there";
    }
  }
  for (const Week& week : plan.weeks) {
    for (const std::uint8_t id : week.days) {
      if (std::ranges::find(plan.days, id, &Day::id) == plan.days.end()) {
        return "week " + week.name + " names day " + std::to_string(id) + ", which is not there";
      }
    }
  }
  for (const Day& day : plan.days) {
    const bool named = std::ranges::any_of(plan.weeks, [&](const Week& week) {
      return std::ranges::find(week.days, day.id) != week.days.end();
    });
    const auto& special = plan.special_days;
    if (!named && std::ranges::find(special, day.id, &SpecialDay::day) == special.end()) {
      return "day " + std::to_string(day.id) + " is named by no week and no special day";
    }
  }
  return {};
}

}  // namespace

std::string refusal_of(const Plan& plan) {
  if (plan.seasons.size() > kMostSeasons) return more_than(kMostSeasons, "seasons");
  if (plan.weeks.size() > kMostWeeks) return more_than(kMostWeeks, "weeks");
  if (plan.days.size() > kMostDays) return more_than(kMostDays, "days");
  if (plan.special_days.size() > kMostSpecialDays) {
    return more_than(kMostSpecialDays, "special days");
  }
  if (twice(plan.seasons, &Season::name)) return "two seasons of one name";
  if (twice(plan.weeks, &Week::name)) return "two weeks of one name";
  if (twice(plan.days, &Day::id)) return "two days of one id";
  for (const Season& season : plan.seasons) {
    const DatePattern& start = season.start;
    const bool leap_day = start.year == 0 && start.month == 2 && start.day == 29;
    if (!start.moves() && (start.month == 0 || start.day == 0 || leap_day)) {
      return "season " + season.name + " begins on no one day of each year";
    }
  }
  for (const Day& day : plan.days) {
    const std::string fault = fault_of(day);
    if (!fault.empty()) return fault;
  }
  return missing_in(plan);
}

}  // namespace protocol::tariff
