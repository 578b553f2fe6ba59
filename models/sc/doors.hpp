// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <systemc>

#include "kernel/time.hpp"
#include "models/core/wan/modem.hpp"
#include "models/sc/agenda_module.hpp"
#include "plc-channel/medium/modem.hpp"

namespace models::sc {

// A device's way onto the line.
struct LineEndIf : virtual sc_core::sc_interface {
  virtual bool transmit(kernel::TimeNs ready_ns, std::span<const std::uint8_t> frame) = 0;
  virtual void silence() = 0;
};

// The line's way to a device.
struct ReceiverIf : virtual sc_core::sc_interface {
  virtual void receive(std::span<const std::uint8_t> frame) = 0;
};

// A module's way to its modem's cell: brings the fleet's agenda to the present.
struct FleetIf : virtual sc_core::sc_interface {
  virtual void enter_fleet() = 0;
};

// A device's way to its power line modem: brings the medium's agenda to the present.
struct PlcLineIf : virtual sc_core::sc_interface {
  virtual void enter_line() = 0;
};

// A modem lives next to what it is a modem of: the power line's with the medium, the cellular one
// with its cell. A device in a module of its own reaches it through a door: calls down go through
// the module's port and bring the other agenda to the present first, calls up are calls into the
// module, which wait when its device is in the middle of a turn.

class PlcDoor final : public plc::Modem, private protocol::prime::ModemClient {
 public:
  PlcDoor(AgendaModule& owner, sc_core::sc_port_b<PlcLineIf>& line) : owner_(owner), line_(line) {}
  void join(plc::Modem& modem);

  void set_client(protocol::prime::ModemClient* client, const plc::Clock& clock) override;
  std::int64_t now_us() override { return clock_->us_at(owner_.agenda().now()); }
  void power(bool on) override { present().power(on); }
  bool send(protocol::Bytes mpdu, plc::Scheme scheme, unsigned level) override {
    return present().send(mpdu, scheme, level);
  }
  bool busy() override { return present().busy(); }
  void set_filter(std::span<const protocol::prime::FilterRule> rules) override {
    present().set_filter(rules);
  }
  void search(bool on) override { present().search(on); }
  std::size_t heard(std::span<protocol::prime::HeardBeacon> out) override {
    return present().heard(out);
  }
  void watch(const protocol::prime::BeaconWatch* watch) override { present().watch(watch); }
  bool frame_time(protocol::prime::FrameTime& out) override { return present().frame_time(out); }
  void set_beacon(const protocol::prime::BeaconPlan* plan) override { present().set_beacon(plan); }

 private:
  plc::Modem& present();
  void on_frame(const protocol::prime::ReceivedFrame& frame) override;
  void on_beacon(const protocol::prime::HeardBeacon& beacon) override;
  void on_beacon_lost() override;

  AgendaModule& owner_;
  sc_core::sc_port_b<PlcLineIf>& line_;
  plc::Modem* modem_ = nullptr;
  protocol::prime::ModemClient* client_ = nullptr;
  const plc::Clock* clock_ = &plc::kTrueClock;
};

class WanDoor final : public wan::ModemPort, private wan::ModemClient {
 public:
  WanDoor(AgendaModule& owner, sc_core::sc_port_b<FleetIf>& fleet) : owner_(owner), fleet_(fleet) {}
  void join(wan::ModemPort& modem);

  void set_client(wan::ModemClient& client) override { client_ = &client; }
  void power(bool on) override { present().power(on); }
  void connect(std::string_view apn) override { present().connect(apn); }
  void disconnect() override { present().disconnect(); }
  std::uint8_t rssi() override { return present().rssi(); }
  int open(wan::Protocol protocol, std::string_view host, std::uint16_t port) override {
    return present().open(protocol, host, port);
  }
  bool listen(std::uint16_t port) override { return present().listen(port); }
  bool send(int socket, std::span<const std::uint8_t> octets) override {
    return present().send(socket, octets);
  }
  std::uint32_t unacknowledged(int socket) override { return present().unacknowledged(socket); }
  void close(int socket) override { present().close(socket); }
  std::uint16_t port_of(int socket) const override { return modem_->port_of(socket); }
  kernel::TimeNs transmit_ns() const override { return modem_->transmit_ns(); }

 private:
  wan::ModemPort& present();
  void on_modem(wan::ModemState state) override;
  void on_socket_open(int socket, bool incoming) override;
  void on_socket_data(int socket, std::span<const std::uint8_t> octets) override;
  void on_socket_closed(int socket, wan::CloseReason reason) override;
  void on_socket_drained(int socket) override;

  AgendaModule& owner_;
  sc_core::sc_port_b<FleetIf>& fleet_;
  wan::ModemPort* modem_ = nullptr;
  wan::ModemClient* client_ = nullptr;
};

}  // namespace models::sc
