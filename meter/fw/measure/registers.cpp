// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/measure/registers.hpp"

namespace meter::fw {
namespace {

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

}  // namespace

void register_windows(const Hal& hal, const WindowReading& reading, std::uint32_t count,
                      DurableState& state) {
  const std::int64_t active_uj = magnitude(reading.active_uj) * count;
  const std::int64_t reactive_uj = magnitude(reading.reactive_uj) * count;
  const std::int64_t span_us = reading.duration_us * count;
  if (active_uj != 0) {
    add(state.energy[reading.active_uj < 0 ? kExport : kImport], active_uj);
    pulse(hal, METER_PULSE_ACTIVE, active_uj, span_us, state.pulse_rest_uj[METER_PULSE_ACTIVE]);
  }
  if (reactive_uj != 0) {
    add(state.energy[quadrant_of(reading.exporting, reading.reactive_uj < 0)], reactive_uj);
    pulse(hal, METER_PULSE_REACTIVE, reactive_uj, span_us,
          state.pulse_rest_uj[METER_PULSE_REACTIVE]);
  }
}

}  // namespace meter::fw
