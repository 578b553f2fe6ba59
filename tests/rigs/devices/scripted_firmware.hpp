// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cm1/hal/cm1_hal.h"
#include "meter/hal/meter_hal.h"

namespace device_test {

// A firmware that notes every upcall with its uptime and does what the test scripted. It breaks the
// rule against globals on purpose: one instance a test.
struct MeterScript {
  const meter_hal* hal = nullptr;
  std::vector<std::string> log;
  std::vector<double> window_vi;
  std::uint64_t windows = 0;
  int depth = 0;  // of nested upcalls; more than one breaks the boundary's first rule
  bool nested = false;
  bool has_plc_memory = false;  // plc_bytes behind the instance: used at every init
  std::vector<meter_calibration_step> calibrated;
  std::vector<meter_reference> references;
  std::vector<meter_sums> bench_sums;
  std::function<void(meter_boot_reason)> boot;
  std::function<void()> alarm, rtc;
  std::function<void(std::vector<std::uint8_t>)> uart;
  std::function<void(meter_power_state)> power;
  std::function<void(bool)> relay;
  std::function<void()> sums;
  struct PlcFrame {
    std::vector<std::uint8_t> mpdu;
    unsigned scheme;
    std::int32_t snr_cdb;
    std::int64_t start_us;
  };
  std::function<void(const PlcFrame&)> plc;
  std::function<void(const meter_plc_beacon*)> plc_beacon;  // nullptr: lost
};
MeterScript& meter_script();
const meter_firmware& scripted_meter();
// The same, with a table that ends before the power line modem, as one written earlier has.
const meter_firmware& scripted_meter_without_plc();

struct ModuleScript {
  const cm1_hal* hal = nullptr;
  std::vector<std::string> log;
  bool nested = false;
  int depth = 0;
  cm1_provision provisioned{};
  std::function<void()> boot, alarm;
  std::function<void(std::vector<std::uint8_t>)> rs485;
  std::function<void(cm1_modem_state)> modem;
  std::function<void(int, bool)> open;
  std::function<void(int, std::vector<std::uint8_t>)> data;
};
ModuleScript& module_script();
const cm1_firmware& scripted_module();

}  // namespace device_test
