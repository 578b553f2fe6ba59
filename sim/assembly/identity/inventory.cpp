// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <span>

#include "sim/assembly/firmware/firmware.hpp"
#include "sim/assembly/identity/identity.hpp"

namespace sim::run {
namespace {

using nlohmann::ordered_json;

std::string hex(std::span<const std::uint8_t> octets) {
  return fmt::format("{:02X}", fmt::join(octets, ""));
}

// Client address -> what it may do; the same in every built-in firmware.
constexpr const char* kClients = "1 management, 2 reading, 3 concentrator, 16 public, 102 push";

// As the type template names it, so that a head-end finds one by the other.
std::string firmware_name(const MeterSettings& settings) {
  const FoundFirmware found = find_firmware(settings.firmware, settings.model);
  return found.firmware != nullptr ? found.firmware->name : settings.firmware;
}

// Where a meter is reached: its own module, or its concentrator's gateway, which tells its meters
// apart by the destination wPort.
struct Reach {
  std::uint16_t server_sap = 1;
  std::string address;
  std::string parent = "cell-1";
};
Reach reach_of(const Scenario& scenario, const Identity& who, const MeterSettings& settings) {
  if (settings.concentrator == 0) return {1, who.module_address, "cell-1"};
  const ConcentratorIdentity parent = concentrator_identity(scenario, settings.concentrator);
  return {gateway_port_of(scenario, who.number), parent.address, parent.id};
}

// What either format says of a meter, in this order.
ordered_json entry_of(const Scenario& scenario, const Identity& who, bool with_keys) {
  const MeterSettings settings = settings_of(scenario, who.number);
  const Reach reach = reach_of(scenario, who, settings);
  ordered_json meter = {{"number", who.number},
                        {"serial", who.serial},
                        {"logical_device_name", who.logical_device_name},
                        {"system_title", hex(who.system_title)},
                        {"model", name_of(settings.model)},
                        {"firmware", firmware_name(settings)},
                        {"tier", settings.detailed ? "T1" : "T2"},
                        {"server_sap", reach.server_sap},
                        {"address", reach.address},
                        {"port", scenario.hes.port},
                        {"parent", reach.parent},
                        {"capture_period_s", settings.capture_period_s}};
  if (with_keys) {
    meter["unicast_key"] = hex(who.unicast_key);
    meter["authentication_key"] = hex(who.authentication_key);
    meter["master_key"] = hex(who.master_key);
    meter["low_level_password"] = who.low_level_password;
    meter["concentrator_unicast_key"] = hex(who.concentrator_unicast_key);
    meter["concentrator_authentication_key"] = hex(who.concentrator_authentication_key);
  }
  return meter;
}

std::string as_csv(const ordered_json& meters) {
  std::string names;
  std::string rows;
  for (const auto& [name, value] : meters.front().items()) names += "," + name;
  for (const ordered_json& meter : meters) {
    std::string row;
    for (const ordered_json& value : meter) {
      row += "," + (value.is_string() ? value.get<std::string>() : value.dump());
    }
    rows += row.substr(1) + "\n";
  }
  return names.substr(1) + "\n" + rows;
}

std::string as_json(const Scenario& scenario, ordered_json meters, bool with_keys) {
  ordered_json concentrators = ordered_json::array();
  for (std::uint32_t n = 1; n <= scenario.concentrators.size(); ++n) {
    const ConcentratorIdentity who = concentrator_identity(scenario, n);
    const bool gprs = scenario.concentrators[n - 1].uplink == Uplink::gprs;
    ordered_json entry = {{"id", who.id},
                          {"address", who.address},
                          {"port", kConcentratorPort},
                          {"gateway_port", kGatewayPort},
                          {"uplink", gprs ? "gprs" : "ethernet"}};
    if (with_keys) entry["transport_key"] = hex(concentrator_transport_key(scenario, n));
    concentrators.push_back(std::move(entry));
  }
  const ordered_json all = {{"scenario", scenario.general.name},
                            {"clients", kClients},
                            {"concentrators", std::move(concentrators)},
                            {"meters", std::move(meters)}};
  return all.dump(2) + "\n";
}

}  // namespace

std::string inventory_text(const Scenario& scenario, InventoryFormat format, bool with_keys) {
  ordered_json meters = ordered_json::array();
  for (const Identity& who : identities_of(scenario)) {
    meters.push_back(entry_of(scenario, who, with_keys));
  }
  return format == InventoryFormat::csv ? as_csv(meters)
                                        : as_json(scenario, std::move(meters), with_keys);
}

}  // namespace sim::run
