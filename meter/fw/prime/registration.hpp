// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/prime/broadcasts.hpp"
#include "meter/fw/prime/connection.hpp"
#include "meter/fw/prime/switching.hpp"

namespace meter::fw::prime {

// Finding a switch and registering with the base node behind it. Whatever else the node does begins
// with a registration and ends with a new search.
class Registration {
 public:
  Registration(Core& core, Links& links, KeepAlive& keep_alive, Switching& switching,
               Connection& connection, Broadcasts& broadcasts)
      : core_(core),
        links_(links),
        keep_alive_(keep_alive),
        switching_(switching),
        connection_(connection),
        broadcasts_(broadcasts) {}

  void search();
  void leave_path();  // searches another switch
  void stop();
  void on_beacon(const protocol::prime::HeardBeacon& heard, const protocol::prime::Beacon& beacon);
  void on_reg(const protocol::prime::Packet& packet);
  void on_time();
  std::int64_t deadline_us() const { return at_us_; }

 private:
  void end_all(bool tell);
  void choose_switch();
  int rate(const protocol::prime::HeardBeacon& heard, bool desperate) const;
  void send_promotion_needed();
  void adopt(const protocol::prime::HeardBeacon& heard, const protocol::prime::Beacon& beacon);
  void follow(const protocol::prime::BeaconMpdu& mpdu, const protocol::prime::Beacon& beacon);
  void request();
  void on_response(const protocol::prime::Packet& packet, const protocol::prime::Reg& reg);
  void on_unregister();

  Core& core_;
  Links& links_;
  KeepAlive& keep_alive_;
  Switching& switching_;
  Connection& connection_;
  Broadcasts& broadcasts_;
  // Search and registration share a timer: they follow each other.
  std::int64_t at_us_ = protocol::prime::kNoDeadline;
  std::int64_t searching_since_us_ = 0;
  std::uint32_t promotion_pdus_ = 0;                    // sent in this search
  std::uint8_t avoided_sid_ = protocol::prime::kNoSid;  // did not answer last time
  std::uint8_t tries_ = 0;
};

}  // namespace meter::fw::prime
