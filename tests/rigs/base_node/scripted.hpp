// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "dcu/fw/base_node.hpp"
#include "protocol/prime/llc432.hpp"
#include "tests/rigs/base_node/storage.hpp"

// The base node alone, against frames made by hand: what it says to each.
namespace fake {

namespace prime = protocol::prime;

struct Down {  // a packet the base node sent
  std::int64_t at_us = 0;
  prime::Packet packet;
  std::vector<std::uint8_t> payload;
  prime::Scheme scheme = prime::Scheme::dbpsk_f;
};

// A line without noise and without anybody else; time is the test's.
class ScriptedModem final : public prime::ModemPort {
 public:
  std::int64_t now_us() override { return now; }
  bool send(protocol::Bytes mpdu, prime::Scheme scheme, unsigned) override;
  bool busy() override { return now < sending_until; }
  void set_filter(std::span<const prime::FilterRule> wanted) override {
    rules.assign(wanted.begin(), wanted.end());
  }
  void search(bool) override {}
  std::size_t heard(std::span<prime::HeardBeacon>) override { return 0; }
  void watch(const prime::BeaconWatch*) override {}
  bool frame_time(prime::FrameTime& out) override;
  void set_beacon(const prime::BeaconPlan* wanted) override;

  std::int64_t now = 1'000'000;
  std::int64_t sending_until = 0;
  std::vector<prime::FilterRule> rules;
  bool beaconing = false;
  prime::BeaconPlan plan;
  std::vector<Down> sent;
};

class ScriptedBase : public dcu::fw::BaseNodeOwner {
 public:
  static constexpr prime::Eui48 kBase{0x02, 0x41, 0x44, 0, 0, 1};

  explicit ScriptedBase(dcu::fw::Config config = {});
  void run_for(std::int64_t duration_us);  // deadlines as they come
  // Uplink from (sid, lnid).
  void hear(const prime::Packet& packet, std::uint8_t level = 0,
            prime::Scheme scheme = prime::Scheme::dbpsk_f, std::int32_t snr_cdb = 2000);
  template <typename Message>
  void hear_control(prime::ControlType type, std::uint8_t sid, std::uint16_t lnid,
                    const Message& message) {
    std::array<std::uint8_t, prime::kMaxControlPayload> octets;
    protocol::Writer out(octets);
    prime::encode(message, out);
    prime::Packet packet;
    packet.control = true;
    packet.lcid = static_cast<std::uint16_t>(type);
    packet.sid = sid;
    packet.lnid = lnid;
    packet.payload = out.written();
    hear(packet);
  }
  // What was sent since the last call, of one control type or data (nullopt).
  std::vector<Down> said(std::optional<prime::ControlType> type);

  static prime::Eui48 eui(unsigned number);
  static prime::Reg reg(unsigned number);
  // Registers a meter under `sid`; its LNID.
  std::uint16_t register_meter(unsigned number, std::uint8_t sid = 0);
  // And opens its connection with this LCID; its address.
  dcu::fw::Address connect_meter(std::uint16_t lnid, std::uint16_t lcid, std::uint8_t sid = 0);
  void hear_con(std::uint16_t lnid, std::uint16_t lcid, std::uint8_t sid = 0,
                prime::ConnectionType type = prime::ConnectionType::iec_432);
  // Promotes a registered meter; its LSID.
  std::uint8_t promote_meter(std::uint16_t lnid, unsigned needing);
  dcu::fw::NodeView view(unsigned number);

  void on_joined(dcu::fw::Address address, const prime::Eui48& eui48,
                 protocol::Bytes identifier) override;
  void on_left(dcu::fw::Address address, const prime::Eui48& eui48,
               dcu::fw::LeaveReason why) override;
  void on_data(dcu::fw::Address address, std::uint8_t s_lsap, std::uint8_t d_lsap,
               protocol::Bytes lsdu) override;
  void on_sent(dcu::fw::SendHandle handle, bool ok) override;

  struct Left {
    dcu::fw::Address address;
    prime::Eui48 eui48;
    dcu::fw::LeaveReason why;
  };
  std::vector<std::pair<dcu::fw::Address, prime::Eui48>> joined;
  std::vector<Left> left;
  std::vector<std::vector<std::uint8_t>> data;
  std::vector<std::pair<dcu::fw::SendHandle, bool>> outcomes;

  using Storage = dcu::fw::Storage<20, 8>;
  std::unique_ptr<Storage> storage = std::make_unique<Storage>();
  ScriptedModem modem;
  dcu::fw::BaseNode base;
  prime::NetworkSeed network{kBase};
};

}  // namespace fake
