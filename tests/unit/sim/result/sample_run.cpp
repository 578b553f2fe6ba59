// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/sim/result/sample_run.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>

namespace sim::result {
namespace {

constexpr std::int64_t kStart = 1'705'276'800;  // 2024-01-15T00:00:00Z
constexpr double kPi = 3.14159265358979;

double home_w(std::uint32_t meter, double hour) {
  const double evening = std::exp(-std::pow((std::fmod(hour, 24) - 19) / 2.2, 2));
  const double morning = std::exp(-std::pow((std::fmod(hour, 24) - 7.5) / 1.4, 2));
  const double sun = meter % 4 == 3 ? std::max(0.0, std::sin((hour - 8) / 8 * kPi)) : 0;
  const bool day = std::fmod(hour, 24) > 8 && std::fmod(hour, 24) < 16;
  return 180 + 1400 * evening + 700 * morning + 60 * std::sin(37 * hour + meter) -
         (day ? 1600 * sun : 0);
}

template <typename Row>
Row profile_row(std::uint32_t meter, int quarter) {
  Row row;
  row.meter = meter;
  row.stamp_utc_s = kStart + 900 * (quarter + 1);
  double ap = 0;
  double am = 0;
  for (int i = 0; i <= quarter; ++i) {
    const double energy = home_w(meter, 0.25 * i + 0.125) / 4;
    (energy > 0 ? ap : am) += std::abs(energy);
  }
  row.registers = {static_cast<std::uint32_t>(ap),     static_cast<std::uint32_t>(am),
                   static_cast<std::uint32_t>(ap / 5), static_cast<std::uint32_t>(am / 6),
                   static_cast<std::uint32_t>(am / 7), static_cast<std::uint32_t>(ap / 8)};
  return row;
}

void append_rows(ResultWriter& writer, const SampleRun& run, int hour, std::uint32_t meter) {
  for (int quarter = 4 * hour; quarter < 4 * hour + 4; ++quarter) {
    writer.append(profile_row<FlashRow>(meter, quarter));
    TruthRow truth;
    truth.meter = meter;
    truth.stamp_utc_s = kStart + 900 * (quarter + 1);
    truth.energies[protocol::cosem::kActiveImport] =
        std::max(0.0, home_w(meter, 0.25 * quarter) / 4);
    writer.append(truth);
    if (meter == 2 && hour == run.dropped_hour) continue;
    auto row = profile_row<HeadEndRow>(meter, quarter);
    const double late_s = hour == 14 ? 1500 : 0;  // the network is down
    row.arrival_utc_s = static_cast<double>(kStart + 3600 * (hour + 1)) + late_s + 20 +
                        5.5 * meter + 3 * (quarter % 7);
    if (hour == 9 && meter == run.changed_meter)
      row.registers[protocol::cosem::kActiveImport] += run.changed_by_wh;
    writer.append(row);
  }
}

void append_meter(ResultWriter& writer, std::uint32_t number) {
  MeterRow meter;
  meter.meter = number;
  meter.serial = "4501" + std::to_string(1000 + number);
  meter.logical_device_name = "ADX" + std::to_string(1000 + number);
  meter.model = "AD11A";
  meter.firmware = "builtin";
  meter.tier = number <= 2 ? 1 : 2;
  meter.capture_period_s = 900;
  meter.pv = number % 4 == 3;
  writer.append(meter);
  ModuleRow module;
  module.meter = number;
  module.csq = 17;
  writer.append(module);
}

// What meters hold and did, beside what they had to.
void append_judged(ResultWriter& writer) {
  LogEntryRow entry;
  entry.meter = 2;
  entry.number = 40;
  entry.stamp_utc_s = kStart + 32'407;
  entry.place = "flash";
  entry.group = 2;
  entry.code = 62;
  entry.verdict = "held";
  entry.event = "remote disconnection";
  writer.append(entry);
  DisplayRow look;
  look.meter = 2;
  look.t_s = 40'000;
  look.value = "000012.34";
  look.code = "1.8.0";
  writer.append(look);
  MeasuredRow measured;
  measured.meter = 2;
  measured.register_name = "1.0.1.7.0";
  measured.value = 1234;
  writer.append(measured);
  FirmwareRow firmware;
  firmware.meter = 1;
  firmware.before = "1.0.0";
  firmware.expected = firmware.runs = firmware.says = firmware.head_end = "1.1.0";
  writer.append(firmware);
  RelayMoveRow move;
  move.meter = 2;
  move.t_s = 32'407;
  move.verdict = "right";
  writer.append(move);
  RegisterErrorRow error;
  error.meter = 2;
  error.register_name = "ap_wh";
  error.energy = 12'345;
  error.error_percent = -0.031;
  error.modelled_percent = 0.21;
  error.limit_percent = 1.01;
  writer.append(error);
  VoltageEventRow sag;
  sag.meter = 2;
  sag.begin_utc_s = kStart + 33'000;
  sag.place = "flash";
  sag.kind = "sag";
  sag.magnitude_v = 96.3;
  sag.true_magnitude_v = 96.2;
  sag.duration_s = 0.3;
  sag.true_duration_s = 0.3;
  sag.verdict = "right";
  writer.append(sag);
  PulseRow pulses;
  pulses.meter = 2;
  pulses.t_s = 32'407;
  pulses.duration_s = 60;
  pulses.output = "active";
  pulses.pulses = 50;
  pulses.low = 49.5;
  pulses.high = 50.5;
  pulses.judged = 1;
  writer.append(pulses);
}

void append_once(ResultWriter& writer, const SampleRun& run) {
  EventRow event;
  event.t_s = 9 * 3600;
  event.type = "relay";
  event.meters = "2";
  event.text = "open";
  writer.append(event);
  event.t_s = 14.5 * 3600;
  event.type = "network_loss";
  event.meters = "all";
  event.value = 1200;
  event.text = "20 min";
  writer.append(event);
  writer.append(OrderRow{1, 2, "relay", "open", 32400, 32406.5, 1, "done"});
  ClosingRow closing;
  closing.meter = 1;
  closing.stamp_utc_s = kStart + 86'400;
  writer.append(closing);
  MonthRow month;
  month.meter = 1;
  month.stamp_utc_s = kStart + 17 * 86'400;
  writer.append(month);
  append_judged(writer);
  for (const char* const name : {"interval_success", "intervals_lost"}) {
    Kpi kpi{name, std::string(name) == "interval_success" ? 0.9975 : 0, "", {}};
    kpi.limits.push_back(std::string(name) == "interval_success" ? Limit{0.99, {}, {}}
                                                                 : Limit{{}, {}, 0});
    writer.append(kpi);
  }
  writer.append(Kpi{"meters", static_cast<double>(run.meters), "", {}});
}

}  // namespace

RunIdentity sample_identity() {
  return {"sample", "[scenario]\nname = \"sample\"\n", 7, "2024-01-15T00:00:00Z", "2025b"};
}

void append_hour(ResultWriter& writer, const SampleRun& run, int hour) {
  for (std::uint32_t meter = 1; meter <= run.meters; ++meter) {
    if (hour < 24) append_rows(writer, run, hour, meter);
    writer.append(SessionRow{hour * run.meters + meter, meter, hour * 3600.0 + meter,
                             hour * 3600.0 + 3000, 900, 300, "peer"});
    writer.append(MessageRow{"push", meter, hour * 3600.0 + meter, 4.0 + meter, 420});
  }
  for (const char* const kind : {"push", "heartbeat", "overhead"}) {
    writer.append(TrafficRow{static_cast<std::uint32_t>(hour), kind,
                             run.meters * (kind[0] == 'p' ? 420u : 80u), run.meters * 60u});
  }
  for (int minute = 0; minute < 60; ++minute) {
    const double t_h = hour + minute / 60.0;
    writer.append(PowerRow{3, t_h * 3600, home_w(3, t_h), 0.2 * home_w(3, t_h), 1});
  }
  if (run.line_meters > 0) append_line_hour(writer, run, hour);
}

std::optional<Digest> write_sample(const std::string& folder, const SampleRun& run,
                                   kernel::TimeNs part_period) {
  ResultWriter writer(folder, sample_identity(), part_period);
  for (std::uint32_t meter = 1; meter <= run.meters; ++meter) append_meter(writer, meter);
  for (int hour = 0; hour < run.hours; ++hour) {
    append_hour(writer, run, hour);
    writer.advance((hour + 1) * kernel::kNsPerHour);
  }
  append_once(writer, run);
  if (run.line_meters > 0) append_line_end(writer, run);
  return writer.finish(run.hours * kernel::kNsPerHour);
}

std::string fresh_folder(const std::string& name) {
  const auto path = std::filesystem::path(testing::TempDir()) / ("amitwin_result_" + name);
  std::filesystem::remove_all(path);
  return path.string();
}

std::string file_octets(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace sim::result
