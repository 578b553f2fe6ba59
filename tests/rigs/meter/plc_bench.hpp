// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>

#include "dcu/fw/base_node.hpp"
#include "tests/rigs/base_node/fake_channel.hpp"
#include "tests/rigs/base_node/storage.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"
#include "tests/rigs/meter/test_client.hpp"

namespace rigs {

// A provision with the power line fitted.
meter_provision make_plc_provision();

// A meter on a power line with a concentrator's base node at its other end.
class PlcBench : public dcu::fw::BaseNodeOwner, public protocol::prime::ModemClient {
 public:
  explicit PlcBench(const fake::Link& link = {}, meter_provision provision = make_plc_provision(),
                    bool modem_fitted = true);

  void run_for(std::int64_t span_us) { channel.run_for(span_us); }
  // False when the time ran out.
  bool run_until(std::int64_t span_us, const std::function<bool()>& done) {
    return channel.run_until(channel.now_us() + span_us, done);
  }
  bool run_until_joined() {
    return run_until(180 * kSecond_us, [&] { return address != dcu::fw::kNoAddress; });
  }
  void power_off(bool announced);
  void power_on(meter_boot_reason reason = METER_BOOT_POWER);
  // Something outside the power line called the meter, or is going to look at its clock.
  void touched() { meter_station.touched(); }

  // Clients at the concentrator's end by their LSAP; each gets what the meter answers it.
  std::map<std::uint8_t, std::vector<std::vector<std::uint8_t>>> inbox;
  // What came unasked. It may come between a request and its answer; general-glo-ciphering tells
  // it from an answer, which is wrapped as the request was.
  std::vector<std::vector<std::uint8_t>> unasked;
  dcu::fw::Address address = dcu::fw::kNoAddress;
  std::string identifier;
  unsigned joins = 0;

  fake::Channel channel;
  MeterFixture meter;
  fake::Station& base_station;
  fake::Station& meter_station;
  dcu::fw::Storage<8, 32> storage;
  dcu::fw::BaseNode base;

 private:
  void on_joined(dcu::fw::Address at, const dcu::fw::Eui48& eui48,
                 protocol::Bytes device_id) override;
  void on_left(dcu::fw::Address at, const dcu::fw::Eui48& eui48, dcu::fw::LeaveReason why) override;
  void on_data(dcu::fw::Address at, std::uint8_t s_lsap, std::uint8_t d_lsap,
               protocol::Bytes lsdu) override;
  void on_sent(dcu::fw::SendHandle, bool) override {}
  void on_frame(const protocol::prime::ReceivedFrame& frame) override;
  void on_beacon(const protocol::prime::HeardBeacon& beacon) override;
  void on_beacon_lost() override;
  void wire_meter();
};

// A client of that meter behind the base node.
class PlcClient final : public DlmsClient {
 public:
  PlcClient(PlcBench& bench, const protocol::dlms::ClientConfig& config)
      : DlmsClient(config), bench_(bench), sap_(static_cast<std::uint8_t>(config.client_sap)) {}

  std::vector<std::uint8_t> exchange(protocol::Bytes apdu) override;
  std::int64_t last_exchange_us = 0;
  std::int64_t patience_us = 60 * kSecond_us;

 private:
  PlcBench& bench_;
  std::uint8_t sap_;
};

}  // namespace rigs
