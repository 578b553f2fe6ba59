// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <cctype>
#include <cmath>

#include "sim/scenario/schema.hpp"
#include "sim/scenario/zone_table.hpp"

namespace sim::run {
namespace {

using Type = Rule::Type;

std::string range_text(const Rule& rule) {
  if (!std::isfinite(rule.max)) {
    if (!std::isfinite(rule.min)) return "";
    return " from " + result::number_text(rule.min) + " up";
  }
  return " from " + result::number_text(rule.min) + " to " + result::number_text(rule.max);
}

std::string in_range(const Rule& rule, double value) {
  if (!std::isfinite(value)) return "not a finite number";
  if (value < rule.min) return "too small";
  if (value > rule.max) return "too large";
  return "";
}

std::string check_integer(const Rule& rule, const Raw& raw, Value& out) {
  if (raw.type != Raw::Type::integer) return "not an integer";
  out = raw.integer;
  for (const std::int64_t step : rule.steps) {
    if (step == raw.integer) return "";
  }
  if (!rule.steps.empty()) return "not one of the values";
  return in_range(rule, static_cast<double>(raw.integer));
}

std::string check_number(const Rule& rule, const Raw& raw, Value& out) {
  const bool integer = raw.type == Raw::Type::integer;
  if (!integer && raw.type != Raw::Type::real) return "not a number";
  const double value = integer ? static_cast<double>(raw.integer) : raw.real;
  out = value;
  return in_range(rule, value);
}

std::string check_choice(const Rule& rule, const Raw& raw, Value& out) {
  if (raw.type != Raw::Type::text) return "not text";
  for (std::size_t i = 0; i < rule.choices.size(); ++i) {
    if (rule.choices[i] != raw.text) continue;
    out = static_cast<std::int64_t>(i);
    return "";
  }
  const std::string meant = nearest(raw.text, rule.choices);
  return meant.empty() ? "not one of the choices"
                       : "not one of the choices (did you mean \"" + meant + "\"?)";
}

std::string check_instant(const Raw& raw, Value& out) {
  if (raw.type != Raw::Type::text && raw.type != Raw::Type::date_time) {
    return "not a date and time";
  }
  const auto civil = parse_civil(raw.text);
  if (!civil) return "not a date and time";
  if (!civil->offset_min) return "names no zone";
  out = civil->utc_s();
  return "";
}

std::string check_moment(const Raw& raw, std::int64_t start_utc_s, Value& out) {
  double from_start_s = 0;
  if (raw.type == Raw::Type::integer || raw.type == Raw::Type::clock) {
    from_start_s = static_cast<double>(raw.integer);
  } else if (raw.type == Raw::Type::real) {
    from_start_s = raw.real;
  } else if (const auto clock = parse_clock(raw.text); clock && raw.type == Raw::Type::text) {
    from_start_s = static_cast<double>(*clock);
  } else {
    Value instant;
    const std::string wrong = check_instant(raw, instant);
    if (!wrong.empty()) return wrong == "names no zone" ? wrong : "not a time";
    from_start_s = static_cast<double>(std::get<std::int64_t>(instant) - start_utc_s);
  }
  constexpr double kLongestS = 100 * 366 * 86'400.0;
  if (!std::isfinite(from_start_s)) return "not a time";
  if (from_start_s > kLongestS) return "too late";
  if (from_start_s < 0) return "before the start";
  out = static_cast<std::int64_t>(std::llround(from_start_s * 1e9));
  return "";
}

std::string check_meters(const Raw& raw, Value& out) {
  MeterSet set;
  const auto add = [&](const Raw& each) {
    std::optional<MeterSet> part;
    if (each.type == Raw::Type::integer && each.integer > 0 &&
        each.integer < MeterSet::kUnbounded) {
      part = MeterSet::one(static_cast<std::uint32_t>(each.integer));
    } else if (each.type == Raw::Type::text) {
      part = parse_meter_set(each.text);
    }
    if (!part) return false;
    set.ranges.insert(set.ranges.end(), part->ranges.begin(), part->ranges.end());
    return true;
  };
  if (raw.type == Raw::Type::array) {
    for (const Raw& item : raw.items) {
      if (!add(item)) return item.shown() + " names no meter";
    }
  } else if (!add(raw)) {
    return "names no meter";
  }
  out = std::move(set);
  return "";
}

std::string check_text(const Raw& raw, Value& out) {
  if (raw.type != Raw::Type::text) return "not text";
  out = raw.text;
  return "";
}

std::string check_word(const Rule& rule, const Raw& raw, Value& out) {
  const std::string wrong = check_text(raw, out);
  if (!wrong.empty()) return wrong;
  if (raw.text.empty()) return "empty";
  if (raw.text.size() > static_cast<std::size_t>(rule.max)) return "too long";
  return raw.text.find_first_of(" \t\r\n") == std::string::npos ? "" : "not one word";
}

std::string check_texts(const Raw& raw, Value& out) {
  if (raw.type != Raw::Type::array) return "not a list of text";
  std::vector<std::string> texts;
  for (const Raw& item : raw.items) {
    if (item.type != Raw::Type::text) return item.shown() + " is not text";
    texts.push_back(item.text);
  }
  out = std::move(texts);
  return "";
}

std::string check_zone(const Raw& raw, Value& out) {
  if (raw.type != Raw::Type::text) return "not text";
  if (!find_zone(raw.text)) {
    const std::string meant = nearest_zone(raw.text);
    return meant.empty() ? "unknown time zone"
                         : "unknown time zone (did you mean \"" + meant + "\"?)";
  }
  out = raw.text;
  return "";
}

// A sign among words is told from the commas between them.
std::string choice_text(const std::string& choice) {
  return choice.size() == 1 && !std::isalnum(static_cast<unsigned char>(choice.front()))
             ? '"' + choice + '"'
             : choice;
}

}  // namespace

std::string Rule::allowed() const {
  switch (type) {
    case Type::boolean:
      return "true or false";
    case Type::integer:
      break;
    case Type::number:
      return "a number" + range_text(*this);
    case Type::text:
      return "text";
    case Type::word:
      return result::number_text(min) + " to " + result::number_text(max) +
             " characters without spaces";
    case Type::texts:
      return "a list such as [\"Null\", \"-\"]";
    case Type::zone:
      return "UTC, a name of the IANA database such as Europe/Paris, or a fixed offset such as "
             "+01:00";
    case Type::instant:
      return "RFC 3339 with a zone, such as 2024-01-15T00:00:00Z";
    case Type::moment:
      return "\"HH:MM:SS\" or seconds from the start, or RFC 3339 with a zone";
    case Type::meters:
      return "a meter number from 1, a list [1, 5], \"3-7\", \"all\" or \"none\"";
    case Type::choice:
      break;
  }
  std::string list;
  if (type == Type::choice) {
    for (const std::string& each : choices) list += (list.empty() ? "" : ", ") + choice_text(each);
    return list;
  }
  if (steps.empty()) return "an integer" + range_text(*this);
  for (const std::int64_t step : steps) {
    list += (list.empty() ? "" : ", ") + std::to_string(step);
  }
  return list;
}

std::string check(const Rule& rule, const Raw& raw, std::int64_t start_utc_s, Value& out) {
  switch (rule.type) {
    case Type::boolean:
      if (raw.type != Raw::Type::boolean) return "neither true nor false";
      out = raw.boolean;
      return "";
    case Type::integer:
      return check_integer(rule, raw, out);
    case Type::number:
      return check_number(rule, raw, out);
    case Type::text:
      return check_text(raw, out);
    case Type::word:
      return check_word(rule, raw, out);
    case Type::texts:
      return check_texts(raw, out);
    case Type::choice:
      return check_choice(rule, raw, out);
    case Type::zone:
      return check_zone(raw, out);
    case Type::instant:
      return check_instant(raw, out);
    case Type::moment:
      return check_moment(raw, start_utc_s, out);
    case Type::meters:
      return check_meters(raw, out);
  }
  return "unreadable";
}

}  // namespace sim::run
