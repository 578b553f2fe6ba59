// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// The C table in front of the firmware: all the platform ever calls.
#include <new>

#include "meter/fw/core/revision.hpp"
#include "meter/fw/device/firmware.h"
#include "meter/fw/device/meter.hpp"

namespace meter::fw {
namespace {

Meter& meter(void* instance) { return *static_cast<Meter*>(instance); }

template <std::uint8_t elements>
void init(void* instance, const meter_hal* hal) {
  PROTOCOL_ASSERT(hal->version == METER_HAL_VERSION && hal->size >= sizeof(meter_hal));
  new (instance) Meter(hal, elements);
}

int provision(void* instance, const meter_provision* provision) {
  return meter(instance).provision(*provision) ? 0 : -1;
}
int calibrate(void* instance, meter_calibration_step step, const meter_sums* sums,
              const meter_reference* reference) {
  const meter_sums no_sums{};
  const meter_reference no_reference{};
  const bool done = meter(instance).calibrate(step, sums == nullptr ? no_sums : *sums,
                                              reference == nullptr ? no_reference : *reference);
  return done ? 0 : -1;
}
void boot(void* instance, meter_boot_reason reason) { meter(instance).boot(reason); }
void on_alarm(void* instance) { meter(instance).on_alarm(); }
void on_rtc(void* instance) { meter(instance).on_rtc(); }
void on_uart(void* instance, meter_uart port, const std::uint8_t* octets, std::uint32_t n) {
  meter(instance).on_uart(port, Bytes{octets, n});
}
void on_samples(void* instance, const meter_window* window) { meter(instance).on_samples(*window); }
void on_sums(void* instance, const meter_sums* sums, std::uint32_t n_repeats) {
  meter(instance).on_sums(*sums, n_repeats);
}
void on_power(void* instance, meter_power_state state) { meter(instance).on_power(state); }
void on_relay(void* instance, int closed) { meter(instance).on_relay(closed != 0); }
void on_plc(void* instance, const meter_plc_frame* frame) { meter(instance).on_plc(*frame); }
void on_plc_beacon(void* instance, const meter_plc_beacon* beacon) {
  meter(instance).on_plc_beacon(beacon);
}

void on_input(void* instance, meter_input input, int level) {
  meter(instance).on_input(input, level != 0);
}

void on_display(void* instance) { meter(instance).on_display(); }

void* checked_memory(void* instance, std::uint32_t part, std::uint32_t* bytes) {
  const MutableBytes memory = meter(instance).checked_memory(part);
  *bytes = static_cast<std::uint32_t>(memory.size());
  return memory.empty() ? nullptr : memory.data();
}

template <std::uint8_t elements>
int describe(std::uint32_t index, meter_object_info* out) {
  return describe_object(index, {elements, true}, *out) ? 0 : -1;
}

template <std::uint8_t elements>
constexpr meter_firmware firmware(const char* name) {
  return {
      .version = METER_HAL_VERSION,
      .size = sizeof(meter_firmware),
      .name = name,
      .revision = kRevision,
      .capabilities = METER_TAKES_SAMPLES | METER_TAKES_SUMS | (elements == 1 ? METER_SLEEPS : 0),
      .n_elements = elements,
      .instance_bytes = sizeof(Meter),
      .retained_bytes = retained_octets(elements),
      .plc_bytes = kPowerLineOctets,
      .init = init<elements>,
      .provision = provision,
      .calibrate = calibrate,
      .boot = boot,
      .on_alarm = on_alarm,
      .on_rtc = on_rtc,
      .on_uart = on_uart,
      .on_samples = on_samples,
      .on_sums = on_sums,
      .on_power = on_power,
      .on_relay = on_relay,
      .describe = describe<elements>,
      .on_plc = on_plc,
      .on_plc_beacon = on_plc_beacon,
      .on_input = on_input,
      .on_module = nullptr,
      .on_display = on_display,
      .checked_memory = checked_memory};
}

constexpr meter_firmware kAd11a = firmware<1>("AD11A");
constexpr meter_firmware kAd13a = firmware<3>("AD13A");
static_assert(alignof(Meter) <= 16);

}  // namespace
}  // namespace meter::fw

extern "C" const meter_firmware* meter_ad11a_firmware(void) { return &meter::fw::kAd11a; }
extern "C" const meter_firmware* meter_ad13a_firmware(void) { return &meter::fw::kAd13a; }
