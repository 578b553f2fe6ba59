// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Law 1 for the metrology: raw counts, sums, calibration. The registers stand in battery-backed
// RAM, which is compared octet by octet after every upcall.
#include <cmath>
#include <memory>

#include "models/core/afe/afe.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "protocol/cosem/measured.hpp"
#include "tests/rigs/meter/test_client.hpp"
#include "tests/rigs/meter/wire_value.hpp"
#include "tests/target/models.hpp"

namespace target {
namespace {

using models::Afe;
using models::ElectricalState;
using models::SampleBuffer;

// Amperes a phase, and where the current stands against the voltage.
struct Load {
  double current_a;
  double active;
  double reactive;
};
// From below the creep limit to overload, through all four quadrants.
constexpr Load kLoads[] = {{0.0, 1, 0},     {0.004, 1, 0},      {0.25, 0.8, -0.6}, {5, 1, 0},
                           {20, -0.6, 0.8}, {100, 0.5, -0.866}, {125, -1, 0}};

ElectricalState state_of(const Load& load, int n_phases) {
  ElectricalState state;
  state.n_phases = n_phases;
  const models::Phasor turns[] = {{1, 0}, {-0.5, -0.8660254037844386}, {-0.5, 0.8660254037844386}};
  for (int p = 0; p < n_phases; ++p) {
    state.v[p][0] = (229.0 + p) * turns[p];
    state.v[p][1] = {2.5, -1.0};  // third order, as mains have it
    state.i[p][0] = load.current_a * (models::Phasor{load.active, load.reactive} * turns[p]);
    state.i[p][2] = {0.03 * load.current_a, 0.02 * load.current_a};
  }
  return state;
}

TEST_P(Law1, AdcWindowsLeaveTheSameRegisters) {
  const auto n_phases = static_cast<int>(GetParam().n_elements);
  const Afe afe(1, 42, n_phases, models::draw_tolerance(1, 42));
  const auto buffer = std::make_unique<SampleBuffer>();
  kernel::TimeNs start_ns = 3'600'000'000'000;
  std::size_t lengths = 0;
  for (const Load& load : kLoads) {
    // 49.6 and 50.4 Hz: windows that are no whole number of blocks or lanes.
    for (const kernel::TimeNs window_ns : {201'612'903, 200'000'000, 198'412'698}) {
      const meter_window window =
          afe.sample(state_of(load, n_phases), start_ns, window_ns, true, *buffer);
      meter.firmware->on_samples(meter.instance(), &window);
      start_ns += window_ns;
      lengths += window.n_samples % 8 != 0;
    }
  }
  EXPECT_GT(lengths, 0u);
  EXPECT_NE(meter.pulses[METER_PULSE_ACTIVE] + meter.pulses[METER_PULSE_REACTIVE], 0u);
}

TEST_P(Law1, CountsAtTheEdgesOfTheConverter) {
  std::vector<std::int32_t> v(METER_WINDOW_LEAD + 1280), i(v.size());
  meter_window window{1280, METER_WINDOW_CYCLES, 1280u << 16, {}, 0, nullptr};
  for (std::uint32_t e = 0; e < GetParam().n_elements; ++e) {
    window.channel[METER_V1 + e] = v.data() + METER_WINDOW_LEAD;
    window.channel[METER_I1 + e] = i.data() + METER_WINDOW_LEAD;
  }
  std::uint32_t random = 5;
  for (const std::int32_t bound : {1, 0x7FFF, 0x7FFFFF, INT32_MAX}) {
    for (std::size_t k = 0; k < v.size(); ++k) {
      random = random * 1664525u + 1013904223u;
      v[k] = static_cast<std::int32_t>(random) % bound;
      i[k] = k % 64 < 32 ? bound : -bound;  // clipped
    }
    for (const std::uint32_t n : {1u, 7u, 129u, 1280u}) {
      window.n_samples = n;
      meter.firmware->on_samples(meter.instance(), &window);
    }
  }
  window.channel[METER_I1] = nullptr;  // not fitted
  meter.firmware->on_samples(meter.instance(), &window);
}

TEST_P(Law1, CalibrationOnTheProductionLine) {
  rigs::MeterFixture& board = meter;
  board.power_off(false);
  board.construct();
  const rigs::FrontEnd off{0.0093, -0.0471, 0.87, 0.0031, 0.021};
  const struct {
    meter_calibration_step step;
    rigs::Terminal terminal;
    double stated_a = 0;                                     // by the bench
  } steps[] = {{METER_CALIBRATE_GAIN, {240, 50, 0, 50}, 5},  // refused: no such shunt
               {METER_CALIBRATE_GAIN, {240, 5, 0, 50}, 5},
               {METER_CALIBRATE_PHASE, {240, 5, 60, 50}, 5},
               {METER_CALIBRATE_OFFSET, {240, 0, 0, 50}, 0},
               {METER_CALIBRATE_STORE, {}, 0}};
  int refused = 0;
  for (const auto& [step, terminal, stated_a] : steps) {
    const meter_sums sums = rigs::make_sums(terminal, off, GetParam().n_elements);
    const double phi = terminal.phase_deg * 3.14159265358979 / 180;
    const double apparent_va = terminal.voltage_v * stated_a;
    const meter_reference reference{terminal.voltage_v, stated_a, apparent_va * std::cos(phi),
                                    apparent_va * std::sin(phi), 0};
    const int result = board.firmware->calibrate(board.instance(), step, &sums, &reference);
    refused += result != 0;
  }
  EXPECT_EQ(refused, 1);
  board.boot(METER_BOOT_FIRST);
  // What the constants do to windows, one by one and many at once.
  for (const double current_a : {0.01, 0.5, 37.0}) {
    for (const double phase_deg : {0.0, 47.0, 170.0, -91.0}) {
      const meter_sums sums =
          rigs::make_sums({231.7, current_a, phase_deg, 49.97}, off, GetParam().n_elements);
      for (const std::uint32_t n : {1u, 300u}) board.sums(sums, n);
    }
  }
  EXPECT_GT(board.pulses[METER_PULSE_ACTIVE], 0u);
}

TEST_P(Law1, ABadProvisionIsRefusedByBoth) {
  meter.power_off(false);
  meter.construct();
  meter_provision provision = meter.provision;
  provision.capture_period_s = 7;
  EXPECT_EQ(meter.firmware->provision(meter.instance(), &provision), -1);
}

TEST_P(Law1, InstantaneousValuesOverTheWire) {
  namespace classes = protocol::cosem::classes;
  using protocol::cosem::obis;
  meter.sums(rigs::make_sums({231.0, 10.0, -60.0, 50.1}, {}, GetParam().n_elements), 18000);
  rigs::TestClient reader(meter, rigs::reading_client(meter.provision));
  ASSERT_TRUE(reader.connect() && reader.associate());
  std::uint64_t sum = 0;
  for (const unsigned c : {1u, 2u, 3u, 4u, 13u, 14u, 31u, 32u, 52u, 72u, 5u, 6u, 7u, 8u}) {
    for (const unsigned d : {7u, 8u}) {
      sum += unsigned_in(reader, {classes::Register::kId, obis(1, 0, c, d, 0), 2});
    }
  }
  EXPECT_GT(sum, 0u);
}

// Angles, distortion and frequency are made of samples, by the image's own kernel.
TEST_P(Law1, QuantitiesOfSamplesOverTheWire) {
  using protocol::cosem::kMeasured;
  namespace classes = protocol::cosem::classes;
  meter.sums(rigs::make_sums({231.0, 10.0, -60.0, 50.1}, {}, GetParam().n_elements), 1);
  for (std::size_t channel = 0; channel < METER_CHANNELS; ++channel) {
    for (int k = -static_cast<int>(METER_WINDOW_LEAD); k < 1278; ++k) {
      const double angle = 2 * 3.14159265358979 * 10 * k * 50.1 / 64'000;
      meter.last_window[channel].push_back(static_cast<std::int32_t>(std::lround(
          1e6 * static_cast<double>(channel + 1) *
          (std::sin(angle - static_cast<double>(channel)) + 0.07 * std::sin(7 * angle)))));
    }
  }
  rigs::TestClient reader(meter, rigs::reading_client(meter.provision));
  ASSERT_TRUE(reader.connect() && reader.associate());
  std::size_t read = 0;
  for (const auto& family : kMeasured) {
    for (unsigned k = 0; k < family.n; ++k) {
      read += reader.get({classes::Register::kId, family.name(k), 2}).has_value() ? 1 : 0;
    }
  }
  EXPECT_GE(read, GetParam().n_elements == 3 ? 62u : 18u);
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Both, Law1, testing::ValuesIn(kModels),
                         [](const auto& it) { return std::string(it.param.name); });

}  // namespace target
