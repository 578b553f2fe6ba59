// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The product's firmware with a fault in its test outputs: pulses are kept for ten windows, or come
// twice.
#define register_windows register_honestly
#include "meter/fw/measure/registers.cpp"
#undef register_windows

#define late 1
#define twice 2

namespace meter::fw {
namespace {

thread_local DurableState* current;
thread_local const meter_pulses* honest;

void lay_wrong(void* context, meter_pulse_output output, std::uint64_t count, std::int64_t first_us,
               std::int64_t last_us) {
  if (MUTANT == twice) return honest->lay(context, output, 2 * count, first_us / 2, last_us);
  const std::uint64_t kept = current->tamper.reserved[output] + count;
  current->tamper.reserved[output] = static_cast<std::uint8_t>(kept < 255 ? kept : 255);
}

}  // namespace

void register_windows(const Hal& hal, const WindowReading& reading, std::uint32_t count,
                      DurableState& state) {
  meter_hal table = hal.table();
  meter_pulses pulses = *table.pulses;
  honest = table.pulses;
  current = &state;
  pulses.lay = lay_wrong;
  table.pulses = &pulses;
  register_honestly(Hal(&table), reading, count, state);
  if (MUTANT == twice || ++state.tamper.reserved[METER_PULSE_OUTPUTS] % 10 != 0) return;
  for (unsigned k = 0; k < METER_PULSE_OUTPUTS; ++k) {
    if (state.tamper.reserved[k] == 0) continue;
    honest->lay(table.context, static_cast<meter_pulse_output>(k), state.tamper.reserved[k], 1,
                100'000);
    state.tamper.reserved[k] = 0;
  }
}

}  // namespace meter::fw
