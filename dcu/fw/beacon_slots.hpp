// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "protocol/prime/types.hpp"

namespace dcu::fw {

// When a switch sends its beacons: in slot `slot` of the frames with SEQ mod 2^code == offset.
struct BeaconSlot {
  std::uint8_t slot = 0;  // 0: none; the base node's own
  std::uint8_t code = 0;  // FRQ
  std::uint8_t offset = 0;
};

// Who has which beacon slot of the superframe. Several switches share a slot if their frames
// differ, so that 4 slots are enough for 4 * 2^code switches.
class BeaconSlots {
 public:
  // The most slots a frame may have, that of the base node among them.
  explicit BeaconSlots(unsigned max_slots) : max_slots_(max_slots) {}

  // Low slots are filled first: each further one costs every frame 11.2 ms. When all are taken at
  // `code`, rarer beacons are tried. slot 0: no room at all.
  BeaconSlot allocate(unsigned code);
  void free(const BeaconSlot& slot);
  void clear() { frames_ = {}; }
  // BCN.CNT that what is allocated needs.
  unsigned needed() const;

 private:
  bool take(BeaconSlot& slot);

  std::array<std::uint32_t, protocol::prime::kMaxBeaconSlots> frames_{};  // bit per BCN.SEQ
  unsigned max_slots_;
};

}  // namespace dcu::fw
