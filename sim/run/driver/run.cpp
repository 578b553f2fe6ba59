// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/run/driver/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "sim/result/junit.hpp"
#include "sim/result/summary.hpp"
#include "sim/result/writer.hpp"
#include "sim/run/audit/audit.hpp"
#include "sim/run/director/director.hpp"
#include "sim/run/driver/judge.hpp"
#include "sim/run/driver/progress.hpp"
#include "sim/run/recorder/recorder.hpp"
#include "sim/run/wall/wall.hpp"

namespace sim::run {
namespace {

// Parts of result.h5 are closed this often; more often only costs files.
constexpr TimeNs kPartPeriod = 6 * kNsPerHour;
// The head-end's commit period; also how often the progress line may change.
constexpr TimeNs kSlice = kNsPerMinute;

void write_meters(World& world, const Scenario& scenario, result::ResultWriter& writer) {
  for (const auto& home : world.homes()) {
    const Identity& who = home->identity;
    result::MeterRow row;
    row.meter = who.number;
    row.serial = result::Text<16>(who.serial);
    row.logical_device_name = result::Text<16>(who.logical_device_name);
    std::string title;
    for (const std::uint8_t octet : who.system_title) title += fmt::format("{:02X}", octet);
    row.system_title = result::Text<16>(title);
    row.model = result::Text<8>(model_name(scenario.meters.model));
    const meter_firmware& firmware = home->meter->firmware();
    row.firmware = result::Text<32>(fmt::format("{} {}", firmware.name, firmware.revision));
    row.tier = home->settings.detailed ? 1 : 2;
    row.capture_period_s = static_cast<std::uint32_t>(home->settings.capture_period_s);
    row.pv = home->has_pv ? 1 : 0;
    row.clock_ppm = 1e-9 * static_cast<double>(home->meter->rtc().history().front().law.rate) /
                        models::Rtc::kRateHz * 1e6 -
                    1e6;
    row.home = result::Text<32>(home->column);
    writer.append(row);
  }
}

void write_events(const Scenario& scenario, result::ResultWriter& writer) {
  for (const Event& event : scenario.events) {
    result::EventRow row;
    row.t_s = 1e-9 * static_cast<double>(event.at);
    row.type = result::Text<16>(event_type_name(event.type));
    row.meters = result::Text<32>(event.meters.text());
    switch (event.type) {
      case EventType::relay:
        row.value = event.value == RelayOrder::close ? 1 : 0;
        break;
      case EventType::clock_shift:
      case EventType::clock_error:
        row.value = event.shift_s;
        break;
      case EventType::network_loss:
      case EventType::outage:
        row.value = event.duration_s;
        break;
      case EventType::sag:
        row.value = event.duration_ms;
        break;
    }
    writer.append(row);
  }
}

// The home whose load the report holds against its stored profile.
void write_power(World& world, const Scenario& scenario, TimeNs until,
                 result::ResultWriter& writer) {
  const auto& home = *world.homes()[static_cast<std::size_t>(
      std::clamp<std::int64_t>(scenario.report.home, 1, scenario.meters.count) - 1)];
  for (std::int64_t step = 0; step * kNsPerMinute < until; ++step) {
    const models::HomeLoad load = home.load->at(step);
    result::PowerRow row;
    row.meter = home.identity.number;
    row.t_s = 60.0 * static_cast<double>(step);
    row.active_w = load.active_w;
    row.reactive_var = load.reactive_var;
    row.known = load.known ? 1 : 0;
    writer.append(row);
  }
}

result::RunIdentity identity_of_run(const Scenario& scenario) {
  return {scenario.general.name, scenario.text, static_cast<std::uint64_t>(scenario.general.seed),
          format_utc(scenario.general.start_utc_s)};
}

// What is left of a run when the events are over.
struct Machine {
  Stopwatch stopwatch;
  double cpu_at_start_s = process_cpu_s();
};

void write_summary_files(const Scenario& scenario, const RunOptions& options,
                         const RunOutcome& outcome) {
  result::Summary summary;
  summary.scenario = scenario.general.name;
  summary.seed = static_cast<std::uint64_t>(scenario.general.seed);
  summary.mode = mode_name(scenario.sim.mode);
  summary.digest = outcome.digest;
  summary.meters = static_cast<std::uint64_t>(scenario.meters.count);
  summary.meter_days = outcome.meter_days;
  summary.sim_s = outcome.sim_s;
  summary.wall_s = outcome.wall_s;
  summary.cpu_s = outcome.cpu_s;
  summary.peak_rss_bytes = peak_rss_bytes();
  summary.warnings = options.warnings;
  summary.kpis = outcome.kpis;
  result::write_summary(options.folder + "/summary.json", summary);
  result::write_junit(options.folder + "/junit.xml", scenario.general.name, outcome.kpis,
                      outcome.wall_s);
}

}  // namespace

RunOutcome run_scenario(const Scenario& scenario, const LoadTable* measured,
                        const RunOptions& options) {
  Machine machine;
  RunOutcome outcome;
  std::error_code error;
  std::filesystem::create_directories(options.folder, error);
  if (error) {
    outcome.error = fmt::format("{}: {}", options.folder, error.message());
    return outcome;
  }
  const TimeNs end = std::min(scenario.end(), options.until);
  const TimeNs capture_end = std::min(scenario.capture_end(), options.until);

  World world(scenario, measured, options.faults);
  result::ResultWriter writer(options.folder, identity_of_run(scenario), kPartPeriod);
  Recorder recorder(writer, UtcScale(scenario));
  auto head_end =
      std::make_unique<HeadEnd>(world.agenda(), world.cell(), scenario, options.folder, recorder);
  Director director(world.agenda(), scenario, world.cell(), world.homes(), *head_end);
  write_meters(world, scenario, writer);
  write_events(scenario, writer);

  if (options.break_meter != 0) {
    world.homes()[options.break_meter - 1]->meter->break_at(options.break_at,
                                                            [] { std::raise(SIGTRAP); });
  }

  Progress progress(end, !options.quiet);
  for (TimeNs now = 0; now < end;) {
    now = std::min(now + kSlice, end);
    world.run_until(now);
    writer.advance(now);
    progress.show(now);
  }
  progress.done();
  recorder.finish(world.cell().traffic());
  // The head-end's rows count as they were at the end; reading the meters takes time of its own.
  const auto flash = read_all_meters(world, scenario, capture_end);
  head_end->finish();
  head_end.reset();

  const hes::Inventory inventory = head_end_inventory(scenario);
  hes::Store store({HeadEnd::store_path(options.folder), false, false});
  store.set_meters(inventory, engine_config(scenario).zone);
  const Judgement judgement = judge(scenario, world, store, flash, capture_end, end, writer);
  write_power(world, scenario, capture_end, writer);
  outcome.kpis =
      result::judge(kpis_of(judgement, recorder, scenario, world, director.relay_orders()),
                    scenario.expectations);
  for (const result::Kpi& kpi : outcome.kpis) writer.append(kpi);
  const auto digest = writer.finish(end);
  if (!digest) {
    outcome.error = fmt::format("{}: could not be written", writer.path());
    return outcome;
  }
  outcome.digest = digest->total;
  outcome.pass = result::all_pass(outcome.kpis);
  outcome.sim_s = 1e-9 * static_cast<double>(end);
  outcome.meter_days =
      static_cast<double>(scenario.meters.count) * 1e-9 * static_cast<double>(capture_end) / 86'400;
  outcome.wall_s = machine.stopwatch.elapsed_s();
  outcome.cpu_s = process_cpu_s() - machine.cpu_at_start_s;
  write_summary_files(scenario, options, outcome);
  return outcome;
}

}  // namespace sim::run
