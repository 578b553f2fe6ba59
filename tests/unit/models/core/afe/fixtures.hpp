// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <utility>
#include <vector>

#include "meter/dsp/window_sums.hpp"
#include "models/core/afe/feed.hpp"

namespace afe_test {

// Exactly 50 Hz at exactly 230 V.
inline models::MainsConfig constant_mains() {
  models::MainsConfig config;
  config.frequency_spread_hz = 0;
  config.voltage_spread_percent = 0;
  return config;
}

inline models::AfeTolerance ideal_tolerance() { return {}; }

// Load that changes every step, through all four quadrants.
struct WanderingLoad : models::LoadSource {
  models::HomeLoad at(std::int64_t step) const override {
    const double p = 3000 - 1000.0 * static_cast<double>(step % 7);
    const double q = 500 - 250.0 * static_cast<double>(step % 5);
    return {p, q, 0.1, step % 11 != 10};
  }
};

struct ConstantLoad : models::LoadSource {
  explicit ConstantLoad(models::HomeLoad home_load) : load(home_load) {}
  models::HomeLoad at(std::int64_t) const override { return load; }
  models::HomeLoad load;
};

inline bool same_bits(const meter_sums& a, const meter_sums& b) {
  return a.n_samples == b.n_samples && a.n_cycles == b.n_cycles && a.length_q16 == b.length_q16 &&
         a.n_elements == b.n_elements &&
         std::memcmp(a.element, b.element, sizeof(a.element)) == 0 &&
         a.neutral.count == b.neutral.count &&
         std::memcmp(&a.own_neutral, &b.own_neutral, sizeof(a.own_neutral)) == 0;
}

// Windows as sums, one entry a window whatever the tier.
struct SumsSink : models::WindowSink {
  void on_sums(const meter_sums& s, std::uint32_t n_repeats) override {
    ++calls;
    for (std::uint32_t n = 0; n < n_repeats; ++n) sums.push_back(s);
  }
  void on_samples(const meter_window& window) override {
    ++calls;
    sums.push_back(meter::dsp::window_sums(window));
  }
  std::vector<meter_sums> sums;
  int calls = 0;
};

}  // namespace afe_test
