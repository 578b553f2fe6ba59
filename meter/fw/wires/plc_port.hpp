// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/board/hal.hpp"
#include "protocol/prime/modem.hpp"

namespace meter::fw {

// The power line modem behind the hal, as a PRIME MAC wants it.
class PlcPort final : public protocol::prime::ModemPort {
 public:
  explicit PlcPort(const Hal& hal) : hal_(hal) {}

  std::int64_t now_us() override { return hal_.uptime_us(); }
  bool send(Bytes mpdu, protocol::prime::Scheme scheme, unsigned level) override;
  bool busy() override;
  void set_filter(std::span<const protocol::prime::FilterRule> rules) override;
  void search(bool on) override;
  std::size_t heard(std::span<protocol::prime::HeardBeacon> out) override;
  void watch(const protocol::prime::BeaconWatch* watch) override;
  bool frame_time(protocol::prime::FrameTime& out) override;
  void set_beacon(const protocol::prime::BeaconPlan* plan) override;

 private:
  const Hal& hal_;
};

protocol::prime::HeardBeacon heard_beacon_of(const meter_plc_beacon& beacon);
// False: a scheme that does not exist.
bool received_frame_of(const meter_plc_frame& frame, protocol::prime::ReceivedFrame& out);

}  // namespace meter::fw
