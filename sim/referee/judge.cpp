// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/judge.hpp"

#include <algorithm>

#include "hes-stub/inventory/type_template.hpp"
#include "sim/referee/reference.hpp"

namespace sim::run {
namespace {

void write_truth(std::uint32_t meter, const std::vector<ReferenceRow>& reference,
                 result::ResultWriter& writer) {
  kernel::TimeNs unknown_ns = 0;
  for (const ReferenceRow& row : reference) {
    const RegisterValues& exact = row.truth.exact;
    result::TruthRow out;
    out.meter = meter;
    out.stamp_utc_s = row.row.stamp_utc_s;
    out.ap_wh = exact[kActiveImport];
    out.am_wh = exact[kActiveExport];
    out.r1_varh = exact[kReactiveQ1];
    out.r2_varh = exact[kReactiveQ2];
    out.r3_varh = exact[kReactiveQ3];
    out.r4_varh = exact[kReactiveQ4];
    out.known = row.truth.unknown_ns == unknown_ns ? 1 : 0;
    unknown_ns = row.truth.unknown_ns;
    writer.append(out);
  }
}

void write_flash(std::uint32_t meter, const std::vector<HeldRow>& rows,
                 result::ResultWriter& writer) {
  for (const HeldRow& row : rows) {
    writer.append(result::FlashRow{meter, row.stamp_utc_s, row.deviation_min, row.status,
                                   row.ordinal, row.registers});
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
    const auto value = [&](std::size_t i) {
      return i < row.n_values ? static_cast<std::uint32_t>(row.values[i]) : 0u;
    };
    held.registers = {value(0), value(1), value(2), value(3), value(4), value(5)};
    held.arrival_utc_s = static_cast<double>(row.arrival_utc_s);
    rows.push_back(held);
  });
  return rows;
}

Judgement judge(const Scenario& scenario, World& world, hes::Store& store,
                const std::vector<std::optional<std::vector<HeldRow>>>& flash,
                kernel::TimeNs capture_end, kernel::TimeNs end, result::ResultWriter& writer) {
  const std::int64_t last_stamp = last_stamp_utc_s(scenario, capture_end);
  const std::int64_t start_utc_s = scenario.general.start_utc_s;
  Judgement judgement;
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
        judgement.collection_latencies_s.push_back(row.arrival_utc_s -
                                                   static_cast<double>(row.stamp_utc_s));
      }
    }
    judgement.head_end += compare(reference, held, start_utc_s, punctuality);
    if (!held.empty()) {
      const result::Registers& last = held.back().registers;
      const std::uint32_t values[] = {last.ap_wh,   last.am_wh,   last.r1_varh,
                                      last.r2_varh, last.r3_varh, last.r4_varh};
      for (std::size_t r = 0; r < kEnergyRegisters; ++r) judgement.sums[r] += values[r];
    }
    judgement.closings +=
        compare(closings_of(reference, home.settings.zone, start_utc_s),
                stored_rows(store, i, hes::kDailyClosing, last_stamp), start_utc_s, punctuality);
    if (i >= flash.size() || !flash[i]) {
      ++judgement.flash_unread;
      continue;
    }
    write_flash(i + 1, *flash[i], writer);
    judgement.flash += compare(reference, *flash[i], start_utc_s, punctuality);
    judgement.flash_differing += differing(held, *flash[i]);
  }
  std::sort(judgement.collection_latencies_s.begin(), judgement.collection_latencies_s.end());
  return judgement;
}

std::size_t meters_on(const World& world, Uplink road) {
  std::size_t n = 0;
  for (const auto& home : world.homes()) {
    const std::uint32_t concentrator = home->settings.concentrator;
    const Uplink own =
        concentrator == 0 ? Uplink::gprs : world.power_lines()[concentrator - 1]->uplink();
    if (own == road) ++n;
  }
  return n;
}

std::vector<result::Kpi> kpis_of(const Judgement& judgement, Recorder& recorder, World& world,
                                 const std::vector<std::unique_ptr<LineRecorder>>& lines,
                                 kernel::TimeNs end, std::uint32_t relay_orders) {
  const Tally& head_end = judgement.head_end;
  const Tally& flash = judgement.flash;
  const auto n = [](auto value) { return static_cast<double>(value); };
  double octets = 0;
  for (const auto& hour : world.cell().traffic().hours()) {
    for (const auto& direction : hour.octets) {
      for (const std::uint64_t kind : direction) octets += n(kind);
    }
  }
  const double meter_days = n(meters_on(world, Uplink::gprs)) * (n(end) / kernel::kNsPerHour) / 24;
  const auto& pushes = recorder.push_latencies_s();
  std::vector<result::Kpi> kpis = {
      {"interval_success", share(n(head_end.in_time), n(head_end.expected)), "", {}},
      {"intervals_expected", n(head_end.expected), "", {}},
      {"intervals_lost", n(head_end.lost), "", {}},
      {"intervals_duplicated", n(head_end.duplicated), "", {}},
      {"truth_mismatches", n(head_end.mismatches), "", {}},
      {"truth_unknown", n(head_end.unknown), "", {}},
      {"status_mismatches", n(head_end.status_mismatches), "", {}},
      {"closings_expected", n(judgement.closings.expected), "", {}},
      {"closings_lost", n(judgement.closings.lost), "", {}},
      {"closings_duplicated", n(judgement.closings.duplicated), "", {}},
      {"closings_mismatches", n(judgement.closings.mismatches), "", {}},
      {"flash_lost", n(flash.lost), "", {}},
      {"flash_duplicated", n(flash.duplicated), "", {}},
      {"flash_mismatches", n(flash.mismatches), "", {}},
      {"flash_differing", n(judgement.flash_differing), "", {}},
      {"flash_unread", n(judgement.flash_unread), "", {}},
      {"relay_orders", n(relay_orders), "", {}},
      {"relay_orders_done", n(recorder.relay_orders_done()), "", {}},
      {"clock_orders_done", n(recorder.clock_orders_done()), "", {}},
      {"orders_failed", n(recorder.orders_failed()), "", {}},
      {"clock_worst_s", recorder.worst_clock_s(), "s", {}},
      {"push_latency_p50_s", quantile(pushes, 0.5), "s", {}},
      {"push_latency_p95_s", quantile(pushes, 0.95), "s", {}},
      {"sessions", n(recorder.sessions()), "", {}},
      {"gprs_bytes_per_meter_day", share(octets, meter_days), "B", {}},
  };
  add_line_kpis(judgement, recorder, world, end, lines, kpis);
  constexpr const char* kNames[kEnergyRegisters] = {"ap_total_wh",   "am_total_wh",
                                                    "r1_total_varh", "r2_total_varh",
                                                    "r3_total_varh", "r4_total_varh"};
  for (std::size_t r = 0; r < kEnergyRegisters; ++r) {
    kpis.push_back({kNames[r], judgement.sums[r], r < 2 ? "Wh" : "varh", {}});
  }
  return kpis;
}

}  // namespace sim::run
