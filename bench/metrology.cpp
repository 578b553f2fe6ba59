// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0

// What does one window of metrology cost, and a meter's day? Kernel and synthesis are given as a
// share of two limits measured in the same run, fused multiply-adds in registers and reading the
// window's samples from cache, and beside naive_window, the unit that makes costs of different
// machines comparable (docs/cost.md). Every case checks its result and the run fails on a wrong
// one.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

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
constexpr std::int64_t kKernelFmas = 5 * kSets;
constexpr std::int64_t kKernelBytes = 8 * kSets;

typedef float Floats __attribute__((vector_size(32)));

// Keeps a value alive without sending it through memory.
void keep(Floats& x) { asm volatile("" : "+x"(x)); }

// As many fused multiply-adds as the kernel needs, in ten independent chains of eight lanes. The
// loops over chains must be unrolled, or the chains live in memory.
void limit_fma(benchmark::State& state) {
  Floats acc[10] = {};
  const Floats a = Floats{} + 1.0000001f;
  const Floats b = Floats{} + 1e-9f;
  for (auto _ : state) {
    for (int n = 0; n < 80; ++n) {  // 80 * 10 * 8 = kKernelFmas
#pragma GCC unroll 10
      for (Floats& x : acc) {
#if defined(AMITWIN_METER_DSP_VECTOR)
        x = __builtin_ia32_vfmaddps256(x, a, b);
#else
        x = x * a + b;
#endif
        keep(x);
      }
    }
  }
  benchmark::DoNotOptimize(acc);
  state.SetItemsProcessed(state.iterations() * kKernelFmas);
}

// Reading the 10 KiB of one window once.
void limit_read(benchmark::State& state) {
  alignas(32) static Floats data[2 * kSets / 8] = {};
  for (auto _ : state) {
    Floats sum[8] = {};
    for (int k = 0; k < 2 * kSets / 8; k += 8) {
#pragma GCC unroll 8
      for (int n = 0; n < 8; ++n) sum[n] += data[k + n];
    }
#pragma GCC unroll 8
    for (Floats& x : sum) keep(x);
  }
  state.SetBytesProcessed(state.iterations() * kKernelBytes);
}

ElectricalState load_state() {
  ElectricalState state;
  state.v[0][0] = {230, 0};
  state.v[0][2] = {-3, 1};
  state.i[0][0] = {10, -4};
  state.i[0][1] = {-1, 0.5};
  return state;
}

bool check(benchmark::State& state, double got, double expected, double tolerance) {
  if (std::abs(got - expected) <= tolerance * std::abs(expected)) return true;
  state.SkipWithError(("wrong result: " + std::to_string(got)).c_str());
  return false;
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

// The same four sums as they are first written down: what the machine's compiler makes of it under
// strict IEEE, a chain of additions in float.
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

template <typename Lanes>
void kernel(benchmark::State& state) {
  const LoadWindow load;
  meter_sums sums{};
  for (auto _ : state) {
    sums = meter::dsp::window_sums<Lanes>(load.window);
    benchmark::DoNotOptimize(sums);
  }
  check_sums(state, sums.element[0], 1e-5);
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
    energy_wh += s.element[0].vi / s.n_samples / kCountsPerVoltAmpere * seconds / 3600;
  }
  void on_samples(const meter_window& window) override {
    on_sums(meter::dsp::window_sums(window), 1);
  }
  double energy_wh = 0;
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

void detailed_minute(benchmark::State& state) {
  const SupplyPoint supply(mains(), home());
  const Afe afe(1, 1, 1, draw_tolerance(1, 1));
  std::int64_t windows = 0;
  for (auto _ : state) {
    ElectricalFeed feed(supply, afe, FeedTier::detailed);
    EnergySink sink;
    feed.advance(kernel::kNsPerMinute, sink);
    benchmark::DoNotOptimize(sink.energy_wh);
    windows += mains().step(0).n_windows;
  }
  state.SetItemsProcessed(windows);
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

BENCHMARK(limit_fma);
BENCHMARK(limit_read);
BENCHMARK(naive_window);
BENCHMARK(kernel<meter::dsp::NativeLanes>)->Name("kernel");
BENCHMARK(kernel<meter::dsp::ScalarLanes>)->Name("kernel_scalar");
BENCHMARK(synthesis)->ArgName("noise")->Arg(0)->Arg(1);
BENCHMARK(fleet_day)->Unit(benchmark::kMicrosecond);
BENCHMARK(truth_day)->Unit(benchmark::kMicrosecond);
BENCHMARK(load_day)->Unit(benchmark::kMicrosecond);
BENCHMARK(detailed_minute)->Unit(benchmark::kMicrosecond);

// Console output; every time is also given in the units measured before it.
class Reporter : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& reported) override {
    std::vector<Run> runs = reported;
    for (Run& run : runs) {
      failed_ |= run.error_occurred;
      if (run.iterations == 0) continue;
      const double s = run.cpu_accumulated_time / static_cast<double>(run.iterations);
      for (const auto& [unit, unit_s] : unit_s_) run.counters["x " + unit] = s / unit_s;
      for (const char* unit : {"limit_fma", "limit_read", "naive_window"}) {
        if (run.benchmark_name() == unit) unit_s_[unit] = s;
      }
    }
    ConsoleReporter::ReportRuns(runs);
  }
  bool failed() const { return failed_; }

 private:
  std::map<std::string, double> unit_s_;
  bool failed_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  Reporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return reporter.failed() ? 1 : 0;
}
