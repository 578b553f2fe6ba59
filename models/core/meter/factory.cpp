// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/meter/factory.hpp"

#include "kernel/det_math.hpp"
#include "models/core/grid/mains.hpp"

namespace models {

namespace {

// Bench noise is drawn under step numbers no grid step has.
constexpr std::int64_t kBenchStep = -1000;

struct BenchPoint {
  meter_calibration_step step;
  double celsius = kReference_c;
  double current_share = 0;  // of Iref
  double phase_rad = 0;
};
// Un Iref PF 1, Un Iref PF 0.5 inductive, Un no load; the clock at three temperatures.
constexpr BenchPoint kPoints[] = {
    {METER_CALIBRATE_GAIN, kReference_c, 1},
    {METER_CALIBRATE_PHASE, kReference_c, 1, kernel::kPi / 3},
    {METER_CALIBRATE_OFFSET},
    {METER_CALIBRATE_CLOCK},
    {METER_CALIBRATE_TEMPERATURE, kWarm_c, 1, kernel::kPi / 3},
    {METER_CALIBRATE_CLOCK, kWarm_c},
    {METER_CALIBRATE_CLOCK, kCold_c},
    {METER_CALIBRATE_STORE},
};

// A firmware that knows of no drift says so; its errors will tell.
bool is_needed(meter_calibration_step step) {
  return step != METER_CALIBRATE_TEMPERATURE && step != METER_CALIBRATE_CLOCK;
}
bool measures(meter_calibration_step step) {
  return step != METER_CALIBRATE_STORE && step != METER_CALIBRATE_CLOCK;
}

// The mean of consecutive windows, as sums of the first one's length. A single window errs by the
// sample it has too many or too few (0.08 %), its successors take that back.
meter_sums bench_sums(const Afe& afe, const Bench& bench, const ElectricalState& state,
                      std::int64_t step) {
  const auto window_ns = static_cast<kernel::TimeNs>(
      static_cast<double>(kWindowCycles * kernel::kNsPerSecond) / bench.frequency_hz);
  meter_sums mean = afe.sums(state, 0, window_ns);
  for (std::int32_t w = 1; w < bench.n_windows; ++w) {
    const meter_sums next = afe.sums(state, w * window_ns, window_ns);
    const double same_length = static_cast<double>(mean.n_samples) / next.n_samples;
    for (std::uint32_t k = 0; k < mean.n_elements; ++k) {
      for (const auto sum : {&meter_element_sums::vv, &meter_element_sums::ii,
                             &meter_element_sums::vi, &meter_element_sums::vq}) {
        double& so_far = mean.element[k].*sum;
        so_far += (next.element[k].*sum * same_length - so_far) / (w + 1);
        if (k > 0) continue;
        double& neutral = mean.own_neutral.*sum;
        neutral += (next.own_neutral.*sum * same_length - neutral) / (w + 1);
      }
    }
  }
  afe.add_sum_noise(state, step, bench.n_windows, mean);
  return mean;
}

}  // namespace

ElectricalState bench_state(const Bench& bench, int n_phases, double current_a, double phase_rad) {
  ElectricalState state;
  state.n_phases = n_phases;
  for (int phase = 0; phase < n_phases; ++phase) {
    const double angle = -2 * kernel::kPi / 3 * phase;
    const kernel::SinCos v = kernel::det_sincos(angle);
    const kernel::SinCos i = kernel::det_sincos(angle - phase_rad);
    state.v[phase][0] = {bench.voltage_v * v.cos, bench.voltage_v * v.sin};
    state.i[phase][0] = {current_a * i.cos, current_a * i.sin};
  }
  state.n[0] = state.i[0][0];  // the loop that a bench puts through it
  state.with_neutral = true;
  return state;
}

bool manufacture(MeterNode& node, const meter_provision& provision, const Afe& afe,
                 const Bench& bench) {
  if (!node.provision(provision)) return false;
  std::int64_t step = kBenchStep;
  RtcBlock& rtc = node.board().rtc;
  for (const BenchPoint& point : kPoints) {
    const bool warm = point.step == METER_CALIBRATE_TEMPERATURE;
    if (warm && bench.warm == nullptr) continue;
    rtc.set_temperature(point.celsius);
    const ElectricalState state =
        bench_state(bench, afe.n_phases(), bench.current_a * point.current_share, point.phase_rad);
    // The reference meter shows one phase's values; the bench is balanced.
    const double n = afe.n_phases();
    const meter_reference reference = {voltage_rms_v(state, 0), current_rms_a(state, 0),
                                       active_power_w(state) / n, reactive_power_var(state) / n,
                                       static_cast<double>(rtc.clock().deviation_ppb())};
    const meter_sums sums = measures(point.step)
                                ? bench_sums(warm ? *bench.warm : afe, bench, state, step++)
                                : meter_sums{};
    if (!node.calibrate(point.step, sums, reference) && is_needed(point.step)) return false;
  }
  return true;
}

}  // namespace models
