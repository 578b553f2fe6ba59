// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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

}  // namespace sim::run
