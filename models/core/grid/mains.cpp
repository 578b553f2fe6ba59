// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/grid/mains.hpp"

#include <algorithm>

#include "kernel/assert.hpp"
#include "kernel/det_math.hpp"
#include "kernel/philox.hpp"
#include "kernel/purpose.hpp"

namespace models {
namespace {

constexpr std::int64_t kStepsPerDay = 1440;

// The spreads for which the amplitudes below stand.
constexpr double kFrequencySpreadHz = 0.02;
constexpr double kVoltageSpreadPercent = 3;

// Standard normal noise at knots, `steps` grid steps apart, straight lines between: a pure function
// of the step. `track` tells several noises of one purpose apart.
double knot_noise(const MainsConfig& config, std::uint32_t purpose, std::uint64_t track,
                  std::int64_t step, std::int64_t steps) {
  const auto knot = static_cast<std::uint64_t>(step / steps);
  const double along = static_cast<double>(step % steps) / static_cast<double>(steps);
  const auto at = [&](std::uint64_t k) {
    const auto words = kernel::philox4x32(config.seed, config.grid, purpose, (track << 48) | k);
    return kernel::gaussian_pair(words[0], words[1])[0];
  };
  return at(knot) * (1 - along) + at(knot + 1) * along;
}

// Continental Europe: some 20 mHz rms over minutes to hours, beyond 100 mHz less than once a day.
double frequency_hz(const MainsConfig& config, std::int64_t step) {
  const std::uint32_t purpose = kernel::kPurposeMainsFrequency;
  const double deviation = 0.012 * knot_noise(config, purpose, 0, step, 60) +
                           0.014 * knot_noise(config, purpose, 1, step, 10) +
                           0.008 * knot_noise(config, purpose, 2, step, 1);
  return config.frequency_hz +
         config.frequency_spread_hz / kFrequencySpreadHz * std::clamp(deviation, -0.15, 0.15);
}

// Low-voltage busbar over the day: high at night and at solar noon, low in the evening peak; with
// it slow noise and the tap changer. EN 50160 allows 0.9 to 1.1.
double voltage_factor(const MainsConfig& config, std::int64_t step) {
  const std::int64_t minute = (step + config.local_second_of_day / 60) % kStepsPerDay;
  const double day = 2 * kernel::kPi * static_cast<double>(minute) / kStepsPerDay;
  // Two harmonics of the day: lowest near 19:00 (-2 %), highest near 04:00 (+1.3 %).
  const double shape = 0.012 * kernel::det_cos(day - 2 * kernel::kPi * 5 / 24) +
                       0.008 * kernel::det_cos(2 * day - 2 * kernel::kPi * 2 / 24);
  const std::uint32_t purpose = kernel::kPurposeMainsVoltage;
  const double noise = 0.006 * knot_noise(config, purpose, 0, step, 90) +
                       0.003 * knot_noise(config, purpose, 1, step, 5) +
                       0.0015 * knot_noise(config, purpose, 2, step, 1);
  return 1 + config.voltage_spread_percent / kVoltageSpreadPercent *
                 std::clamp(shape + noise, -0.08, 0.08);
}

}  // namespace

MainsSchedule::MainsSchedule(const MainsConfig& config, kernel::TimeNs horizon)
    : nominal_voltage_v_(config.nominal_voltage_v) {
  TWIN_ASSERT(horizon >= 0, horizon);
  TWIN_ASSERT(config.frequency_hz >= 42.5 && config.frequency_hz <= 57.5, config.frequency_hz);
  const std::int64_t n_steps = horizon / kGridStepNs + 2;
  steps_.reserve(static_cast<std::size_t>(n_steps));
  kernel::TimeNs start = 0;
  for (std::int64_t k = 0; k < n_steps; ++k) {
    const double window_s = kWindowCycles / frequency_hz(config, k);
    const auto window = static_cast<kernel::TimeNs>(window_s * 1e9 + 0.5);
    const kernel::TimeNs to_go = (k + 1) * kGridStepNs - start;
    const kernel::TimeNs n_windows = (to_go + window - 1) / window;
    steps_.push_back(
        {start, window, static_cast<std::int32_t>(n_windows), voltage_factor(config, k)});
    start += n_windows * window;
  }
}

const MainsStep& MainsSchedule::step(std::int64_t index) const {
  TWIN_ASSERT(index >= 0 && index < n_steps(), index, n_steps());
  return steps_[static_cast<std::size_t>(index)];
}

std::int64_t MainsSchedule::step_at(kernel::TimeNs at) const {
  TWIN_ASSERT(at >= 0, at);
  const std::int64_t nominal = std::min(at / kGridStepNs, n_steps() - 1);
  // The step of a minute starts up to one window late.
  return step(nominal).start_ns <= at ? nominal : nominal - 1;
}

kernel::TimeNs MainsSchedule::boundary_from(kernel::TimeNs at) const {
  const MainsStep& now = step(step_at(at));
  const kernel::TimeNs n = (at - now.start_ns + now.window_ns - 1) / now.window_ns;
  return now.start_ns + n * now.window_ns;
}

}  // namespace models
