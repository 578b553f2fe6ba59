// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/drive/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <fstream>
#include <stdexcept>

#include "os/program.hpp"
#include "sim/drive/debug_stop.hpp"
#include "sim/drive/director.hpp"
#include "sim/drive/firmware_end.hpp"
#include "sim/drive/interrupt.hpp"
#include "sim/drive/no_result.hpp"
#include "sim/drive/trace_file.hpp"
#include "sim/drive/wall.hpp"
#include "sim/drive/weather.hpp"
#include "sim/record/line_recorder.hpp"
#include "sim/record/looks.hpp"
#include "sim/record/recorder.hpp"
#include "sim/referee/displays.hpp"
#include "sim/referee/judge.hpp"
#include "sim/referee/pulses.hpp"
#include "sim/result/kpi.hpp"
#include "sim/result/writer.hpp"
#include "sim/scenario/zone_table.hpp"

namespace sim::run {
namespace {

// Parts of result.h5 are closed this often; more often only costs files.
constexpr kernel::TimeNs kPartPeriod = 6 * kernel::kNsPerHour;
// The head-end's commit period; also how often the progress line may change.
constexpr kernel::TimeNs kSlice = kernel::kNsPerMinute;

result::RunIdentity identity_of_run(const Scenario& scenario) {
  return {scenario.general.name, scenario.text, static_cast<std::uint64_t>(scenario.general.seed),
          format_utc(scenario.general.start_utc_s), zone_data_version()};
}

// `place`: where the set will be when a firmware has ended the run.
result::ResultWriter& begun(result::ResultWriter& writer, const Scenario& scenario,
                            const RunOptions& options, const std::string& place) {
  if (!writer.error().empty()) throw std::runtime_error(writer.error());
  const std::string result = place + "/result.h5";
  set_firmware_hint(result + " opens and shows what was closed: amitwin report " + result,
                    options.debug_line);
  prepare_summary_files(scenario, options);
  return writer;
}

// A sentence about the first that could not be written; empty: all were.
std::string write_summary_files(const std::string& folder, const result::Summary& summary) {
  const std::string error = result::write_summary(folder + "/summary.json", summary);
  return error.empty() ? result::write_junit(folder + "/junit.xml", summary) : error;
}

std::vector<std::unique_ptr<LineRecorder>> line_recorders(World& world, const Scenario& scenario,
                                                          result::ResultWriter& writer) {
  std::vector<std::unique_ptr<LineRecorder>> lines;
  for (const auto& line : world.power_lines()) {
    lines.push_back(std::make_unique<LineRecorder>(writer, UtcScale(scenario), *line));
  }
  return lines;
}

// One run from its first file to its last.
class Run {
 public:
  // The result file comes first: whatever happens later, there is one that opens.
  Run(const Scenario& scenario, const LoadTable* measured, const RunOptions& options,
      const std::string& place, const InterruptGuard& interrupt)
      : interrupt_(interrupt),
        scenario_(scenario),
        options_(options),
        end_(std::min(scenario.end(), options.until)),
        capture_end_(std::min(scenario.capture_end(), options.until)),
        writer_(options.folder, identity_of_run(scenario), kPartPeriod),
        recorder_(begun(writer_, scenario, options, place), UtcScale(scenario), figures_),
        world_(scenario, measured, options.faults),
        lines_(line_recorders(world_, scenario, writer_)),
        head_end_(std::make_unique<HeadEnd>(world_, scenario, options.folder, recorder_)),
        director_(world_, scenario, *head_end_),
        weather_(world_, scenario),
        eyes_{Looks(world_), Watches(world_, scenario)} {
    eyes_.looks.announce(scenario);
    recorder_.look_at(world_);
    write_begin(world_, scenario, writer_);
    if (scenario.trace.meter > 0) {
      // SystemC would find out while it cleans up, and end the program.
      const std::string trace_path = options.folder + "/trace.vcd";
      if (!std::ofstream(trace_path)) throw std::runtime_error(trace_path + ": cannot be written");
      world_.trace({options.folder + "/trace", static_cast<std::uint32_t>(scenario.trace.meter),
                    static_cast<kernel::TimeNs>(scenario.trace.from_s * kernel::kNsPerSecond),
                    static_cast<kernel::TimeNs>(scenario.trace.to_s * kernel::kNsPerSecond)});
    }
    if (options.break_meter != 0) {
      models::MeterNode& meter = *world_.homes()[options.break_meter - 1]->meter;
      debug_stop_ = std::make_unique<DebugStop>(meter.firmware().name);
      meter.break_at(options.break_at, options.break_nth, *debug_stop_);
    }
  }

