// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sim::run {

// Meters of a scenario by number, counted from 1: "all", "none", "3-7", "1, 5, 9-12".
struct MeterSet {
  struct Range {
    std::uint32_t first;
    std::uint32_t last;
    friend bool operator==(const Range&, const Range&) = default;
  };
  static constexpr std::uint32_t kUnbounded = 0xFFFFFFFFu;

  std::vector<Range> ranges;

  static MeterSet all() { return {{{1, kUnbounded}}}; }
  static MeterSet one(std::uint32_t meter) { return {{{meter, meter}}}; }
  bool empty() const { return ranges.empty(); }
  bool contains(std::uint32_t meter) const;
  // The largest number named; 0 for "all" and "none".
  std::uint32_t highest_named() const;
  // Numbers in rising order, each once.
  std::vector<std::uint32_t> list(std::uint32_t count) const;
  std::string text() const;
  friend bool operator==(const MeterSet&, const MeterSet&) = default;
};
std::optional<MeterSet> parse_meter_set(std::string_view text);

// A section of the scenario, or a row of one of its tables, is a struct of fields with their
// defaults and
//   static constexpr SectionName kSection
//   static void describe(auto& key)   key(name, field, rule, unit, doc) once a key; without rule
//                                     and unit where the type of the field says it all;
//                                     key.part(field) for a struct of fields
// and nothing else speaks of its keys: checks, defaults and docs/scenario-reference.md walk this.
struct SectionName {
  const char* name;
  const char* doc;
};

// The words for the values of an enum, in their order: names_of(E) beside each enum.
using Names = std::vector<const char*>;
template <typename E>
const char* name_of(E value) {
  return names_of(value)[static_cast<std::size_t>(value)];
}

// What a value must look like.
struct Rule {
  enum class Type {
    boolean,
    integer,
    number,
    text,
    word,     // text of 1 to `max` characters without spaces
    choice,   // one of `choices`, stored as its index
    texts,    // a list of text
    zone,     // checked, stored as text
    instant,  // RFC 3339 with a zone, stored as seconds since 1970
    moment,   // from the start: "HH:MM:SS", seconds, or RFC 3339; stored as TimeNs
    meters,
  };
  Type type = Type::text;
  double min = 0;
  double max = 0;
  std::vector<std::string> choices = {};
  std::vector<std::int64_t> steps = {};  // integers: the only ones allowed; empty: the range

  std::string allowed() const;  // "an integer from 1 to 1000"
};

inline Rule range(double min, double max) { return {Rule::Type::number, min, max}; }
inline Rule steps(std::vector<std::int64_t> allowed) {
  return {Rule::Type::integer, 0, 0, {}, std::move(allowed)};
}
inline Rule word(double max) { return {Rule::Type::word, 1, max}; }
inline Rule zone() { return {Rule::Type::zone}; }
inline Rule instant() { return {Rule::Type::instant}; }
inline Rule moment() { return {Rule::Type::moment}; }

inline constexpr double kDayS = 86'400;
inline constexpr double kYearS = 366 * kDayS;

}  // namespace sim::run
