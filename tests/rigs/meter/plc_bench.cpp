// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/rigs/meter/plc_bench.hpp"

#include <cstring>

namespace rigs {
namespace {

dcu::fw::Config base_config() {
  dcu::fw::Config config;
  config.eui48 = {0x02, 0x41, 0x44, 0, 0, 1};
  return config;
}

constexpr std::uint64_t kSeed = 20260210;

}  // namespace

meter_provision make_plc_provision() {
  meter_provision provision = make_provision();
  const std::uint8_t eui48[6] = {0x02, 0x41, 0x4D, 0, 0, 42};
  std::memcpy(provision.plc_eui48, eui48, sizeof eui48);
  for (std::uint8_t k = 0; k < 16; ++k) {
    provision.concentrator_unicast_key[k] = static_cast<std::uint8_t>(0x70 + k);
    provision.concentrator_authentication_key[k] = static_cast<std::uint8_t>(0xC0 + k);
  }
  return provision;
}

PlcBench::PlcBench(const fake::Link& link, meter_provision provision, bool modem_fitted)
    : channel(kSeed),
      meter(utc_s(2026, 2, 10), provision),
      base_station(channel.add()),
      meter_station(channel.add()),
      base(base_config(), storage.memory(), base_station, *this) {
  channel.connect(base_station.number(), meter_station.number(), link);
  base_station.client = &base;
  base_station.deadline = [this] { return base.deadline_us(); };
  base_station.on_time = [this] { base.on_time(); };
  base.start();
  base_station.touched();
  // The fixture booted a meter that had no modem yet.
  meter.power_off(false);
  meter.attach_plc(meter_station);
  if (!modem_fitted) meter.hal.plc = nullptr;
  power_on();
}

void PlcBench::wire_meter() {
  meter_station.client = this;
  meter_station.deadline = [this] { return meter.next_us(); };
  meter_station.on_time = [this] { meter.run_until_us(channel.now_us()); };
}

void PlcBench::power_off(bool announced) {
  meter.run_until_us(channel.now_us());
  meter.power_off(announced);
  meter_station.power_off();
}

void PlcBench::power_on(meter_boot_reason reason) {
  meter.run_until_us(channel.now_us());
  wire_meter();
  meter.power_on(reason);
  touched();
}

void PlcBench::on_joined(dcu::fw::Address at, const dcu::fw::Eui48&, protocol::Bytes device_id) {
  address = at;
  ++joins;
  identifier.assign(device_id.begin(), device_id.end());
}

void PlcBench::on_left(dcu::fw::Address at, const dcu::fw::Eui48&, dcu::fw::LeaveReason) {
  if (address == at) address = dcu::fw::kNoAddress;
}

void PlcBench::on_data(dcu::fw::Address, std::uint8_t, std::uint8_t d_lsap, protocol::Bytes lsdu) {
  constexpr std::uint8_t kGeneralGlo = 0xDB;
  auto& box = !lsdu.empty() && lsdu[0] == kGeneralGlo ? unasked : inbox[d_lsap];
  box.emplace_back(lsdu.begin(), lsdu.end());
}

void PlcBench::on_frame(const protocol::prime::ReceivedFrame& frame) {
  meter.run_until_us(channel.now_us());
  meter.hear(frame);
}
void PlcBench::on_beacon(const protocol::prime::HeardBeacon& beacon) {
  meter.run_until_us(channel.now_us());
  meter.hear(&beacon);
}
void PlcBench::on_beacon_lost() {
  meter.run_until_us(channel.now_us());
  meter.hear(static_cast<const protocol::prime::HeardBeacon*>(nullptr));
}

std::vector<std::uint8_t> PlcClient::exchange(protocol::Bytes apdu) {
  auto& inbox = bench_.inbox[sap_];
  inbox.clear();
  const std::int64_t begin_us = bench_.channel.now_us();
  if (bench_.base.send(bench_.address, 1, sap_, apdu) == dcu::fw::kNotSent) return {};
  bench_.base_station.touched();
  if (!bench_.run_until(patience_us, [&] { return !inbox.empty(); })) return {};
  last_exchange_us = bench_.channel.now_us() - begin_us;
  return inbox.front();
}

}  // namespace rigs