  // False: interrupted, and not to be judged.
  bool simulate(RunOutcome& outcome) {
    Progress progress(end_, !options_.quiet);
    const auto show = [&](kernel::TimeNs now) {
      for (const auto& line : lines_) line->advance(now);
      writer_.advance(now);
      if (!writer_.error().empty()) throw std::runtime_error(writer_.error());
      progress.show(now);
    };
    if (scenario_.sim.mode == Mode::paced) {
      simulate_paced(show, outcome);
      return true;
    }
    for (kernel::TimeNs now = world_.now(); now < end_ && !interrupt_.interrupted();) {
      now = std::min(now + kSlice, end_);
      world_.run_until(now);
      show(now);
    }
    return !interrupt_.interrupted();
  }

  // It ends here, unfinished. Says what was left.
  std::string give_up(RunOutcome& outcome) {
    writer_.give_up(world_.now());
    outcome.shows_until = writer_.shows_until();
    if (outcome.shows_until == 0) {
      return fmt::format("{} opens, but no rows had been closed yet", writer_.path());
    }
    return fmt::format("{} shows the run until {} of {}; look at it: amitwin report {}",
                       writer_.path(), clock_text(writer_.shows_until()), clock_text(end_),
                       writer_.path());
  }

  void conclude(RunOutcome& outcome) {
    figures_.cut_short = end_ < scenario_.end();
    recorder_.finish({&world_.cell().traffic(), &world_.ethernet().traffic()});
    for (const auto& line : lines_) line->finish(end_);
    // The head-end's rows count as they were at the end; reading the meters takes time of its own.
    const auto read = read_all_meters(world_, scenario_, capture_end_);
    head_end_->finish();
    head_end_.reset();
    if (options_.bend_store) options_.bend_store(HeadEnd::store_path(options_.folder));
    hes::Store store({HeadEnd::store_path(options_.folder), false, false});
    const hes::Inventory inventory = head_end_inventory(scenario_);
    store.set_meters(inventory, engine_config(scenario_).zone);
    judge(scenario_, world_, store, read, capture_end_, end_, writer_, figures_);
    judge_displays(scenario_, world_, eyes_.looks.seen(), writer_, figures_);
    judge_pulses(scenario_, world_, eyes_.watches, capture_end_, writer_, figures_);
    count_roads(world_, end_, figures_);
    figures_.relay_orders = director_.relay_orders();
    figures_.clock_worst_s = recorder_.worst_clock_s();
    figures_.simulated_ns = end_;
    for (const auto& line : lines_) figures_.lines.push_back(line->figures());
    write_end(world_, scenario_, capture_end_, writer_);
    result::Summary& summary = outcome.summary;
    figures_.reports_go_elsewhere = !scenario_.expose.head_end.empty();
    summary.kpis = result::judge(result::kpis_of(figures_), scenario_.expectations);
    for (const result::Kpi& kpi : summary.kpis) writer_.append(kpi);
    summary.scenario = scenario_.general.name;
    summary.seed = static_cast<std::uint64_t>(scenario_.general.seed);
    summary.mode = name_of(scenario_.sim.mode);
    summary.meters = static_cast<std::uint64_t>(scenario_.meters.count);
    summary.meter_days = static_cast<double>(scenario_.meters.count) * 1e-9 *
                         static_cast<double>(capture_end_) / 86'400;
    summary.sim_s = 1e-9 * static_cast<double>(end_);
    summary.warnings = options_.warnings;
    summary.cut_short = figures_.cut_short;
    const auto digest = writer_.finish(end_);
    if (!digest) throw std::runtime_error(writer_.error());
    outcome.shows_until = end_;
    summary.digest = digest->total;
  }

