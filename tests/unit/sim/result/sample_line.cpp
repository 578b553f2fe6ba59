// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The power line of the sample: one street, its last meter behind a switch and lost at the end.
#include <algorithm>
#include <array>
#include <cmath>

#include "tests/unit/sim/result/sample_run.hpp"

namespace sim::result {
namespace {

constexpr double kSpacingM = 60;
constexpr int kOutageHour = 16;
constexpr double kSampleOutageS = 300;
constexpr int kPolledEvery = 4;

std::uint32_t line_meters(const SampleRun& run) { return std::min(run.line_meters, run.meters); }
double joined_s(std::uint32_t meter) { return 12 + 7.5 * meter; }

void append_registration(ResultWriter& writer, double t_s, std::uint32_t meter, bool joined,
                         std::uint32_t registered) {
  RegistrationRow row;
  row.t_s = t_s;
  row.concentrator = 1;
  row.meter = meter;
  row.joined = joined ? 1 : 0;
  row.level = meter > 2 ? 1 : 0;
  row.registered = registered;
  writer.append(row);
}

// The concentrator restarts once. It does not know who was there before: nobody is said to leave,
// the meters just join again. The last one does not, and is missed half an hour later.
void append_registrations(ResultWriter& writer, const SampleRun& run, int hour) {
  if (hour == 0) {
    for (std::uint32_t meter = 1; meter <= line_meters(run); ++meter) {
      append_registration(writer, joined_s(meter), meter, true, meter);
    }
  }
  if (hour != kOutageHour) return;
  const double back_s = 3600.0 * hour + kSampleOutageS;
  for (std::uint32_t meter = 1; meter < line_meters(run); ++meter) {
    append_registration(writer, back_s + joined_s(meter), meter, true, line_meters(run));
  }
  append_registration(writer, back_s + 1800, line_meters(run), false, line_meters(run) - 1);
}

void append_airtime(ResultWriter& writer, const SampleRun& run, int hour) {
  struct Kind {
    const char* name;
    std::uint32_t frames;
    double frame_s;
  };
  const bool polled = hour % kPolledEvery == 0;
  const std::array<Kind, 5> kinds = {{{"beacon", 4000, 0.011},
                                      {"reg", 3 * line_meters(run), 0.02},
                                      {"alv", 12 * line_meters(run), 0.022},
                                      {"data", (polled ? 200 : 10) * line_meters(run), 0.05},
                                      {"data_again", polled ? 12 * line_meters(run) : 0, 0.06}}};
  for (const Kind& kind : kinds) {
    AirtimeRow row;
    row.hour = static_cast<std::uint32_t>(hour);
    row.concentrator = 1;
    row.kind = kind.name;
    row.frames = kind.frames;
    row.airtime_s = kind.frames * kind.frame_s;
    row.bytes = kind.frames * 40u;
    row.ok = kind.frames - kind.frames / 20 - kind.frames / 50;
    row.noise = kind.frames / 20;
    row.collision = kind.frames / 50;
    row.deaf = 0;
    writer.append(row);
  }
}

void append_collection(ResultWriter& writer, const SampleRun& run, int hour) {
  if (hour % kPolledEvery != 0) return;
  double t_s = 3600.0 * hour + 5;
  for (std::uint32_t meter = 1; meter <= line_meters(run); ++meter) {
    PollRow poll;
    poll.t_s = t_s += 3.5;
    poll.concentrator = 1;
    poll.meter = meter;
    poll.job = "loadProfile";
    poll.outcome = meter == 2 && hour == 12 ? "no answer" : "done";
    poll.duration_s = 3.25;
    poll.bytes_up = 900;
    poll.bytes_down = 300;
    poll.new_rows = 16;
    writer.append(poll);
  }
  ReportRow report;
  report.t_s = t_s + 2;
  report.concentrator = 1;
  report.kind = hour == 12 ? "alarms" : "loadProfile";
  report.meters = line_meters(run);
  report.errors = hour == 12 ? 1 : 0;
  report.rows = 16 * line_meters(run);
  report.new_rows = 16 * line_meters(run);
  report.bytes = 2000;
  report.latency_s = 32;
  writer.append(report);
}

}  // namespace

void append_line_hour(ResultWriter& writer, const SampleRun& run, int hour) {
  append_registrations(writer, run, hour);
  append_airtime(writer, run, hour);
  append_collection(writer, run, hour);
}

void append_line_end(ResultWriter& writer, const SampleRun& run) {
  EventRow outage;
  outage.t_s = 3600.0 * kOutageHour;
  outage.type = "concentrator_outage";
  outage.meters = "all";
  outage.value = kSampleOutageS;
  writer.append(outage);
  for (std::uint32_t meter = 0; meter <= line_meters(run); ++meter) {
    const bool lost = meter > 3;
    NodeRow node;
    node.concentrator = 1;
    node.meter = meter;
    node.phases = meter == 0 ? 7 : 1;
    node.x_m = kSpacingM * meter;
    node.y_m = meter == 0 ? 0 : meter % 2 == 0 ? 12 : -12;
    node.distance_m = node.x_m + std::abs(node.y_m);
    if (meter > 0) {
      node.registered = lost ? 0 : 1;
      node.level = meter == 3 ? 1 : 0;
      node.is_switch = meter == 2 ? 1 : 0;
      node.parent = meter == 3 ? 2 : 0;
      if (!lost) {
        node.snr_down_db = 14.0 - 4 * meter;  // 10, 6 and 2 dB
        node.snr_up_db = 13.5 - 3 * meter;
      }
      node.membership.first_registered_s = joined_s(meter);
      node.membership.registrations = lost ? 1 : 2;
      node.membership.registered_share = lost ? 0.571 : 0.997;
    }
    node.traffic.frames_sent = 1000 - meter;
    node.traffic.frames_received = 900;
    node.traffic.frames_lost = 20;
    node.traffic.beacons_received = 5000;
    node.traffic.beacons_missed = 12;
    writer.append(node);
  }
  CableRow cable;
  cable.concentrator = 1;
  cable.kind = "NAYY 4x150";
  for (std::uint32_t meter = 1; meter <= line_meters(run); ++meter) {
    cable.x0_m = kSpacingM * (meter - 1);
    cable.x1_m = kSpacingM * meter;
    writer.append(cable);
  }
}

}  // namespace sim::result
