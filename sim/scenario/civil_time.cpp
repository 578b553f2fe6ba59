// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario/civil_time.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "protocol/calendar.hpp"

namespace sim::run {
namespace {

constexpr std::int64_t kHourS = 3600;

}  // namespace

std::optional<std::int64_t> parse_clock(std::string_view text) {
  std::array<std::int64_t, 3> part{};
  std::size_t n_parts = 0;
  while (n_parts < part.size()) {
    const std::size_t colon = std::min(text.find(':'), text.size());
    const char* const end = text.data() + colon;
    const auto [stop, error] = std::from_chars(text.data(), end, part[n_parts]);
    if (error != std::errc{} || stop != end || part[n_parts] < 0) return {};
    if (n_parts > 0 && (colon != 2 || part[n_parts] > 59)) return {};
    ++n_parts;
    text.remove_prefix(colon);
    if (text.empty()) break;
    text.remove_prefix(1);
  }
  if (!text.empty() || n_parts < 2 || part[0] > 1'000'000) return {};
  return part[0] * kHourS + part[1] * 60 + part[2];
}

int ZoneRule::offset_at_min(std::int64_t utc_s) const {
  return offset_min + (daylight_saving && protocol::eu_daylight_saving(utc_s) ? 60 : 0);
}

}  // namespace sim::run
