// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/scenario/scenario.hpp"

namespace sim::run {

// Who a meter is and what it keeps secret: a function of the seed and the meter's serial number, so
// that meters, head-end and the `inventory` command agree without passing secrets around.
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
  // On a power line.
  std::array<std::uint8_t, 6> eui48{};
  std::array<std::uint8_t, 16> concentrator_unicast_key{};
  std::array<std::uint8_t, 16> concentrator_authentication_key{};
};

Identity identity_of(const Scenario& scenario, std::uint32_t number);
std::vector<Identity> identities_of(const Scenario& scenario);

// A concentrator of the scenario, counted from 1.
struct ConcentratorIdentity {
  std::uint32_t number = 0;
  std::string id;  // "AMTDC0000000001"; moves with meters.first_serial
  std::array<std::uint8_t, 8> system_title{};
  std::array<std::uint8_t, 6> eui48{};
  std::string address;
};
inline constexpr std::uint16_t kConcentratorPort = 8433;  // P3.2Ex, where it can be called
inline constexpr std::uint16_t kGatewayPort = 4059;
ConcentratorIdentity concentrator_identity(const Scenario& scenario, std::uint32_t number);
// Under it a concentrator is given new keys of its meters.
std::array<std::uint8_t, 16> concentrator_transport_key(const Scenario& scenario,
                                                        std::uint32_t number);
// The head-end's key pair for orders (Ed25519): its private half, 32 octets.
std::array<std::uint8_t, 32> head_end_signing_key(std::uint64_t seed);
// Destination wPort of a meter at its concentrator's gateway; 0: it has none.
std::uint16_t gateway_port_of(const Scenario& scenario, std::uint32_t meter);

// Three letters in front of names and titles. Not a registered FLAG id: "amitwin" devices only
// exist in simulations.
inline constexpr const char* kManufacturer = "AMT";

enum class InventoryFormat { csv, json };
// Serials, names, titles, addresses, parents; keys and passwords only when asked for by name.
std::string inventory_text(const Scenario& scenario, InventoryFormat format, bool with_keys);

}  // namespace sim::run
