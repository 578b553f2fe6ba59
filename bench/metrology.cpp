// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0

// What does one window of metrology cost, and a meter's day? Each case stands in the same run
// beside a limit of the machine (vs_limit: the share of it that is reached) and what else would do
// the same (vs_peer: how many times faster than it), see docs/cost.md. Every case checks its result
// against double precision, and the run fails on a wrong one.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/cases.hpp"
#include "meter/dsp/window_sums.hpp"
#include "models/core/afe/feed.hpp"
#include "models/core/load/household.hpp"
#include "sim/referee/truth/truth.hpp"

namespace {

using namespace models;

constexpr std::int64_t kWindowNs = 200'000'000;
constexpr double kCountsPerVolt = 8388608 / 500.0;
constexpr double kCountsPerAmpere = 8388608 / 177.0;
constexpr double kCountsPerVoltAmpere = kCountsPerVolt * kCountsPerAmpere;
constexpr int kSets = 1280;  // pairs of (v, i) in a window

ElectricalState load_state() {
  ElectricalState state;
  state.v[0][0] = {230, 0};
  state.v[0][2] = {-3, 1};
  state.i[0][0] = {10, -4};
  state.i[0][1] = {-1, 0.5};
  return state;
}

bool check(benchmark::State& state, double got, double expected, double tolerance) {
  return bench::expect_near(state, got, expected, tolerance * std::abs(expected));
}

// Sums a sample of the phasors: |V|^2, |I|^2, Re(V conj I), and Im(V1 conj I1) where no order is in
// both.
void check_sums(benchmark::State& state, const meter_element_sums& sums, double tolerance) {
  const ElectricalState load = load_state();
  double vv = 0, ii = 0;
  for (std::size_t k = 0; k < kOrders; ++k) {
    vv += norm(load.v[0][k]);
    ii += norm(load.i[0][k]);
  }
  check(state, sums.vv / kSets / kCountsPerVolt / kCountsPerVolt, vv, tolerance);
  check(state, sums.ii / kSets / kCountsPerAmpere / kCountsPerAmpere, ii, tolerance);
  check(state, sums.vi / kSets / kCountsPerVoltAmpere, active_power_w(load), tolerance);
  check(state, sums.vq / kSets / kCountsPerVoltAmpere, reactive_power_var(load), tolerance);
}

// The unit of docs/cost.md, so it stays as it is: four sums as they are first written down, with a
// quarter cycle's delay, and what the machine's compiler makes of it under strict IEEE.
__attribute__((optimize("O3"), noinline)) meter_element_sums naive_sums(
    const meter_window& window) {
  const std::int32_t* v = window.channel[METER_V1];
  const std::int32_t* i = window.channel[METER_I1];
  const std::int32_t* v_delayed = v - METER_WINDOW_LEAD;
  const std::int32_t* i_delayed = i - METER_WINDOW_LEAD;
  const int n = static_cast<int>(window.n_samples);
  std::int64_t sum_v = 0, sum_i = 0;
  for (int k = 0; k < n; ++k) {
    sum_v += v[k];
    sum_i += i[k];
  }
  const float mean_v = static_cast<float>(sum_v) / static_cast<float>(n);
  const float mean_i = static_cast<float>(sum_i) / static_cast<float>(n);
  float vv = 0, ii = 0, vi = 0, vq = 0;
  for (int k = 0; k < n; ++k) {
    const float a = static_cast<float>(v[k]) - mean_v;
    const float b = static_cast<float>(i[k]) - mean_i;
    const float a_delayed = static_cast<float>(v_delayed[k]) - mean_v;
    const float b_delayed = static_cast<float>(i_delayed[k]) - mean_i;
    vv += a * a;
    ii += b * b;
    vi += a * b;
    vq += 0.5f * (a_delayed * b - a * b_delayed);
  }
  return {vv, ii, vi, vq};
}

struct LoadWindow {
  const Afe afe{1, 1, 1, {}};
  const std::unique_ptr<SampleBuffer> buffer = std::make_unique<SampleBuffer>();
  const meter_window window = afe.sample(load_state(), 0, kWindowNs, true, *buffer);
};

void naive_window(benchmark::State& state) {
  const LoadWindow load;
  meter_element_sums sums{};
  for (auto _ : state) {
    sums = naive_sums(load.window);
    benchmark::DoNotOptimize(sums);
  }
  check_sums(state, sums, 1e-4);
}

void synthesis(benchmark::State& state) {
  const bool noisy = state.range(0) != 0;
  AfeTolerance tolerance;
  tolerance.phase[0].noise_v_counts = tolerance.phase[0].noise_i_counts = 53;
  const Afe afe(1, 1, 1, tolerance);
  const auto buffer = std::make_unique<SampleBuffer>();
  const ElectricalState electrical = load_state();
  meter_window window{};
  for (auto _ : state) {
    window = afe.sample(electrical, 0, kWindowNs, noisy, *buffer);
    benchmark::ClobberMemory();
  }
  check_sums(state, meter::dsp::window_sums(window).element[0], 1e-4);
}

struct EnergySink : WindowSink {
  void on_sums(const meter_sums& s, std::uint32_t n_repeats) override {
    const double seconds = s.length_q16 / 65536.0 / 6400 * n_repeats;
    for (std::uint32_t p = 0; p < s.n_elements; ++p) {
      const PhaseTolerance unit;
      const PhaseTolerance& t = afe == nullptr ? unit : afe->tolerance().phase[p];
      const double scale = kCountsPerVoltAmpere * t.gain_v * t.gain_i;
      energy_wh += s.element[p].vi / s.n_samples / scale * seconds / 3600;
    }
  }
  void on_samples(const meter_window& window) override {
    on_sums(meter::dsp::window_sums(window), 1);
  }
  double energy_wh = 0;
  const Afe* afe = nullptr;  // whose gains are taken off; none: without
};

const MainsSchedule& mains() {
  static const MainsSchedule schedule({}, 25 * kernel::kNsPerHour);
  return schedule;
}
// The dearer kind of home: a roof plant in June.
const Household& home() {
  static const Household household({.seed = 1, .place = {.start_utc_s = 1717200000}, .pv_share = 1},
                                   3);
  return household;
}
// Net energy of the day from the source alone.
double day_wh() {
  double sum = 0;
  for (std::int64_t step = 0; step < 1440; ++step) sum += home().at(step).active_w / 60;
  return sum;
}

constexpr kernel::TimeNs kCapture = 15 * kernel::kNsPerMinute;

// A load that costs nothing: the day of front end and sums alone.
struct StepLoad : LoadSource {
  HomeLoad at(std::int64_t step) const override {
    return {3000 - 1000.0 * static_cast<double>(step % 7), 300, 0.1, true};
  }
};

// All of a day's windows, read every quarter of an hour.
void t2_day(benchmark::State& state, int n_phases, FeedTier tier) {
  const StepLoad load;
  const SupplyPoint supply(mains(), load, draw_supply(1, 1, n_phases));
  const Afe afe(1, 1, n_phases, draw_tolerance(1, 1));
  double energy_wh = 0;
  for (auto _ : state) {
    ElectricalFeed feed(supply, afe, tier);
    EnergySink sink;
    sink.afe = &afe;
    for (int row = 1; row <= 96; ++row) feed.advance(row * kCapture, sink);
    energy_wh = sink.energy_wh;
  }
  double expected_wh = 0, turned_over_wh = 0;
  for (std::int64_t step = 0; step < 1440; ++step) {
    expected_wh += load.at(step).active_w / 60;
    turned_over_wh += std::abs(load.at(step).active_w) / 60;
  }
  bench::expect_near(state, energy_wh, expected_wh, 1e-3 * turned_over_wh);  // phase errors
}

void fleet_day(benchmark::State& state) {
  const SupplyPoint supply(mains(), home());
  AfeTolerance tolerance;
  tolerance.phase[0].noise_v_counts = tolerance.phase[0].noise_i_counts = 53;
  tolerance.adc_ppm = 17;
  const Afe afe(1, 1, 1, tolerance);
  double energy_wh = 0;
  for (auto _ : state) {
    ElectricalFeed feed(supply, afe, FeedTier::fleet);
    EnergySink sink;
    for (int row = 1; row <= 96; ++row) feed.advance(row * kCapture, sink);
    energy_wh = sink.energy_wh;
  }
  check(state, energy_wh, day_wh(), 2e-3);
}

// Front end and firmware's kernel sample by sample, with noise: windows, a fifth of a second each.
void chain(benchmark::State& state) {
  const SupplyPoint supply(mains(), home());
  const Afe afe(1, 1, 1, draw_tolerance(1, 1));
  const ElectricalState electrical = supply.state(0, {});
  const auto buffer = std::make_unique<SampleBuffer>();
  const kernel::TimeNs length = mains().step(0).window_ns;
  std::int64_t w = 0;
  meter_sums sums{};
  for (auto _ : state) {
    sums = meter::dsp::window_sums(afe.sample(electrical, w * length, length, true, *buffer));
    benchmark::DoNotOptimize(sums);
    w = (w + 1) % 10'000;
  }
  const meter_element_sums clean = afe.sums(electrical, 0, length).element[0];
  bench::expect_near(state, sums.element[0].vi, clean.vi, 2e-3 * std::sqrt(clean.vv * clean.ii));
  bench::expect_near(state, sums.element[0].vq, clean.vq, 2e-3 * std::sqrt(clean.vv * clean.ii));
}

void truth_day(benchmark::State& state) {
  const SupplyPoint supply(mains(), home());
  const ChangeLog log;
  double energy_wh = 0;
  for (auto _ : state) {
    sim::run::TruthMeter truth(supply, log);
    for (int row = 1; row <= 96; ++row) truth.advance(row * kCapture);
    const auto& exact = truth.advance(kernel::kNsPerDay).exact;
    energy_wh = exact[sim::run::kActiveImport] - exact[sim::run::kActiveExport];
  }
  check(state, energy_wh, day_wh(), 1e-3);
}

void load_day(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(day_wh());
}

BENCHMARK(naive_window);
BENCHMARK(synthesis)->ArgName("noise")->Arg(0)->Arg(1);

void register_days() {
  benchmark::RegisterBenchmark("chain", chain);
  benchmark::RegisterBenchmark("fleet_day", fleet_day)->Unit(benchmark::kMicrosecond);
  benchmark::RegisterBenchmark("truth_day", truth_day)->Unit(benchmark::kMicrosecond);
  benchmark::RegisterBenchmark("load_day", load_day)->Unit(benchmark::kMicrosecond);
  for (const auto& [suffix, tier] :
       {std::pair{"_sampled", FeedTier::sampled}, std::pair{"", FeedTier::fleet}}) {
    for (const auto& [model, n_phases] : {std::pair{"AD11A", 1}, std::pair{"AD13A", 3}}) {
      benchmark::RegisterBenchmark(
          (std::string("t2_day_") + model + suffix).c_str(),
          [n_phases, tier](benchmark::State& state) { t2_day(state, n_phases, tier); })
          ->Unit(benchmark::kMicrosecond);
    }
  }
}

// A case, the cases that measured its limit (the larger one holds), how many of the limit's units
// it is made of, and its peer.
struct Comparison {
  const char* name;
  std::vector<const char*> limits;
  double limit_units;
  const char* peer;
};
// A day's bar is a time: 1.0 ms for AD11A and 2.5 for AD13A on the machine where naive_window takes
// 1.5 us. A sample of the chain takes 18 multiply-adds of synthesis and noise and the kernel's own.
// Two cycles of 136 samples, ten additions each, then 17 multiply-adds for each of 40 orders, of
// eight samples at a time; the limit's unit is 160 times five.
constexpr double kHarmonicsUnits = (2 * 17 * 10 / 2 + 2 * 40 * 17) / (160.0 * 5);
const Comparison kComparisons[] = {
    {"fused", {"limit_operations", "limit_l2"}, 1, "naive_fused"},
    {"fused_l1", {"limit_operations", "limit_l2"}, 1, "eigen_fused"},
    {"fused_scalar", {"limit_operations"}, 8, "naive_fused"},
    {"harmonics", {"limit_operations"}, kHarmonicsUnits, "fftw_harmonics"},
    {"harmonics_49.5_hz", {"limit_operations"}, kHarmonicsUnits, "fftw_harmonics"},
    {"harmonics_50.5_hz", {"limit_operations"}, kHarmonicsUnits, "fftw_harmonics"},
    {"chain", {"limit_operations"}, (18 + 5) / 5.0, "naive_window"},
    {"t2_day_AD11A", {"naive_window"}, 1.0e-3 / 1.5e-6, "t2_day_AD11A_sampled"},
    {"t2_day_AD13A", {"naive_window"}, 2.5e-3 / 1.5e-6, "t2_day_AD13A_sampled"},
};

// What was measured before is what a case is compared with.
class Comparer {
 public:
  std::vector<benchmark::BenchmarkReporter::Run> compared(
      std::vector<benchmark::BenchmarkReporter::Run> runs) {
    for (auto& run : runs) {
      failed_ |= run.error_occurred;
      if (run.iterations == 0) continue;
      const double s = run.cpu_accumulated_time / static_cast<double>(run.iterations);
      compare(run, s);
      measured_s_[run.benchmark_name()] = s;
    }
    return runs;
  }
  bool failed() const { return failed_; }

