// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/civil_time.hpp"

namespace sim::run {

// A time zone as its clocks go: the offset of every instant of the years 1970 to 2099, expanded
// once, so that nobody asks the machine's time zone data again.
class ZoneTable {
 public:
  struct Span {
    std::int64_t from_utc_s;
    std::int64_t offset_s;  // east of Greenwich positive
  };
  explicit ZoneTable(std::vector<Span> spans = {}) : spans_(std::move(spans)) {}
  std::int64_t offset_at_s(std::int64_t utc_s) const;
  // Local time to UTC. Of an hour that comes twice the first pass, unless that would not come after
  // `after_utc_s`. None: a time that the clocks skip.
  std::optional<std::int64_t> to_utc(std::int64_t local_s, std::int64_t after_utc_s) const;
  const std::vector<Span>& spans() const { return spans_; }  // none: UTC

 private:
  std::vector<Span> spans_;  // by time
};

// "UTC", "+01:00" and every name of the IANA database. None: unknown, or the machine has no
// time zone data.
std::optional<ZoneTable> find_zone(std::string_view name);
// The name that was meant; "" when none is near.
std::string nearest_zone(std::string_view name);
// What the machine's data call themselves, "2025b"; "unknown" or "none".
std::string zone_data_version();

// A zone as a meter's clock can keep it: a fixed offset, or one with the European summer time.
// `why`: what the zone does from the year of `from_utc_s` to that of `to_utc_s` that the clock
// cannot; empty: `rule` is right in all of them.
struct MeterZone {
  ZoneRule rule;
  std::string why;
};
MeterZone meter_zone(std::string_view name, std::int64_t from_utc_s, std::int64_t to_utc_s);

}  // namespace sim::run
