// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/judge.hpp"

#include <algorithm>

#include "hes-stub/inventory/type_template.hpp"
#include "models/core/parts/supply.hpp"
#include "sim/record/recorder.hpp"

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

// When the meter's firmware lives, from the scenario's outages and deep sags and the times of the
// supply (models/core/parts/supply.hpp).
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

// What meter `home` must have captured by `now` with stamps up to the last one, with the truth at
// each capture. A slow clock reaches the last stamp after the captures' end.
std::vector<ReferenceRow> reference_rows(const Scenario& scenario, const Home& home,
                                         std::int64_t last_stamp_utc_s, kernel::TimeNs now) {
  const auto powered = powered_spans(scenario, home.identity.number);
  std::vector<ReferenceRow> rows;
  TruthMeter truth(*home.supply, home.meter->feed().changes());
  for (const ExpectedRow& expected : expected_rows(home.meter->board().rtc.clock(), powered,
                                                   home.settings.capture_period_s, now)) {
    if (expected.stamp_utc_s > last_stamp_utc_s) continue;
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

void write_truth(std::uint32_t meter, const std::vector<ReferenceRow>& reference,
                 result::ResultWriter& writer) {
  kernel::TimeNs unknown_ns = 0;
  for (const ReferenceRow& row : reference) {
    result::TruthRow out;
    out.meter = meter;
    out.stamp_utc_s = row.row.stamp_utc_s;
    out.energies = row.truth.exact;
    out.known = row.truth.unknown_ns == unknown_ns ? 1 : 0;
    unknown_ns = row.truth.unknown_ns;
    writer.append(out);
  }
}

void write_flash(std::uint32_t meter, const std::vector<HeldRow>& rows,
                 result::ResultWriter& writer) {
  for (const HeldRow& row : rows) {
    result::FlashRow out{row};
    out.meter = meter;
    writer.append(out);
  }
}

// Daily closings are captured with the profile row of local midnight. The head-end collects what is
// stamped after the start; a clock set back may close the day before once more.
std::vector<ReferenceRow> closings_of(const std::vector<ReferenceRow>& reference,
                                      const ZoneRule& zone, std::int64_t start_utc_s) {
  std::vector<ReferenceRow> closings;
  for (const ReferenceRow& row : reference) {
    const std::int64_t local_s = row.row.stamp_utc_s + 60 * zone.offset_at_min(row.row.stamp_utc_s);
    if (row.row.stamp_utc_s > start_utc_s && local_s % 86'400 == 0) closings.push_back(row);
  }
  return closings;
}

// Of rows in the order of their place.
std::vector<HeldRow> up_to(std::vector<HeldRow> rows, std::int64_t last_stamp_utc_s) {
  std::erase_if(rows, [&](const HeldRow& row) { return row.stamp_utc_s > last_stamp_utc_s; });
  return rows;
}
std::vector<ReferenceRow> up_to(std::vector<ReferenceRow> rows, std::int64_t last_stamp_utc_s) {
  std::erase_if(rows,
                [&](const ReferenceRow& row) { return row.row.stamp_utc_s > last_stamp_utc_s; });
  return rows;
}

}  // namespace

std::vector<HeldRow> stored_rows(hes::Store& store, std::uint32_t meter,
                                 const protocol::cosem::Obis& profile,
                                 std::int64_t last_stamp_utc_s) {
  std::vector<HeldRow> rows;
  store.for_each_row(meter, store.profile(profile), [&](const hes::Row& row, unsigned ordinal) {
    if (row.stamp_utc_s > last_stamp_utc_s) return;
    rows.push_back(stored_row(meter, row, ordinal, static_cast<double>(row.arrival_utc_s)));
  });
  return rows;
}

void judge(const Scenario& scenario, World& world, hes::Store& store,
           const std::vector<std::optional<std::vector<HeldRow>>>& flash,
           kernel::TimeNs capture_end, kernel::TimeNs end, result::ResultWriter& writer,
           result::RunFigures& figures) {
  const std::int64_t start_utc_s = scenario.general.start_utc_s;
  // What meters capture later is neither expected nor judged.
  const std::int64_t last_stamp = start_utc_s + capture_end / kernel::kNsPerSecond;
  const std::int64_t end_utc_s = start_utc_s + end / kernel::kNsPerSecond;
  for (std::uint32_t i = 0; i < world.homes().size(); ++i) {
    const Home& home = *world.homes()[i];
    const auto reference = reference_rows(scenario, home, last_stamp, end);
    write_truth(i + 1, reference, writer);
    const auto held = stored_rows(store, i, hes::kLoadProfile, last_stamp);
    Punctuality punctuality{static_cast<double>(scenario.hes.in_time_s), 0};
    if (home.settings.concentrator != 0) {
      punctuality.collect_period_s =
          scenario.concentrators[home.settings.concentrator - 1].collect_period_s;
      for (const HeldRow& row : held) {
        figures.collection_latencies_s.push_back(row.arrival_utc_s -
                                                 static_cast<double>(row.stamp_utc_s));
      }
    }
    // A run that is cut short ends before the last rows had to be there.
    const std::int64_t due = figures.cut_short
                                 ? std::min(last_stamp, punctuality.last_due_utc_s(end_utc_s))
                                 : last_stamp;
    const auto expected = up_to(reference, due);
    figures.head_end += compare(expected, up_to(held, due), start_utc_s, punctuality);
    if (!held.empty()) {
      const result::Registers& last = held.back().registers;
      for (std::size_t r = 0; r < figures.sums.size(); ++r) figures.sums[r] += last[r];
    }
    figures.closings +=
        compare(closings_of(expected, home.settings.zone, start_utc_s),
                stored_rows(store, i, hes::kDailyClosing, due), start_utc_s, punctuality);
    if (i >= flash.size() || !flash[i]) {
      ++figures.flash_unread;
      continue;
    }
    write_flash(i + 1, *flash[i], writer);
    figures.flash += compare(reference, *flash[i], start_utc_s, punctuality);
    figures.flash_differing += differing(held, *flash[i]);
  }
}

void count_roads(World& world, kernel::TimeNs end, result::RunFigures& figures) {
  const double hours = static_cast<double>(end) / kernel::kNsPerHour;
  for (const auto& home : world.homes()) {
    const std::uint32_t concentrator = home->settings.concentrator;
    const bool gprs =
        concentrator == 0 || world.power_lines()[concentrator - 1]->uplink() == Uplink::gprs;
    (gprs ? figures.gprs : figures.ethernet).meter_days += 1;
  }
  const auto count = [&](const models::wan::Traffic& traffic, result::RoadFigures& road) {
    road.meter_days = road.meter_days * hours / 24;
    for (const auto& hour : traffic.hours()) {
      for (const auto& direction : hour.octets) {
        for (const std::uint64_t kind : direction) road.octets += kind;
      }
    }
  };
  count(world.cell().traffic(), figures.gprs);
  count(world.ethernet().traffic(), figures.ethernet);
}

}  // namespace sim::run
