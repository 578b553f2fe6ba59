// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/assembly/firmware/firmware.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "meter/fw/device/firmware.h"
#include "models/core/parts/firmware_call.hpp"

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
  const meter_firmware* table = nullptr;
  {
    const models::FirmwareCall in("meter", 0, METER_FIRMWARE_ENTRY, 0);
    table = entry();
  }
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

std::string type_template_text(const meter_firmware& firmware) {
  using nlohmann::ordered_json;
  const auto obis_text = [](const auto& obis) { return fmt::format("{}", fmt::join(obis, ".")); };
  ordered_json objects = ordered_json::array();
  meter_object_info info{};
  const models::FirmwareCall in("meter", 0, "describe", 0);
  for (std::uint32_t index = 0; firmware.describe(index, &info) == 0; ++index) {
    ordered_json object = {{"class", info.class_id},
                           {"version", info.version},
                           {"obis", obis_text(info.obis)},
                           {"scaler", info.scaler},
                           {"unit", info.unit}};
    if (info.n_captured > 0) {
      ordered_json captured = ordered_json::array();
      const std::size_t n = std::min<std::size_t>(info.n_captured, std::size(info.captured));
      for (std::size_t i = 0; i < n; ++i) {
        captured.push_back({{"class", info.captured[i].class_id},
                            {"obis", obis_text(info.captured[i].obis)},
                            {"attribute", info.captured[i].attribute}});
      }
      object["captured"] = std::move(captured);
    }
    objects.push_back(std::move(object));
    info = {};
  }
  const ordered_json all = {{"firmware", firmware.name},
                            {"revision", firmware.revision},
                            {"objects", std::move(objects)}};
  return all.dump(1) + "\n";
}

}  // namespace sim::run
