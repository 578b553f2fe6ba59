// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/reference.hpp"

#include <algorithm>

#include "models/core/parts/supply.hpp"

namespace sim::run {
namespace {

using models::Supply;

// No voltage worth the name in [from, to).
struct Dark {
  kernel::TimeNs from;
  kernel::TimeNs to;
};

std::vector<Dark> dark_times(const Scenario& scenario, std::uint32_t meter) {
  std::vector<Dark> times;
  for (const Event& event : scenario.events) {
    if (!event.meters.contains(meter)) continue;
    if (event.type == EventType::outage) {
      times.push_back({event.at, event.at + kernel::to_ns(event.duration_s)});
    } else if (event.type == EventType::sag && event.residual < Supply::kDropOutFactor) {
      times.push_back({event.at, event.at + kernel::to_ns(event.duration_ms / 1000)});
    }
  }
  // Those that overlap are one.
  std::vector<Dark> merged;
  for (const Dark& dark : times) {
    if (merged.empty() || dark.from > merged.back().to) {
      merged.push_back(dark);
    } else {
      merged.back().to = std::max(merged.back().to, dark.to);
    }
  }
  return merged;
}

}  // namespace

std::vector<PoweredSpan> powered_spans(const Scenario& scenario, std::uint32_t meter) {
  constexpr kernel::TimeNs kRideThrough = Supply::kDetectNs + Supply::kHoldUpNs;
  std::vector<PoweredSpan> spans{{Supply::kStartUpNs, kernel::kNever}};
  for (const Dark& dark : dark_times(scenario, meter)) {
    if (dark.from < spans.back().on) {  // the converter was starting, and starts anew
      spans.back().on = dark.to + Supply::kStartUpNs;
      continue;
    }
    if (dark.to - dark.from <= kRideThrough) continue;
    spans.back().off = dark.from + kRideThrough;
    spans.push_back({dark.to + Supply::kStartUpNs, kernel::kNever});
  }
  return spans;
}

std::int64_t last_stamp_utc_s(const Scenario& scenario, kernel::TimeNs capture_end) {
  return scenario.general.start_utc_s + capture_end / kernel::kNsPerSecond;
}

std::vector<ReferenceRow> reference_rows(const Scenario& scenario, const Home& home,
                                         kernel::TimeNs capture_end, kernel::TimeNs now) {
  const auto powered = powered_spans(scenario, home.identity.number);
  std::vector<ReferenceRow> rows;
  TruthMeter truth(*home.supply, home.meter->feed().changes());
  for (const ExpectedRow& expected : expected_rows(home.meter->board().rtc.clock(), powered,
                                                   home.settings.capture_period_s, now)) {
    if (expected.stamp_utc_s > last_stamp_utc_s(scenario, capture_end)) continue;
    const int offset_min = home.settings.zone.offset_at_min(expected.stamp_utc_s);
    ReferenceRow row;
    row.row = expected;
    row.deviation_min = static_cast<std::int16_t>(-offset_min);
    row.status = expected.status;
    if (offset_min != home.settings.zone.offset_min) row.status |= kStatusDaylightSaving;
    row.truth = truth.advance(expected.captured_at);
    rows.push_back(row);
  }
  return rows;
}

}  // namespace sim::run
