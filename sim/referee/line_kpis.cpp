// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "sim/referee/judge.hpp"

namespace sim::run {
namespace {

LineRecorder::Figures sum_of(const std::vector<std::unique_ptr<LineRecorder>>& lines) {
  LineRecorder::Figures sum;
  for (const auto& line : lines) {
    const LineRecorder::Figures each = line->figures();
    sum.meters += each.meters;
    sum.registered += each.registered;
    sum.registrations += each.registrations;
    sum.last_first_registration_s =
        std::max(sum.last_first_registration_s, each.last_first_registration_s);
    sum.switches += each.switches;
    sum.deepest_level = std::max(sum.deepest_level, each.deepest_level);
    sum.uncoded_frames += each.uncoded_frames;
    sum.airtime_ns += each.airtime_ns;
    sum.receptions += each.receptions;
    sum.collisions += each.collisions;
    sum.noise_losses += each.noise_losses;
    sum.damaged += each.damaged;
  }
  return sum;
}

// Messages that a concentrator could not read, and those it sent again.
std::uint64_t sum_of(World& world, const char* word) {
  std::uint64_t sum = 0;
  for (const auto& line : world.power_lines()) {
    for (const auto& [name, value] : line->site().counters()) {
      if (name.find(word) != std::string::npos) sum += value;
    }
  }
  return sum;
}

}  // namespace

double share(double part, double whole) { return whole > 0 ? part / whole : result::kNotKnown; }

double quantile(const std::vector<double>& sorted, double q) {
  if (sorted.empty()) return result::kNotKnown;
  return sorted[static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1))];
}

void add_line_kpis(const Judgement& judgement, const Recorder& recorder, World& world,
                   kernel::TimeNs end, const std::vector<std::unique_ptr<LineRecorder>>& lines,
                   std::vector<result::Kpi>& kpis) {
  const auto n = [](auto value) { return static_cast<double>(value); };
  const LineRecorder::Figures sum = sum_of(lines);
  double p32_octets = 0;
  for (const auto& hour : world.ethernet().traffic().hours()) {
    for (const auto& direction : hour.octets) {
      for (const std::uint64_t kind : direction) p32_octets += n(kind);
    }
  }
  const double meter_days =
      n(meters_on(world, Uplink::ethernet)) * (n(end) / kernel::kNsPerHour) / 24;
  const double line_time = n(end) * n(lines.size());
  const std::vector<result::Kpi> own = {
      {"plc_meters", n(sum.meters), "", {}},
      {"plc_registered", n(sum.registered), "", {}},
      {"plc_registration_last_s", sum.last_first_registration_s, "s", {}},
      {"plc_registrations", n(sum.registrations), "", {}},
      {"plc_switches", n(sum.switches), "", {}},
      {"plc_levels", n(sum.deepest_level), "", {}},
      {"plc_uncoded_frames", n(sum.uncoded_frames), "", {}},
      {"plc_airtime_share", share(n(sum.airtime_ns), line_time), "", {}},
      {"plc_collision_share", share(n(sum.collisions), n(sum.receptions)), "", {}},
      {"plc_noise_loss_share", share(n(sum.noise_losses), n(sum.receptions)), "", {}},
      {"collection_latency_p95_s", quantile(judgement.collection_latencies_s, 0.95), "s", {}},
      {"reports", n(recorder.reports()), "", {}},
      {"reports_repeated", n(sum_of(world, "reports_repeated")), "", {}},
      {"malformed",
       n(sum.damaged + sum_of(world, "malformed") + sum_of(world, "gateway_damaged")),
       "",
       {}},
      {"p32_bytes_per_meter_day", share(p32_octets, meter_days), "B", {}},
  };
  kpis.insert(kpis.end(), own.begin(), own.end());
}

}  // namespace sim::run
