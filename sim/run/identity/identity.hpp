// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/run/scenario/scenario.hpp"

namespace sim::run {

// Who a meter is and what it keeps secret: a function of the seed and the meter's number, so that
// meters, head-end and the `inventory` command agree without passing secrets around.
struct Identity {
  std::uint32_t number = 0;         // in the scenario, from 1
  std::string serial;               // ten decimal digits
  std::string logical_device_name;  // 16 characters: FLAG id, type, serial
  std::array<std::uint8_t, 8> system_title{};
  std::string module_address;  // CM1's IPv4 address in the cell's APN
  std::array<std::uint8_t, 16> unicast_key{};
  std::array<std::uint8_t, 16> authentication_key{};
  std::array<std::uint8_t, 16> master_key{};
  std::string low_level_password;  // 8 characters
};

// "AD11A", as data sheet, inventory and type template name it.
const char* model_name(MeterModel model);

Identity identity_of(std::uint64_t seed, std::uint32_t number, MeterModel model);
std::vector<Identity> identities_of(const Scenario& scenario);

// Three letters in front of names and titles. Not a registered FLAG id: "amitwin" devices only
// exist in simulations.
inline constexpr const char* kManufacturer = "AMT";

enum class InventoryFormat { csv, json };
// Serials, names, titles, addresses, parents; keys and passwords only when asked for by name.
std::string inventory_text(const Scenario& scenario, InventoryFormat format, bool with_keys);

}  // namespace sim::run
