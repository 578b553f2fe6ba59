// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <span>

#include "sim/run/firmware/firmware.hpp"
#include "sim/run/identity/identity.hpp"

namespace sim::run {
namespace {

std::string hex(std::span<const std::uint8_t> octets) {
  std::string text;
  for (const std::uint8_t octet : octets) text += fmt::format("{:02X}", octet);
  return text;
}

// Client address -> what it may do; the same in every built-in firmware.
constexpr const char* kClients = "1 management, 2 reading, 16 public, 102 push";

// As the type template names it, so that a head-end finds one by the other.
std::string firmware_name(const Scenario& scenario, const MeterSettings& settings) {
  const FoundFirmware found = find_firmware(settings.firmware, scenario.meters.model);
  return found.firmware != nullptr ? found.firmware->name : settings.firmware;
}

std::string as_csv(const Scenario& scenario, bool with_keys) {
  std::string text =
      "number,serial,logical_device_name,system_title,model,firmware,tier,server_sap,address,port,"
      "parent,capture_period_s";
  if (with_keys) text += ",unicast_key,authentication_key,master_key,low_level_password";
  text += '\n';
  for (const Identity& who : identities_of(scenario)) {
    const MeterSettings settings = settings_of(scenario, who.number);
    text += fmt::format("{},{},{},{},{},{},{},1,{},{},cell-1,{}", who.number, who.serial,
                        who.logical_device_name, hex(who.system_title),
                        model_name(scenario.meters.model), firmware_name(scenario, settings),
                        settings.detailed ? "T1" : "T2", who.module_address, scenario.hes.port,
                        settings.capture_period_s);
    if (with_keys) {
      text += fmt::format(",{},{},{},{}", hex(who.unicast_key), hex(who.authentication_key),
                          hex(who.master_key), who.low_level_password);
    }
    text += '\n';
  }
  return text;
}

std::string as_json(const Scenario& scenario, bool with_keys) {
  nlohmann::ordered_json meters = nlohmann::ordered_json::array();
  for (const Identity& who : identities_of(scenario)) {
    const MeterSettings settings = settings_of(scenario, who.number);
    nlohmann::ordered_json meter = {{"number", who.number},
                                    {"serial", who.serial},
                                    {"logical_device_name", who.logical_device_name},
                                    {"system_title", hex(who.system_title)},
                                    {"model", model_name(scenario.meters.model)},
                                    {"firmware", firmware_name(scenario, settings)},
                                    {"tier", settings.detailed ? "T1" : "T2"},
                                    {"server_sap", 1},
                                    {"address", who.module_address},
                                    {"port", scenario.hes.port},
                                    {"parent", "cell-1"},
                                    {"capture_period_s", settings.capture_period_s}};
    if (with_keys) {
      meter["unicast_key"] = hex(who.unicast_key);
      meter["authentication_key"] = hex(who.authentication_key);
      meter["master_key"] = hex(who.master_key);
      meter["low_level_password"] = who.low_level_password;
    }
    meters.push_back(std::move(meter));
  }
  const nlohmann::ordered_json all = {
      {"scenario", scenario.general.name}, {"clients", kClients}, {"meters", std::move(meters)}};
  return all.dump(2) + "\n";
}

}  // namespace

std::string inventory_text(const Scenario& scenario, InventoryFormat format, bool with_keys) {
  return format == InventoryFormat::csv ? as_csv(scenario, with_keys)
                                        : as_json(scenario, with_keys);
}

}  // namespace sim::run
