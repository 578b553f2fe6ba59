// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "kernel/time.hpp"
#include "meter/hal/meter_hal.h"
#include "models/core/parts/device.hpp"

namespace models {

// Optical test output (IEC 62053-31). The firmware hands over a number of pulses for the coming
// span; they are laid on the time axis only when somebody looks: pulse k of n ends its share of the
// span, at start + k * span / n.
class PulseOutput {
 public:
  // Pulses of the span before that are still due are emitted at once, so none is lost.
  void emit(kernel::TimeNs now, std::uint64_t count, kernel::TimeNs span_ns);
  // Supply gone: pulses still due are never emitted.
  void stop(kernel::TimeNs now);

  std::uint64_t count_at(kernel::TimeNs now) const { return before_ + emitted_at(now); }
  // Time of the last pulse at or before now, kNever when there was none yet.
  kernel::TimeNs last_pulse(kernel::TimeNs now) const;
  // Time of the first pulse after now, kNever when none is due.
  kernel::TimeNs next_pulse(kernel::TimeNs now) const;

 private:
  std::uint64_t emitted_at(kernel::TimeNs now) const;
  kernel::TimeNs time_of(std::uint64_t k) const;

  std::uint64_t before_ = 0;  // pulses of earlier spans
  std::uint64_t count_ = 0;   // pulses of this span
  kernel::TimeNs start_ns_ = 0;
  kernel::TimeNs span_ns_ = 0;
  kernel::TimeNs last_before_ns_ = kernel::kNever;
};

// What a supply relay has behind it, and what it endures.
struct RelayWear {
  std::uint32_t operations = 0;
  // Its contact welds when it closes for so many times in all, openings counted too.
  std::uint32_t welds_at = UINT32_MAX;
};

// Bistable supply relay of 100 A. A drive pulse moves the contact after its travel time; without
// supply the contact stays where it is. The meter sees the real contact through its feedback, so a
// welded contact reports the state it is stuck in. Each closing wears it by its bounce, until it
// welds.
class Relay {
 public:
  static constexpr kernel::TimeNs kTravelNs =
      20 * kernel::kNsPerMs;  // typical of 100 A latching relays

  explicit Relay(bool closed, const RelayWear& wear = {})
      : wear_(wear), closed_(closed), target_(closed) {}

  bool closed() const { return closed_; }
  std::uint32_t operations() const { return wear_.operations; }
  const RelayWear& wear() const { return wear_; }
  void set_stuck(bool stuck) { stuck_ = stuck; }

  // Returns when the contact will have settled.
  kernel::TimeNs drive(kernel::TimeNs now, bool close) {
    target_ = close;
    return now + kTravelNs;
  }
  // The travel time is over.
  void settle() {
    if (stuck_ || closed_ == target_) return;
    move(target_);
  }
  // A blow moves the armature, whatever it was told. False: it stood there, or is welded.
  bool knock(bool closed) {
    if (stuck_ || closed_ == closed) return false;
    move(closed);
    target_ = closed;
    return true;
  }
  // Supply gone before the pulse was complete.
  void abandon() { target_ = closed_; }

 private:
  void move(bool closed) {
    closed_ = closed;
    ++wear_.operations;
    stuck_ |= closed && wear_.operations >= wear_.welds_at;
  }

  RelayWear wear_;
  bool closed_;
  bool target_;
  bool stuck_ = false;
};

// The supply relay's driver; the contact moves under its own timer.
class RelayBlock {
 public:
  RelayBlock(const DeviceLife& life, kernel::Entity& entity, kernel::EntityId id,
             std::uint32_t what, const RelayWear& wear)
      : life_(life), timer_(life.agenda, entity, id, what), relay_(true, wear) {}

  // ---- hal: relay ----
  void drive(bool close) {
    if (life_.alive()) timer_.arm(relay_.drive(life_.now(), close));
  }
  int closed() const { return relay_.closed() ? 1 : 0; }

  // The travel time is over. True when the contact has moved.
  bool settle() {
    const bool before = relay_.closed();
    relay_.settle();
    return relay_.closed() != before;
  }
  void stop() {
    timer_.disarm();
    relay_.abandon();
  }
  void set_stuck(bool stuck) { relay_.set_stuck(stuck); }
  bool knock(bool closed) { return relay_.knock(closed); }
  const Relay& relay() const { return relay_; }

 private:
  const DeviceLife& life_;
  kernel::Timer timer_;
  Relay relay_;
};

// The test outputs.
class PulseBlock {
 public:
  explicit PulseBlock(DeviceLife& life) : life_(life) {}

  // ---- hal: pulses ----
  void emit(meter_pulse_output output, std::uint64_t count, std::int64_t span_us) {
    if (output >= METER_PULSE_OUTPUTS || span_us < 0 || span_us > kernel::kNsPerDay) {
      life_.refuse();
      return;
    }
    outputs_[output].emit(life_.now(), count, span_us * kernel::kNsPerUs);
  }

  void stop() {
    for (PulseOutput& output : outputs_) output.stop(life_.now());
  }
  const PulseOutput& output(meter_pulse_output output) const { return outputs_[output]; }

 private:
  DeviceLife& life_;
  std::array<PulseOutput, METER_PULSE_OUTPUTS> outputs_;
};

}  // namespace models
