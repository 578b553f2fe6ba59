// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/assembly/identity/identity.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "kernel/keyed_stream.hpp"
#include "kernel/purpose.hpp"

namespace sim::run {
namespace {

// How far the serials are from where they start by themselves: what another process of the same
// street has to differ in, and its concentrators with it.
std::uint32_t serial_shift(const Scenario& scenario) {
  return static_cast<std::uint32_t>(scenario.meters.first_serial - MeterKeys{}.first_serial);
}

std::array<std::uint8_t, 16> draw_key(kernel::KeyedStream& stream) {
  std::array<std::uint8_t, 16> key{};
  for (std::size_t i = 0; i < key.size(); i += 4) {
    const std::uint32_t word = stream.next_u32();
    for (std::size_t j = 0; j < 4; ++j) key[i + j] = static_cast<std::uint8_t>(word >> (8 * j));
  }
  return key;
}

std::string draw_password(kernel::KeyedStream& stream) {
  // Without characters that look alike.
  constexpr char kAlphabet[] = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";
  std::string password;
  for (int i = 0; i < 8; ++i) password += kAlphabet[stream.below(sizeof(kAlphabet) - 1)];
  return password;
}

}  // namespace

Identity identity_of(const Scenario& scenario, std::uint32_t number) {
  const MeterModel model = settings_of(scenario, number).model;
  Identity identity;
  identity.number = number;
  const std::uint32_t serial =
      static_cast<std::uint32_t>(scenario.meters.first_serial) + number - 1;
  identity.serial = fmt::format("{:010}", serial);
  // "AD11A" -> "11A": three of the thirteen free characters, the serial takes ten.
  const std::string type = std::string(name_of(model)).substr(2, 3);
  identity.logical_device_name = kManufacturer + type + identity.serial;
  identity.system_title = {
      'A', 'M', 'T',
      // device type: phases
      static_cast<std::uint8_t>(model == MeterModel::ad13a ? 0x13 : 0x11),
      static_cast<std::uint8_t>(serial >> 24), static_cast<std::uint8_t>(serial >> 16),
      static_cast<std::uint8_t>(serial >> 8), static_cast<std::uint8_t>(serial)};
  identity.module_address =
      fmt::format("10.{}.{}.{}", 64 + (number >> 16), (number >> 8) & 0xFFu, number & 0xFFu);

  kernel::KeyedStream stream(static_cast<std::uint64_t>(scenario.general.seed),
                             number + serial_shift(scenario), kernel::kPurposeMeterKeys);
  identity.unicast_key = draw_key(stream);
  identity.authentication_key = draw_key(stream);
  identity.master_key = draw_key(stream);
  identity.low_level_password = draw_password(stream);
  identity.concentrator_unicast_key = draw_key(stream);
  identity.concentrator_authentication_key = draw_key(stream);
  identity.eui48 = {0x02,
                    0x41,
                    0x4D,
                    static_cast<std::uint8_t>(serial >> 16),
                    static_cast<std::uint8_t>(serial >> 8),
                    static_cast<std::uint8_t>(serial)};
  return identity;
}

std::vector<Identity> identities_of(const Scenario& scenario) {
  std::vector<Identity> identities;
  for (std::int64_t number = 1; number <= scenario.meters.count; ++number) {
    identities.push_back(identity_of(scenario, static_cast<std::uint32_t>(number)));
  }
  return identities;
}

ConcentratorIdentity concentrator_identity(const Scenario& scenario, std::uint32_t number) {
  ConcentratorIdentity identity;
  identity.number = number;
  const std::uint32_t serial = number + serial_shift(scenario);
  identity.id = fmt::format("{}DC{:010}", kManufacturer, serial);
  const auto octet = [&](unsigned shift) { return static_cast<std::uint8_t>(serial >> shift); };
  identity.system_title = {'A', 'M', 'T', 0x44, octet(24), octet(16), octet(8), octet(0)};
  identity.eui48 = {0x02, 0x41, 0x44, octet(16), octet(8), octet(0)};
  identity.address = fmt::format("10.128.{}.{}", number >> 8, number & 0xFFu);
  return identity;
}

std::array<std::uint8_t, 16> concentrator_transport_key(const Scenario& scenario,
                                                        std::uint32_t number) {
  kernel::KeyedStream stream(static_cast<std::uint64_t>(scenario.general.seed),
                             number + serial_shift(scenario), kernel::kPurposeTransportKey);
  return draw_key(stream);
}

std::array<std::uint8_t, 32> head_end_signing_key(std::uint64_t seed) {
  kernel::KeyedStream stream(seed, 0, kernel::kPurposeSigningKey);
  std::array<std::uint8_t, 32> key{};
  const auto first = draw_key(stream);
  const auto second = draw_key(stream);
  std::copy(first.begin(), first.end(), key.begin());
  std::copy(second.begin(), second.end(), key.begin() + 16);
  return key;
}

std::uint16_t gateway_port_of(const Scenario& scenario, std::uint32_t meter) {
  constexpr std::uint16_t kFirst = 256;
  const std::uint32_t concentrator = settings_of(scenario, meter).concentrator;
  if (concentrator == 0) return 0;
  const auto meters = scenario.concentrators[concentrator - 1].meters.list(
      static_cast<std::uint32_t>(scenario.meters.count));
  const auto at = std::lower_bound(meters.begin(), meters.end(), meter);
  return static_cast<std::uint16_t>(kFirst + (at - meters.begin()));
}

}  // namespace sim::run