 private:
  template <typename Show>
  void simulate_paced(const Show& show, RunOutcome& outcome) {
    PacedGateway gateway(world_, scenario_, *head_end_, options_.folder + "/inputs.log");
    const std::string list = options_.folder + "/doors.csv";
    const std::string error = os::write_file(list, doors_csv(gateway.doors()));
    if (!error.empty()) throw std::runtime_error(error);
    if (!options_.quiet) {
      os::say(fmt::format("paced: {}\n", doors_text(scenario_, gateway.doors(), list)));
    }
    const double speed = scenario_.sim.speed;
    const PaceFigures figures = run_paced(world_, gateway, speed, end_, interrupt_, show);
    end_ = std::min(end_, world_.now());
    capture_end_ = std::min(capture_end_, end_);
    os::say(
        fmt::format("paced: {} slices, {} late, worst {:.3f} s, {} connections from outside{}\n",
                    figures.slices, figures.late, figures.worst_late_s, gateway.accepted(),
                    interrupt_.interrupted() ? ", interrupted" : ""));
    if (figures.saturated) {
      outcome.code = os::kSaturated;
      outcome.remark = fmt::format(
          "saturated: {:.6g} simulated seconds a second were asked, {:.4g} kept; {:.0f} % of the "
          "time more than a second behind, at worst {:.1f} s",
          speed, figures.kept, 100 * figures.out_of_step, figures.worst_late_s);
    }
    const PacedGateway::Abroad& abroad = gateway.abroad();
    const std::string& head_end = scenario_.expose.head_end;
    if (abroad.dialled > 0) os::say("paced: the head-end at " + abroad.text(head_end) + "\n");
    if (abroad.in_vain()) {
      outcome.code = os::kEnvironment;
      outcome.remark = "no connection to the head-end at " + head_end + " carried a message";
    }
    if (interrupt_.interrupted()) outcome.code = os::kInterrupted;
  }

  const InterruptGuard& interrupt_;
  std::unique_ptr<DebugStop> debug_stop_;
  const Scenario& scenario_;
  const RunOptions& options_;
  kernel::TimeNs end_;
  kernel::TimeNs capture_end_;
  result::ResultWriter writer_;
  result::RunFigures figures_;
  Recorder recorder_;
  World world_;
  std::vector<std::unique_ptr<LineRecorder>> lines_;
  std::unique_ptr<HeadEnd> head_end_;
  Director director_;
  Weather weather_;
  // Who looks at displays and test outputs.
  struct Eyes {
    Looks looks;
    Watches watches;
  };
  Eyes eyes_;
};

// Before anything is built: what is short is known by then.
void check_descriptors(const Scenario& scenario) {
  constexpr std::size_t kOwn = 32;  // results, store, logs
  const std::size_t doors = count_doors(scenario);
  const std::string what = fmt::format("a paced run with {} doors", doors);
  const std::string few = os::too_few_descriptors(doors + kOwn, what);
  if (!few.empty()) throw std::runtime_error(few);
  if (!os::too_few_descriptors(2 * doors + kOwn, what).empty()) {
    os::say(fmt::format("paced: {} doors, and descriptors for {} callers at a time (ulimit -n)\n",
                        doors, os::descriptors().free - doors - kOwn));
  }
}

// A port, the disk, the other process: what there is by then is kept.
void carry_out(Run& run, RunOutcome& outcome) {
  try {
    if (run.simulate(outcome)) return run.conclude(outcome);
    outcome.code = os::kInterrupted;
    outcome.remark = "interrupted; " + run.give_up(outcome);
  } catch (const std::exception& failure) {
    outcome.error = failure.what();
    outcome.remark = run.give_up(outcome);
  }
}

}  // namespace

RunOutcome run_in_folder(const Scenario& scenario, const LoadTable* measured,
                         const RunOptions& options, const std::string& place,
                         const InterruptGuard& interrupt) {
  const Stopwatch stopwatch;
  const double cpu_at_start_s = process_cpu_s();
  RunOutcome outcome;
  try {
    if (scenario.sim.mode == Mode::paced) check_descriptors(scenario);
    Run run(scenario, measured, options, place, interrupt);
    carry_out(run, outcome);
  } catch (const FirmwareRefusal& refusal) {
    outcome.error = refusal.what();
    outcome.code = os::kFirmware;
    write_summary_files(options.folder, summary_of_none(scenario, options, outcome.error));
  } catch (const std::exception& failure) {  // before there was anything to keep
    outcome.error = failure.what();
  }
  if (outcome.error.empty() && scenario.trace.meter > 0) {
    outcome.error =
        finish_trace(options.folder + "/trace.vcd", format_utc(scenario.general.start_utc_s));
  }
  if (outcome.error.empty() && outcome.judged()) {
    outcome.summary.wall_s = stopwatch.elapsed_s();
    outcome.summary.cpu_s = process_cpu_s() - cpu_at_start_s;
    outcome.summary.peak_rss_bytes = peak_rss_bytes();
    forget_summary_files();
    outcome.error = write_summary_files(options.folder, outcome.summary);
  }
  if (!outcome.error.empty() && outcome.code != os::kFirmware) outcome.code = os::kEnvironment;
  return outcome;
}

}  // namespace sim::run
