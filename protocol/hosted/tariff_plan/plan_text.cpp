// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>

#include "protocol/calendar.hpp"
#include "protocol/hosted/civil_text/civil_text.hpp"
#include "protocol/hosted/tariff_plan/plan.hpp"

namespace protocol::tariff {
namespace {

constexpr std::size_t kMostFromEaster = 100;
constexpr std::size_t kMaxNameOctets = 8;

template <typename Number>
bool take_number(std::string_view text, std::int64_t low, std::int64_t high, Number& value) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc{} || at != end || number < low || number > high) {
    return false;
  }
  value = static_cast<Number>(number);
  return true;
}
template <typename Number>
bool take_field(std::string_view text, std::size_t digits, int low, int high, Number& value) {
  if (text == "*") return true;
  return text.size() == digits && take_number(text, low, high, value);
}

std::string padded(int value, std::size_t digits) {
  if (value == 0) return "*";
  std::string text = std::to_string(value);
  return std::string(digits - std::min(digits, text.size()), '0') + text;
}

std::optional<DatePattern> parse_moving(std::string_view text) {
  if (text == "summer-begin") return DatePattern{0, DatePattern::kSummerBegin, 0};
  if (text == "summer-end") return DatePattern{0, DatePattern::kSummerEnd, 0};
  DatePattern date;
  date.month = DatePattern::kEaster;
  if (text.starts_with("julian-")) {
    date.month = DatePattern::kJulianEaster;
    text.remove_prefix(7);
  }
  if (!text.starts_with("easter")) return std::nullopt;
  text.remove_prefix(6);
  if (text.empty()) return date;
  int offset = 0;
  if (text[0] != '+' && text[0] != '-') return std::nullopt;
  if (!take_number(text.substr(1), 1, kMostFromEaster, offset)) return std::nullopt;
  date.day = static_cast<std::uint8_t>(text[0] == '-' ? -offset : offset);
  return date;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  line = line.substr(0, line.find('#'));
  for (;;) {
    const std::size_t begin = line.find_first_not_of(" \t\r");
    if (begin == line.npos) return words;
    line.remove_prefix(begin);
    const std::size_t end = std::min(line.find_first_of(" \t\r"), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

bool take_name(std::string_view text, std::string& name) {
  name = text;
  return !text.empty() && text.size() <= kMaxNameOctets;
}

// "06:30=2"
bool take_switch(std::string_view text, DaySwitch& change) {
  if (text.size() < 7 || text[2] != ':' || text[5] != '=') return false;
  std::uint32_t hour = 0;
  std::uint32_t minute = 0;
  if (!take_number(text.substr(0, 2), 0, 23, hour)) return false;
  if (!take_number(text.substr(3, 2), 0, 59, minute)) return false;
  change.at_s = hour * 3600 + minute * 60;
  return take_number(text.substr(6), 1, 65'535, change.script);
}

using Words = std::vector<std::string_view>;

bool take_plan(const Words& words, Plan& plan) {
  return words.size() == 2 && plan.name.empty() && take_name(words[1], plan.name);
}
bool take_activation(const Words& words, Plan& plan) {
  if (words.size() != 2 || plan.activate_at_ms) return false;
  const auto utc_s = parse_rfc3339(words[1]);
  if (utc_s) plan.activate_at_ms = *utc_s * 1000;
  return utc_s.has_value();
}
bool take_season(const Words& words, Plan& plan) {
  if (words.size() != 5 || words[3] != "week") return false;
  const auto date = parse_date(words[2]);
  Season season;
  if (!date || !take_name(words[1], season.name) || !take_name(words[4], season.week)) return false;
  season.start = *date;
  plan.seasons.push_back(season);
  return true;
}
bool take_week(const Words& words, Plan& plan) {
  Week week;
  if (words.size() != 9 || !take_name(words[1], week.name)) return false;
  for (std::size_t k = 0; k < 7; ++k) {
    if (!take_number(words[2 + k], 0, 255, week.days[k])) return false;
  }
  plan.weeks.push_back(week);
  return true;
}
bool take_day(const Words& words, Plan& plan) {
  Day day;
  if (words.size() < 3 || !take_number(words[1], 0, 255, day.id)) return false;
  for (std::size_t k = 2; k < words.size(); ++k) {
    if (!take_switch(words[k], day.switches.emplace_back())) return false;
  }
  plan.days.push_back(day);
  return true;
}
bool take_special(const Words& words, Plan& plan) {
  SpecialDay special;
  if (words.size() != 5 || words[3] != "day") return false;
  const auto date = parse_date(words[2]);
  if (!date || !take_number(words[1], 0, 65'535, special.index) ||
      !take_number(words[4], 0, 255, special.day)) {
    return false;
  }
  // A meter would take the second in the place of the first.
  const auto& before = plan.special_days;
  if (std::ranges::find(before, special.index, &SpecialDay::index) != before.end()) return false;
  special.date = *date;
  plan.special_days.push_back(special);
  return true;
}

struct Entry {
  const char* word;
  bool (*take)(const Words& words, Plan& plan);
  const char* allowed;
};
constexpr Entry kEntries[] = {
    {"plan", take_plan, "plan NAME of up to 8 characters, once"},
    {"activate", take_activation, "activate TIME with its zone, 2026-03-01T00:00:00+01:00, once"},
    {"season", take_season,
     "season NAME DATE week NAME, names of up to 8 characters, dates such as *-12-25, 2026-04-06, "
     "easter-2, julian-easter+1, summer-begin, summer-end"},
    {"week", take_week, "week NAME and seven day ids from 0 to 255, Monday first"},
    {"day", take_day, "day ID and changeovers HH:MM=RATE"},
    {"special", take_special,
     "special INDEX DATE day ID, each index once, dates such as *-12-25, 2026-04-06, easter-2, "
     "julian-easter+1, summer-begin, summer-end"},
};

}  // namespace

std::string text_of(const DatePattern& date) {
  if (date.month == DatePattern::kSummerBegin) return "summer-begin";
  if (date.month == DatePattern::kSummerEnd) return "summer-end";
  if (date.moves()) {
    const int offset = static_cast<std::int8_t>(date.day);
    const std::string name = date.month == DatePattern::kJulianEaster ? "julian-easter" : "easter";
    if (offset == 0) return name;
    return name + (offset < 0 ? "" : "+") + std::to_string(offset);
  }
  return padded(date.year, 4) + "-" + padded(date.month, 2) + "-" + padded(date.day, 2);
}

std::optional<DatePattern> parse_date(std::string_view text) {
  if (const auto moving = parse_moving(text)) return moving;
  const std::size_t first = text.find('-');
  const std::size_t second = first == text.npos ? first : text.find('-', first + 1);
  if (second == text.npos) return std::nullopt;
  DatePattern date;
  if (!take_field(text.substr(0, first), 4, 1970, 9999, date.year) ||
      !take_field(text.substr(first + 1, second - first - 1), 2, 1, 12, date.month) ||
      !take_field(text.substr(second + 1), 2, 1, 31, date.day)) {
    return std::nullopt;
  }
  // Of an open year, February may have 29 days; of an open month, any may have 31.
  if (date.month != 0 && date.day != 0) {
    const auto days = days_from_civil(date.year != 0 ? date.year : 2000, date.month, date.day);
    if (civil_from_days(days).day != date.day) return std::nullopt;
  }
  return date;
}

ParsedPlan parse_plan(std::string_view text) {
  Plan plan;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    const Words words = words_of(line);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (words.empty()) continue;
    const Entry* entry = nullptr;
    for (const Entry& one : kEntries) {
      if (words[0] == one.word) entry = &one;
    }
    const auto fault = [&](std::string_view written, const char* allowed) {
      return ParsedPlan{{},
                        "line " + std::to_string(number) + ": \"" + std::string(written) +
                            "\", allowed: " + allowed};
    };
    if (entry == nullptr) return fault(words[0], "plan, activate, season, week, day, special");
    if (!entry->take(words, plan)) return fault(line, entry->allowed);
  }
  if (plan.name.empty()) return {{}, "no name, allowed: a line plan NAME"};
  return {std::move(plan), {}};
}

std::string text_of(const Plan& plan) {
  std::string text = "plan " + plan.name + "\n";
  if (plan.activate_at_ms) text += "activate " + format_utc(*plan.activate_at_ms / 1000) + "\n";
  for (const Season& season : plan.seasons) {
    text += "season " + season.name + " " + text_of(season.start) + " week " + season.week + "\n";
  }
  for (const Week& week : plan.weeks) {
    text += "week " + week.name;
    for (const std::uint8_t day : week.days) text += " " + std::to_string(day);
    text += "\n";
  }
  for (const Day& day : plan.days) {
    text += "day " + std::to_string(day.id);
    for (const DaySwitch& change : day.switches) {
      const auto two = [](std::uint32_t value) {
        return std::string(value < 10 ? "0" : "") + std::to_string(value);
      };
      text += " " + two(change.at_s / 3600) + ":" + two(change.at_s / 60 % 60) + "=" +
              std::to_string(change.script);
    }
    text += "\n";
  }
  for (const SpecialDay& special : plan.special_days) {
    text += "special " + std::to_string(special.index) + " " + text_of(special.date) + " day " +
            std::to_string(special.day) + "\n";
  }
  return text;
}

}  // namespace protocol::tariff
