// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/cosem/associations.hpp"
#include "meter/fw/wires/alarms.hpp"
#include "meter/fw/wires/push.hpp"
#include "protocol/hdlc/secondary.hpp"

namespace meter::fw {

// One serial port: HDLC links with the clients and an association on top of each. Both ports run
// the same; only RS-485 knows the push client.
class Port final : protocol::hdlc::SecondaryOwner {
 public:
  Port(meter_uart uart, Core& core, CosemServer& server, HalCrypto& crypto, Push& push,
       Alarms& alarms, protocol::dlms::JoinBuffer& join);
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;

  void on_bytes(Bytes octets);
  void on_time();
  std::int64_t deadline_us() const { return secondary_.deadline_us(); }
  // Some client has a link here.
  bool is_in_use() const;
  const protocol::hdlc::SecondaryCounters& counters() const { return secondary_.counters(); }

 private:
  void send_frame(Bytes frame) override;
  void on_request(std::uint16_t client_sap, Bytes apdu, protocol::Writer& reply) override;
  void on_poll(std::uint16_t client_sap, protocol::Writer& push) override;
  void on_delivered(std::uint16_t client_sap) override;
  bool knows(std::uint16_t client_sap) override;
  void on_opened(std::uint16_t client_sap) override;
  void on_closed(std::uint16_t client_sap, protocol::hdlc::LinkEnd why) override;
  MutableBytes take_buffer() override { return core_.hal.buffer_take(); }
  void give_buffer(MutableBytes buffer) override { core_.hal.buffer_give(buffer); }

  static constexpr std::size_t kLinks = Associations::kClientsOfPort;

  // The optical port's sessions are events: one entry a minute, or who plays there wears the flash.
  void note_opened();

  enum class OnLine : std::uint8_t { nothing, rows, alarm };

  meter_uart uart_;
  OnLine pushing_ = OnLine::nothing;  // what is on the line to the push client
  bool session_noted_ = false;
  std::uint32_t quiet_until_s_ = 0;
  Core& core_;
  CosemServer& server_;
  HalCrypto& crypto_;
  Push& push_;
  Alarms& alarms_;
  std::array<protocol::hdlc::SecondaryLink, kLinks> links_;
  Associations associations_;
  protocol::hdlc::Secondary secondary_;
};

}  // namespace meter::fw
