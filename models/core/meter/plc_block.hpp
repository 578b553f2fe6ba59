// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/meter/upcall_gate.hpp"
#include "models/core/parts/device.hpp"
#include "plc-channel/medium/modem.hpp"

namespace models {

// The power line modem, in the meter's own microseconds. It does not wait for declared work: the
// MAC's frames, and the instants it chooses for them, are those of a processor that serves its
// modem first. A firmware therefore hands the answer to a request to its MAC no earlier than
// cpu->done_us, under its own alarm.
class PlcBlock final : private protocol::prime::ModemClient, private plc::Clock {
 public:
  PlcBlock(DeviceLife& life, const McuClock& clock, UpcallGate& gate)
      : life_(life), clock_(clock), gate_(gate) {}

  // ---- hal: plc ----
  bool send(std::span<const std::uint8_t> mpdu, std::uint8_t scheme, std::uint8_t level);
  int busy() const;
  void filter(std::span<const meter_plc_rule> rules);
  void search(bool on);
  std::uint32_t heard(std::span<meter_plc_beacon> out);
  void watch(const meter_plc_watch* watch);
  bool frame_time(std::int64_t* start_us, std::uint32_t* sequence);
  void beacon(const meter_plc_plan* plan);

  // Before the first power on. A modem whose firmware has no upcalls for it stays off.
  void attach(plc::Modem& modem);
  bool used() const { return used_; }
  void power(bool on);

 private:
  void on_frame(const protocol::prime::ReceivedFrame& frame) override;
  void on_beacon(const protocol::prime::HeardBeacon& beacon) override;
  void on_beacon_lost() override;
  std::int64_t us_at(kernel::TimeNs at) const override {
    return clock_.oscillator().count_near(at);
  }
  kernel::TimeNs time_of(std::int64_t us) const override { return clock_.oscillator().time_of(us); }
  // On the production line, and for a firmware that would not hear it, the modem is off.
  plc::Modem* modem() const { return life_.alive() && used_ ? modem_ : nullptr; }

  DeviceLife& life_;
  const McuClock& clock_;
  UpcallGate& gate_;
  plc::Modem* modem_ = nullptr;
  bool used_ = false;
};

}  // namespace models
