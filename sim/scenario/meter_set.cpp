// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario/key.hpp"

#include <algorithm>
#include <charconv>

namespace sim::run {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::optional<std::uint32_t> parse_number(std::string_view text) {
  text = trimmed(text);
  std::uint32_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || value == 0) return {};
  if (value == MeterSet::kUnbounded) return {};
  return value;
}

std::optional<MeterSet::Range> parse_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = parse_number(text.substr(0, dash));
  const auto last = dash == text.npos ? first : parse_number(text.substr(dash + 1));
  if (!first || !last || *last < *first) return {};
  return MeterSet::Range{*first, *last};
}

}  // namespace

bool MeterSet::contains(std::uint32_t meter) const {
  return std::ranges::any_of(
      ranges, [&](const Range& range) { return meter >= range.first && meter <= range.last; });
}

std::uint32_t MeterSet::highest_named() const {
  std::uint32_t highest = 0;
  for (const Range& range : ranges) {
    if (range.last != kUnbounded) highest = std::max(highest, range.last);
  }
  return highest;
}

std::vector<std::uint32_t> MeterSet::list(std::uint32_t count) const {
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t meter = 1; meter <= count; ++meter) {
    if (contains(meter)) numbers.push_back(meter);
  }
  return numbers;
}

std::string MeterSet::text() const {
  if (ranges.empty()) return "none";
  std::string text;
  for (const Range& range : ranges) {
    if (range.last == kUnbounded) return "all";
    if (!text.empty()) text += ", ";
    text += std::to_string(range.first);
    if (range.last != range.first) text += "-" + std::to_string(range.last);
  }
  return text;
}

std::optional<MeterSet> parse_meter_set(std::string_view text) {
  text = trimmed(text);
  if (text == "all") return MeterSet::all();
  if (text == "none") return MeterSet{};
  MeterSet set;
  for (;;) {
    const std::size_t comma = text.find(',');
    const auto range = parse_range(text.substr(0, comma));
    if (!range) return {};
    set.ranges.push_back(*range);
    if (comma == text.npos) return set;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace sim::run
