// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/measure/registers.hpp"

#include <array>
#include <bit>

namespace meter::fw {
namespace {

using protocol::cosem::quadrant_of;

// One pulse of the test output: 1000 imp/kWh and 1000 imp/kvarh (data sheet), one for each Wh.
constexpr std::int64_t kMicrojoulesPerPulse = kMicrojoulesPerWh * 1000 / METER_PULSES_PER_KWH;
static_assert(kMicrojoulesPerPulse <= UINT32_MAX);

std::int64_t magnitude(std::int64_t value) { return value < 0 ? -value : value; }

void add(EnergyRegister& energy, std::int64_t add_uj) {
  const std::int64_t sum_uj = energy.rest_uj + add_uj;
  energy.wh += static_cast<std::uint32_t>(sum_uj / kMicrojoulesPerWh);  // rolls over as all meters
  energy.rest_uj = static_cast<std::uint32_t>(sum_uj % kMicrojoulesPerWh);
}

// The energy, spread evenly over the windows it is of, crosses the watt-hours at some instants; as
// long after each of them as the windows took, its pulse comes: a window's energy is known when it
// is over, and the next one shows it.
void pulse(const Hal& hal, meter_pulse_output output, std::int64_t add_uj, std::int64_t span_us,
           std::uint32_t& rest_uj) {
  const std::int64_t sum_uj = rest_uj + add_uj;
  const std::int64_t count = sum_uj / kMicrojoulesPerPulse;
  const std::uint32_t before_uj = rest_uj;
  rest_uj = static_cast<std::uint32_t>(sum_uj % kMicrojoulesPerPulse);
  if (count == 0) return;
  const double us_per_uj = static_cast<double>(span_us) / static_cast<double>(add_uj);
  const auto laid_us = [&](std::int64_t nth) {
    const std::int64_t until_uj = nth * kMicrojoulesPerPulse - before_uj;
    return static_cast<std::int64_t>(static_cast<double>(until_uj) * us_per_uj);
  };
  hal.pulse(output, static_cast<std::uint64_t>(count), laid_us(1), laid_us(count));
}

// The quantities that count a power while it flows in a quadrant, as a mask: the shared table
// without its texts, turned around, so that a window walks only those it feeds.
using QuantityMask = std::uint8_t;
static_assert(kQuantities <= 8 * sizeof(QuantityMask));
using QuadrantMasks = std::array<QuantityMask, protocol::cosem::kQ4 + 1>;
constexpr auto kTakers = [] {
  std::array<QuadrantMasks, protocol::cosem::kPowers> takers{};
  for (std::size_t k = 0; k < kQuantities; ++k) {
    const auto& quantity = protocol::cosem::kQuantityTable[k];
    for (std::size_t quadrant = 1; quadrant <= protocol::cosem::kQ4; quadrant *= 2) {
      if ((quantity.quadrants & quadrant) == 0) continue;
      takers[static_cast<std::size_t>(quantity.power)][quadrant] |=
          static_cast<QuantityMask>(1U << k);
    }
  }
  return takers;
}();

}  // namespace

void register_windows(const Hal& hal, const WindowReading& reading, std::uint32_t count,
                      DurableState& state) {
  const std::int64_t span_us = reading.duration_us * count;
  const bool capacitive = reading.reactive_uj < 0;
  // Active energy goes by its own sign, so that elements which creep cannot turn it around.
  const auto flow = [&](protocol::cosem::Power power, std::int64_t energy_uj,
                        protocol::cosem::Quadrants quadrant, meter_pulse_output output) {
    if (energy_uj == 0) return;
    const QuantityMask takers = kTakers[static_cast<std::size_t>(power)][quadrant];
    for (unsigned left = takers; left != 0; left &= left - 1) {
      add(state.energy[static_cast<std::size_t>(std::countr_zero(left))], energy_uj);
    }
    pulse(hal, output, energy_uj, span_us, state.pulse_rest_uj[output]);
  };
  flow(protocol::cosem::Power::active, magnitude(reading.active_uj) * count,
       quadrant_of(reading.active_uj < 0, capacitive), METER_PULSE_ACTIVE);
  flow(protocol::cosem::Power::reactive, magnitude(reading.reactive_uj) * count,
       quadrant_of(reading.exporting, capacitive), METER_PULSE_REACTIVE);
  if (reading.apparent_uj != 0) {
    add(state.apparent[reading.exporting ? 1 : 0], reading.apparent_uj * count);
  }
}

void register_phases(const WindowReading& reading, std::uint32_t count, PhaseState& phases) {
  for (std::size_t p = 0; p < phases.energy.size(); ++p) {
    const auto flow = [&](double power, std::uint8_t forward) {
      if (power == 0.0) return;
      const std::int64_t uj = window_uj(power, reading.length_q16) * count;
      add(phases.energy[p][forward + (uj < 0 ? 1 : 0)], magnitude(uj));
    };
    flow(reading.element[p].active_w, PhaseState::kImport);
    flow(reading.element[p].reactive_var, PhaseState::kReactiveImport);
  }
}

}  // namespace meter::fw
