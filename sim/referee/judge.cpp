// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/judge.hpp"

#include "hes-stub/inventory/type_template.hpp"
#include "sim/record/recorder.hpp"
#include "sim/referee/reference.hpp"

namespace sim::run {
namespace {

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
    writer.append(result::FlashRow{meter, row.stamp_utc_s, row.deviation_min, row.status,
                                   row.ordinal, row.capture_counter, row.registers});
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

}  // namespace

std::vector<HeldRow> stored_rows(hes::Store& store, std::uint32_t meter,
                                 const protocol::cosem::Obis& profile,
                                 std::int64_t last_stamp_utc_s) {
  std::vector<HeldRow> rows;
  store.for_each_row(meter, store.profile(profile), [&](const hes::Row& row, unsigned ordinal) {
    if (row.stamp_utc_s > last_stamp_utc_s) return;
    HeldRow held;
    held.stamp_utc_s = row.stamp_utc_s;
    held.deviation_min = row.deviation_min;
    held.status = static_cast<std::uint8_t>(row.status);
    held.ordinal = static_cast<std::uint16_t>(ordinal);
    held.capture_counter = row.capture_counter;
    held.registers = registers_of(row);
    held.arrival_utc_s = static_cast<double>(row.arrival_utc_s);
    rows.push_back(held);
  });
  return rows;
}

void judge(const Scenario& scenario, World& world, hes::Store& store,
           const std::vector<std::optional<std::vector<HeldRow>>>& flash,
           kernel::TimeNs capture_end, kernel::TimeNs end, result::ResultWriter& writer,
           result::RunFigures& figures) {
  const std::int64_t last_stamp = last_stamp_utc_s(scenario, capture_end);
  const std::int64_t start_utc_s = scenario.general.start_utc_s;
  for (std::uint32_t i = 0; i < world.homes().size(); ++i) {
    const Home& home = *world.homes()[i];
    const auto reference = reference_rows(scenario, home, capture_end, end);
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
    figures.head_end += compare(reference, held, start_utc_s, punctuality);
    if (!held.empty()) {
      const result::Registers& last = held.back().registers;
      for (std::size_t r = 0; r < figures.sums.size(); ++r) figures.sums[r] += last[r];
    }
    figures.closings +=
        compare(closings_of(reference, home.settings.zone, start_utc_s),
                stored_rows(store, i, hes::kDailyClosing, last_stamp), start_utc_s, punctuality);
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
