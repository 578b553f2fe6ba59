// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "kernel/time.hpp"
#include "protocol/prime/modem.hpp"

namespace plc {

using protocol::prime::BeaconMpdu;
using protocol::prime::Scheme;

// As protocol::prime::modem.hpp, with simulated time. Whoever owns a crystal translates.
struct ReceivedFrame {
  protocol::Bytes mpdu;
  Scheme scheme = Scheme::dbpsk_f;
  std::int32_t snr_cdb = 0;
  kernel::TimeNs start = 0;
};
struct HeardBeacon {
  BeaconMpdu mpdu{};
  std::int32_t snr_cdb = 0;
  kernel::TimeNs start = 0;
  std::uint32_t received = 0;
  std::uint32_t missed = 0;
};
struct BeaconPlan {
  BeaconMpdu mpdu{};
  bool own_time = false;
  kernel::TimeNs epoch = 0;
  unsigned sequence_offset = 0;
};
struct FrameTime {
  kernel::TimeNs start = 0;
  unsigned sequence = 0;
};

// Called from the medium's agenda, never from inside a call into the modem.
class ModemListener {
 public:
  virtual void on_frame(const ReceivedFrame& frame) = 0;
  virtual void on_beacon(const HeardBeacon& beacon) = 0;
  virtual void on_beacon_lost() = 0;

 protected:
  ~ModemListener() = default;
};

// A station's modem as its device sees it; plc::Medium makes them. A modem without power neither
// hears nor sends, and has forgotten filter, watch and plan when it comes back.
class Modem {
 public:
  virtual ~Modem() = default;
  virtual void set_listener(ModemListener& listener) = 0;
  virtual void power(bool on) = 0;
  virtual bool send(protocol::Bytes mpdu, Scheme scheme, unsigned level) = 0;
  virtual bool busy() = 0;
  virtual void set_filter(std::span<const protocol::prime::FilterRule> rules) = 0;
  virtual void search(bool on) = 0;
  virtual std::size_t heard(std::span<HeardBeacon> out) = 0;
  virtual void watch(const protocol::prime::BeaconWatch* watch) = 0;
  virtual bool frame_time(FrameTime& out) = 0;
  virtual void set_beacon(const BeaconPlan* plan) = 0;
};

}  // namespace plc
