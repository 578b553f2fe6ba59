// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel/agenda.hpp"
#include "plc-channel/medium/modem.hpp"
#include "protocol/prime/modem.hpp"

namespace sim::run {

// The concentrator's modem as its firmware sees it. Its clock is disciplined, so that microseconds
// are simulated time.
class PlcPort final : public protocol::prime::ModemPort, public plc::ModemListener {
 public:
  PlcPort(const kernel::Agenda& agenda, plc::Modem& modem) : agenda_(agenda), modem_(modem) {
    modem.set_listener(*this);
  }
  // nullptr: nobody listens.
  void set_client(protocol::prime::ModemClient* client) { client_ = client; }

  std::int64_t now_us() override { return agenda_.now() / 1000; }
  bool send(protocol::Bytes mpdu, protocol::prime::Scheme scheme, unsigned level) override {
    return modem_.send(mpdu, scheme, level);
  }
  bool busy() override { return modem_.busy(); }
  void set_filter(std::span<const protocol::prime::FilterRule> rules) override {
    modem_.set_filter(rules);
  }
  void search(bool on) override { modem_.search(on); }
  std::size_t heard(std::span<protocol::prime::HeardBeacon> out) override;
  void watch(const protocol::prime::BeaconWatch* watch) override { modem_.watch(watch); }
  bool frame_time(protocol::prime::FrameTime& out) override;
  void set_beacon(const protocol::prime::BeaconPlan* plan) override;

 private:
  void on_frame(const plc::ReceivedFrame& frame) override;
  void on_beacon(const plc::HeardBeacon& beacon) override;
  void on_beacon_lost() override;

  const kernel::Agenda& agenda_;
  plc::Modem& modem_;
  protocol::prime::ModemClient* client_ = nullptr;
};

}  // namespace sim::run
