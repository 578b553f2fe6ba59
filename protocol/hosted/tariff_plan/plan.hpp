// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/hosted/order_steps/step.hpp"

// A tariff plan as people write it, and as it goes into a meter. Whoever orders one has this: the
// scenario, the head-end, its concentrators.
namespace protocol::tariff {

// A day that may come every year or month; 0: any.
struct DatePattern {
  // In the place of the month: days that move. Of Easter `day` is a signed number of days from it.
  static constexpr std::uint8_t kJulianEaster = 0xFB;
  static constexpr std::uint8_t kEaster = 0xFC;
  static constexpr std::uint8_t kSummerEnd = 0xFD;
  static constexpr std::uint8_t kSummerBegin = 0xFE;

  std::uint16_t year = 0;
  std::uint8_t month = 0;
  std::uint8_t day = 0;

  bool moves() const { return month >= kJulianEaster; }
  bool operator==(const DatePattern&) const = default;
};
// "*-12-25", "2026-04-06", "easter-2", "julian-easter+1", "summer-begin", "summer-end".
std::string text_of(const DatePattern& date);
std::optional<DatePattern> parse_date(std::string_view text);

struct Season {
  std::string name;
  DatePattern start;
  std::string week;
  bool operator==(const Season&) const = default;
};
struct Week {
  std::string name;
  std::array<std::uint8_t, 7> days{};  // day ids, Monday first
  bool operator==(const Week&) const = default;
};
struct DaySwitch {
  std::uint32_t at_s = 0;    // after local midnight
  std::uint16_t script = 0;  // rate, from 1
  bool operator==(const DaySwitch&) const = default;
};
struct Day {
  std::uint8_t id = 0;
  std::vector<DaySwitch> switches;
  bool operator==(const Day&) const = default;
};
struct SpecialDay {
  std::uint16_t index = 0;
  DatePattern date;
  std::uint8_t day = 0;  // day id
  bool operator==(const SpecialDay&) const = default;
};
struct Plan {
  std::string name;
  std::optional<std::int64_t> activate_at_ms;  // UTC since 1970; none: at once
  std::vector<Season> seasons;
  std::vector<Week> weeks;
  std::vector<Day> days;
  std::vector<SpecialDay> special_days;
  bool operator==(const Plan&) const = default;
};

// The text of a plan, an entry a line, words apart by spaces, # begins a comment:
//   plan NAME
//   activate 2026-03-01T00:00:00+01:00
//   season NAME DATE week NAME
//   week NAME ID ID ID ID ID ID ID
//   day ID 00:00=1 06:30=2 ...
//   special INDEX DATE day ID
struct ParsedPlan {
  std::optional<Plan> plan;
  std::string fault;  // "line 3: ..., allowed: ..."
};
ParsedPlan parse_plan(std::string_view text);
std::string text_of(const Plan& plan);

// What a client does with a meter, in this order, to give it a plan: the passive side of class 20,
// read back, the special days, then the activation.
using orders::Step;
std::vector<Step> steps_of(const Plan& plan);

}  // namespace protocol::tariff
