// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "kernel/time.hpp"
#include "meter/hal/meter_hal.h"
#include "models/core/meter/uart_block.hpp"
#include "models/core/parts/device.hpp"

namespace models {

// Optical test output (IEC 62053-31). The firmware hands over a number of pulses and when the first
// and the last one come; they are laid on the time axis only when somebody looks.
class PulseOutput {
 public:
  // From now on. Pulses laid before that are still due are emitted at once, so none is lost.
  void lay(kernel::TimeNs now, std::uint64_t count, kernel::TimeNs first_ns,
           kernel::TimeNs last_ns);
  // Supply gone: pulses still due are never emitted.
  void stop(kernel::TimeNs now);

  std::uint64_t count_at(kernel::TimeNs now) const { return before_ + emitted_at(now); }
  // With those that are due.
  std::uint64_t laid() const { return before_ + count_; }
  // Time of the last pulse at or before now, kNever when there was none yet.
  kernel::TimeNs last_pulse(kernel::TimeNs now) const;
  // Time of the first pulse after now, kNever when none is due.
  kernel::TimeNs next_pulse(kernel::TimeNs now) const;

 private:
  std::uint64_t emitted_at(kernel::TimeNs now) const;
  kernel::TimeNs time_of(std::uint64_t k) const;

  std::uint64_t before_ = 0;  // pulses laid before
  std::uint64_t count_ = 0;   // pulses laid last
  kernel::TimeNs first_ns_ = 0;
  kernel::TimeNs last_ns_ = 0;
  kernel::TimeNs last_before_ns_ = kernel::kNever;
};

// What eyes at the test outputs have seen: when each pulse began. The optical port's stand behind
// those of the LEDs.
struct PulseWatch {
  static constexpr std::size_t kEyes = METER_PULSE_OUTPUTS + 1;
  std::array<kernel::TimeNs, METER_PULSE_OUTPUTS> noted_ns{};
  std::array<std::vector<kernel::TimeNs>, kEyes> seen;
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

// The test outputs. Instants of pulses are written down while somebody watches, and never else.
class PulseBlock {
 public:
  PulseBlock(DeviceLife& life, UartBlock& uarts) : life_(life), uarts_(uarts) {}

  // ---- hal: pulses ----
  void emit(meter_pulse_output output, std::uint64_t count, std::int64_t span_us) {
    const auto n = static_cast<std::int64_t>(std::min<std::uint64_t>(count, INT64_MAX));
    lay(output, count, n == 0 ? 0 : span_us / n, span_us);
  }
  void lay(meter_pulse_output output, std::uint64_t count, std::int64_t first_us,
           std::int64_t last_us) {
    if (output >= METER_PULSE_OUTPUTS || first_us < 0 || last_us < first_us ||
        last_us > kernel::kNsPerDay) {
      life_.refuse();
      return;
    }
    note(life_.now(), output, true);
    outputs_[output].lay(life_.now(), count, first_us * kernel::kNsPerUs,
                         last_us * kernel::kNsPerUs);
  }
  void repeat(meter_pulse_output output);

  void stop() {
    note_all(life_.now());
    for (PulseOutput& output : outputs_) output.stop(life_.now());
    repeated_ = METER_PULSE_OUTPUTS;
    uarts_.lend_optical(false);
  }
  const PulseOutput& output(meter_pulse_output output) const { return outputs_[output]; }
  // What is due was of windows long past: it is over.
  void settle() {
    for (PulseOutput& output : outputs_) output.lay(life_.now(), 0, 0, 0);
  }

  // ---- The world around it: eyes at the outputs, from now on; nullptr: none any more ----
  void set_watch(PulseWatch* watch) {
    note_all(life_.now());
    watch_ = watch;
    if (watch_ != nullptr) watch_->noted_ns.fill(life_.now());
  }

 private:
  void note(kernel::TimeNs now, meter_pulse_output output, bool due_too);
  void note_all(kernel::TimeNs now);

  DeviceLife& life_;
  UartBlock& uarts_;
  PulseWatch* watch_ = nullptr;
  meter_pulse_output repeated_ = METER_PULSE_OUTPUTS;  // by the optical port
  std::array<PulseOutput, METER_PULSE_OUTPUTS> outputs_;
};

}  // namespace models
