// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/assembly/firmware/firmware.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include "meter/fw/core/firmware.h"

namespace sim::run {
namespace {

// What a table must bring before anything of it is called.
std::string fault_of(const meter_firmware& table) {
  if (table.version != METER_HAL_VERSION) {
    return fmt::format("was written against hal version {}, this is version {}", table.version,
                       METER_HAL_VERSION);
  }
  if (table.size < sizeof(meter_firmware)) return "its table is shorter than this hal's";
  const bool complete = table.init != nullptr && table.provision != nullptr &&
                        table.calibrate != nullptr && table.boot != nullptr &&
                        table.on_alarm != nullptr && table.on_rtc != nullptr &&
                        table.on_uart != nullptr && table.on_power != nullptr &&
                        table.on_relay != nullptr && table.describe != nullptr;
  if (!complete) return "its table has empty entries";
  if ((table.capabilities & METER_TAKES_SAMPLES) != 0 && table.on_samples == nullptr) {
    return "says it takes samples and has no on_samples";
  }
  if ((table.capabilities & METER_TAKES_SUMS) == 0 || table.on_sums == nullptr) {
    return "does not take sums, which the fleet tier needs";
  }
  return {};
}

FoundFirmware from_shared_object(const std::string& path) {
  // A bare name would be searched for in the system's folders.
  const std::string file = path.find('/') == std::string::npos ? "./" + path : path;
  void* object = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (object == nullptr) return {nullptr, dlerror()};
  using Entry = const meter_firmware* (*)();
  const auto entry = reinterpret_cast<Entry>(dlsym(object, METER_FIRMWARE_ENTRY));
  if (entry == nullptr) {
    return {nullptr, fmt::format("{} exports no {}()", path, METER_FIRMWARE_ENTRY)};
  }
  const meter_firmware* table = entry();
  if (table == nullptr) return {nullptr, fmt::format("{}: its entry returns nothing", path)};
  const std::string fault = fault_of(*table);
  if (!fault.empty()) return {nullptr, fmt::format("{} {}", path, fault)};
  return {table, {}};
}

}  // namespace

FoundFirmware find_firmware(const std::string& name, MeterModel model) {
  const bool three_phase = name == "builtin" && model == MeterModel::ad13a;
  if (name == "ad13a" || name == "AD13A" || three_phase) return {meter_ad13a_firmware(), {}};
  if (name == "ad11a" || name == "AD11A" || name == "builtin") {
    return {meter_ad11a_firmware(), {}};
  }
  return from_shared_object(name);
}

}  // namespace sim::run
