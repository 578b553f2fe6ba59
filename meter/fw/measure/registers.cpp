// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/measure/registers.hpp"

#include <array>

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

void pulse(const Hal& hal, meter_pulse_output output, std::int64_t add_uj, std::int64_t span_us,
           std::uint32_t& rest_uj) {
  const std::int64_t sum_uj = rest_uj + add_uj;
  const std::int64_t count = sum_uj / kMicrojoulesPerPulse;
  rest_uj = static_cast<std::uint32_t>(sum_uj % kMicrojoulesPerPulse);
  if (count > 0) hal.pulse(output, static_cast<std::uint64_t>(count), span_us);
}

// What each quantity takes from a window; the shared table without its texts.
struct Source {
  std::uint8_t power;
  std::uint8_t quadrants;
};
constexpr std::array<Source, kQuantities> kSources = [] {
  std::array<Source, kQuantities> sources{};
  for (std::size_t k = 0; k < kQuantities; ++k) {
    const auto& quantity = protocol::cosem::kQuantityTable[k];
    sources[k] = {static_cast<std::uint8_t>(quantity.power), quantity.quadrants};
  }
  return sources;
}();

}  // namespace

void register_windows(const Hal& hal, const WindowReading& reading, std::uint32_t count,
                      DurableState& state) {
  const std::int64_t span_us = reading.duration_us * count;
  const bool capacitive = reading.reactive_uj < 0;
  // Active energy goes by its own sign, so that elements which creep cannot turn it around.
  struct {
    std::int64_t energy_uj;
    std::uint8_t quadrant;
    meter_pulse_output output;
  } const flows[] = {
      {magnitude(reading.active_uj) * count, quadrant_of(reading.active_uj < 0, capacitive),
       METER_PULSE_ACTIVE},
      {magnitude(reading.reactive_uj) * count, quadrant_of(reading.exporting, capacitive),
       METER_PULSE_REACTIVE},
  };
  static_assert(std::size(flows) == protocol::cosem::kPowers);
  for (std::size_t k = 0; k < kQuantities; ++k) {
    const auto& flow = flows[kSources[k].power];
    if (flow.energy_uj != 0 && (kSources[k].quadrants & flow.quadrant) != 0) {
      add(state.energy[k], flow.energy_uj);
    }
  }
  for (const auto& flow : flows) {
    if (flow.energy_uj == 0) continue;
    pulse(hal, flow.output, flow.energy_uj, span_us, state.pulse_rest_uj[flow.output]);
  }
}

}  // namespace meter::fw