 private:
  void compare(benchmark::BenchmarkReporter::Run& run, double s) {
    for (const Comparison& c : kComparisons) {
      if (run.benchmark_name() != c.name) continue;
      double limit_s = 0;
      for (const char* limit : c.limits) limit_s = std::max(limit_s, measured_s_[limit]);
      if (limit_s > 0) run.counters["vs_limit"] = c.limit_units * limit_s / s;
      if (measured_s_[c.peer] > 0) run.counters["vs_peer"] = measured_s_[c.peer] / s;
    }
    // Others under their own names.
    for (const std::string peer : {"eigen", "goertzel", "naive"}) {
      const double peer_s = measured_s_[peer + "_" + run.benchmark_name()];
      if (peer_s > 0) run.counters["vs_" + peer] = peer_s / s;
    }
    const double window_s = measured_s_["naive_window"];
    if (window_s > 0) run.counters["naive_windows"] = s / window_s;
    if (run.benchmark_name() == "chain") run.counters["meters"] = 0.2 / s;
  }
  std::map<std::string, double> measured_s_;
  bool failed_ = false;
};

// For the console, and as JSON for bench/plot.py (--benchmark_out=FILE).
template <typename Base>
class Reporter : public Base {
 public:
  void ReportRuns(const std::vector<benchmark::BenchmarkReporter::Run>& runs) override {
    Base::ReportRuns(comparer_.compared(runs));
  }
  bool failed() const { return comparer_.failed(); }

 private:
  Comparer comparer_;
};

}  // namespace

int main(int argc, char** argv) {
  const bool to_file = std::any_of(argv, argv + argc, [](std::string_view argument) {
    return argument.starts_with("--benchmark_out=");
  });
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  bench::register_fused();
  bench::register_harmonics();
  register_days();
  Reporter<benchmark::ConsoleReporter> reporter;
  Reporter<benchmark::JSONReporter> file;
  if (to_file) {
    benchmark::RunSpecifiedBenchmarks(&reporter, &file);
  } else {
    benchmark::RunSpecifiedBenchmarks(&reporter);
  }
  return reporter.failed() ? 1 : 0;
}
