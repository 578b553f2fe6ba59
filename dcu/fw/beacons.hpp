// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "dcu/fw/procedures.hpp"
#include "protocol/prime/types.hpp"

namespace dcu::fw {

// Who has which beacon slot of the superframe. Several switches share a slot if their frames
// differ: 4 slots have room for 4 * 2^code switches. A quarter of it is kept for the rarest
// beacons, one in a superframe: at code 4 there are 48 switches, then 32 more.
class BeaconSlots {
 public:
  // The most slots a frame may have, that of the base node among them.
  explicit BeaconSlots(unsigned max_slots) : max_slots_(max_slots) {}

  // Low slots are filled first: each further one costs every frame 11.2 ms. Without room at `code`
  // rarer beacons are tried. slot 0: no room at all.
  BeaconSlot allocate(unsigned code);
  void free(const BeaconSlot& slot);
  void clear() { frames_ = {}; }
  // BCN.CNT that what is allocated needs.
  unsigned needed() const;

 private:
  bool has_room(unsigned code) const;
  bool take(BeaconSlot& slot);

  std::array<std::uint32_t, protocol::prime::kMaxBeaconSlots> frames_{};  // bit per BCN.SEQ
  unsigned max_slots_;
};

// The base node's own beacons and the structure of the frame: as many beacon slots as are in use,
// every change announced before it holds.
class Beacons {
 public:
  Beacons(Core& core, Procedures& procedures, Line& line)
      : core_(core), procedures_(procedures), line_(line), slots_(core.config.max_beacon_slots) {}
  // Beacons begin after the quiet frames.
  void start();
  void stop();
  bool silent() const { return begin_at_us_ != kNoDeadline; }  // they have not begun yet
  unsigned n_slots() const { return n_slots_; }                // in a frame now

  // A switch's slot; slot 0: no room. need_slots() tells the network when all is allotted.
  BeaconSlot allocate() { return slots_.allocate(core_.config.switch_beacon_code); }
  void free(const BeaconSlot& slot) { slots_.free(slot); }
  void need_slots();

  std::int64_t deadline_us() const;
  void begin_in_time(std::int64_t now_us) {
    if (now_us >= begin_at_us_) begin();
  }
  void serve_change(std::int64_t now_us);

 private:
  struct Change {
    bool pending = false;
    std::uint8_t slots = 1;
    std::uint8_t sequence = 0;
    std::uint8_t repeats = 0;
    std::int64_t repeat_at_us = kNoDeadline;
    std::int64_t apply_at_us = kNoDeadline;
  };
  void begin();
  void publish();
  void announce(std::int64_t now_us);

  Core& core_;
  Procedures& procedures_;
  Line& line_;
  BeaconSlots slots_;
  unsigned n_slots_ = 1;
  Change change_;
  bool running_ = false;
  std::int64_t epoch_us_ = 0;
  std::int64_t begin_at_us_ = kNoDeadline;
};

}  // namespace dcu::fw
