// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel/time.hpp"
#include "protocol/prime/modem.hpp"

namespace plc {

using protocol::prime::BeaconMpdu;
using protocol::prime::Scheme;

// The crystal of a modem's device: what it reads as microseconds. All times of a modem are
// translated here and nowhere else.
class Clock {
 public:
  virtual std::int64_t us_at(kernel::TimeNs at) const = 0;  // also of what began before it ran
  virtual kernel::TimeNs time_of(std::int64_t us) const = 0;

 protected:
  ~Clock() = default;
};

// A disciplined one: microseconds are simulated time.
class TrueClock final : public Clock {
 public:
  std::int64_t us_at(kernel::TimeNs at) const override { return at / kernel::kNsPerUs; }
  kernel::TimeNs time_of(std::int64_t us) const override { return us * kernel::kNsPerUs; }
};
inline constexpr TrueClock kTrueClock;

// A station's modem as its device sees it; plc::Medium makes them. What each call and field means
// stands in protocol/prime/modem.hpp. The client is called from the medium's agenda, never from
// inside a call into the modem. A modem without power neither hears nor sends, and has forgotten
// filter, watch and plan when it comes back.
class Modem : public protocol::prime::ModemPort {
 public:
  virtual ~Modem() = default;
  // nullptr: nobody listens.
  virtual void set_client(protocol::prime::ModemClient* client, const Clock& clock) = 0;
  void set_client(protocol::prime::ModemClient* client) { set_client(client, kTrueClock); }
  virtual void power(bool on) = 0;
};

}  // namespace plc
