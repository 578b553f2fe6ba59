// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/rigs/devices/scripted_firmware.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>

namespace device_test {

MeterScript& meter_script() {
  static MeterScript script;
  return script;
}
ModuleScript& module_script() {
  static ModuleScript script;
  return script;
}

namespace {

std::int64_t uptime_us(const meter_hal& hal) { return hal.clock->uptime_us(hal.context); }
std::int64_t uptime_us(const cm1_hal& hal) { return hal.uptime_us(hal.context); }

template <typename Script>
class Upcall {
 public:
  Upcall(Script& script, std::string what) : script_(script) {
    if (++script.depth > 1) script.nested = true;
    script.log.push_back(std::to_string(uptime_us(*script.hal)) + " " + what);
  }
  ~Upcall() { --script_.depth; }

 private:
  Script& script_;
};

struct Instance {
  int is_zero;
};
constexpr std::uint32_t kPlcOctets = 5000;

void init(void* instance, const meter_hal* hal) {
  auto* mine = static_cast<Instance*>(instance);
  if (mine->is_zero != 0) meter_script().log.push_back("dirty memory");
  mine->is_zero = 1;
  meter_script().hal = hal;
  if (!meter_script().has_plc_memory) return;
  auto* const behind = static_cast<std::uint8_t*>(instance) + sizeof(Instance);
  if (std::count(behind, behind + kPlcOctets, 0) != kPlcOctets) {
    meter_script().log.push_back("dirty memory");
  }
  std::fill_n(behind, kPlcOctets, std::uint8_t{0xEE});
}
int provision(void*, const meter_provision* provision) {
  const meter_hal* hal = meter_script().hal;
  return hal->flash->write(hal->context, 0, provision->serial, sizeof provision->serial);
}
int calibrate(void*, meter_calibration_step step, const meter_sums* sums,
              const meter_reference* reference) {
  meter_script().calibrated.push_back(step);
  meter_script().references.push_back(*reference);
  meter_script().bench_sums.push_back(*sums);
  return 0;
}
void boot(void*, meter_boot_reason reason) {
  Upcall upcall(meter_script(), "boot " + std::to_string(reason));
  if (meter_script().boot) meter_script().boot(reason);
}
void on_alarm(void*) {
  Upcall upcall(meter_script(), "alarm");
  if (meter_script().alarm) meter_script().alarm();
}
void on_rtc(void*) {
  Upcall upcall(meter_script(), "rtc");
  if (meter_script().rtc) meter_script().rtc();
}
void on_uart(void*, meter_uart port, const std::uint8_t* octets, std::uint32_t n) {
  Upcall upcall(meter_script(), "uart " + std::to_string(port) + " " + std::to_string(n));
  if (meter_script().uart) meter_script().uart({octets, octets + n});
}
void on_samples(void*, const meter_window* window) {
  if (++meter_script().depth > 1) meter_script().nested = true;
  ++meter_script().windows;
  double vi = 0;
  for (std::uint32_t n = 0; n < window->n_samples; ++n) {
    vi += 1.0 * window->channel[METER_V1][n] * window->channel[METER_I1][n];
  }
  meter_script().window_vi.push_back(vi);
  --meter_script().depth;
}
void on_sums(void*, const meter_sums* sums, std::uint32_t n_repeats) {
  if (++meter_script().depth > 1) meter_script().nested = true;
  meter_script().windows += n_repeats;
  meter_script().window_vi.push_back(sums->element[0].vi);
  if (meter_script().sums) meter_script().sums();
  --meter_script().depth;
}
void on_power(void*, meter_power_state state) {
  Upcall upcall(meter_script(), state == METER_POWER_GOOD ? "power good" : "power failing");
  if (meter_script().power) meter_script().power(state);
}
void on_relay(void*, int closed) {
  Upcall upcall(meter_script(), closed ? "relay closed" : "relay open");
  if (meter_script().relay) meter_script().relay(closed != 0);
}
int describe(std::uint32_t, meter_object_info*) { return -1; }
void on_plc(void*, const meter_plc_frame* frame) {
  Upcall upcall(meter_script(), "plc " + std::to_string(frame->n));
  if (!meter_script().plc) return;
  meter_script().plc(
      {{frame->mpdu, frame->mpdu + frame->n}, frame->scheme, frame->snr_cdb, frame->start_us});
}
void on_plc_beacon(void*, const meter_plc_beacon* beacon) {
  Upcall upcall(meter_script(), beacon == nullptr ? "beacon lost" : "beacon");
  if (meter_script().plc_beacon) meter_script().plc_beacon(beacon);
}

void on_input(void*, meter_input input, int level) {
  Upcall upcall(meter_script(), "input " + std::to_string(input) + (level != 0 ? " on" : " off"));
}

void cm1_init(void*, const cm1_hal* hal) { module_script().hal = hal; }
int cm1_provisioned(void*, const cm1_provision* provision) {
  module_script().provisioned = *provision;
  return 0;
}
void cm1_boot(void*) {
  Upcall upcall(module_script(), "boot");
  if (module_script().boot) module_script().boot();
}
void cm1_alarm(void*) {
  Upcall upcall(module_script(), "alarm");
  if (module_script().alarm) module_script().alarm();
}
void cm1_rs485(void*, const std::uint8_t* octets, std::uint32_t n) {
  Upcall upcall(module_script(), "rs485 " + std::to_string(n));
  if (module_script().rs485) module_script().rs485({octets, octets + n});
}
void cm1_modem(void*, cm1_modem_state state) {
  Upcall upcall(module_script(), "modem " + std::to_string(state));
  if (module_script().modem) module_script().modem(state);
}
void cm1_open(void*, int socket, int incoming) {
  Upcall upcall(module_script(), "open " + std::to_string(socket));
  if (module_script().open) module_script().open(socket, incoming != 0);
}
void cm1_data(void*, int socket, const std::uint8_t* octets, std::uint32_t n) {
  Upcall upcall(module_script(), "data " + std::to_string(socket) + " " + std::to_string(n));
  if (module_script().data) module_script().data(socket, {octets, octets + n});
}
void cm1_closed(void*, int socket, cm1_close_reason reason) {
  Upcall upcall(module_script(), "closed " + std::to_string(socket) + " " + std::to_string(reason));
}
void cm1_drained(void*, int socket) {
  Upcall upcall(module_script(), "drained " + std::to_string(socket));
}

}  // namespace

const meter_firmware& scripted_meter() {
  static const meter_firmware firmware = {.version = METER_HAL_VERSION,
                                          .size = sizeof(meter_firmware),
                                          .name = "scripted",
                                          .revision = "0",
                                          .capabilities = METER_TAKES_SAMPLES | METER_TAKES_SUMS,
                                          .n_elements = 1,
                                          .instance_bytes = sizeof(Instance),
                                          .retained_bytes = 512,
                                          .plc_bytes = kPlcOctets,
                                          .init = init,
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
                                          .describe = describe,
                                          .on_plc = on_plc,
                                          .on_plc_beacon = on_plc_beacon,
                                          .on_input = on_input,
                                          .on_module = nullptr,
                                          .on_display = nullptr,
                                          .checked_memory = nullptr};
  return firmware;
}

const meter_firmware& scripted_meter_without_plc() {
  static const meter_firmware firmware = [] {
    meter_firmware without = scripted_meter();
    without.on_plc = nullptr;
    without.on_plc_beacon = nullptr;
    return without;
  }();
  return firmware;
}

const cm1_firmware& scripted_module() {
  static const cm1_firmware firmware = {CM1_HAL_VERSION,
                                        sizeof(cm1_firmware),
                                        "scripted",
                                        "0",
                                        16,
                                        cm1_init,
                                        cm1_provisioned,
                                        cm1_boot,
                                        cm1_alarm,
                                        cm1_rs485,
                                        cm1_modem,
                                        cm1_open,
                                        cm1_data,
                                        cm1_closed,
                                        cm1_drained};
  return firmware;
}

}  // namespace device_test
