// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/fw/beacon_slots.hpp"

#include "protocol/assert.hpp"

namespace dcu::fw {
namespace {

using protocol::prime::kSuperframe;

constexpr unsigned kRarestCode = 5;  // one beacon in a superframe

std::uint32_t frames_of(const BeaconSlot& slot) {
  std::uint32_t frames = 0;
  for (unsigned sequence = slot.offset; sequence < kSuperframe; sequence += 1u << slot.code) {
    frames |= 1u << sequence;
  }
  return frames;
}

}  // namespace

bool BeaconSlots::take(BeaconSlot& slot) {
  for (unsigned offset = 0; offset < 1u << slot.code; ++offset) {
    slot.offset = static_cast<std::uint8_t>(offset);
    const std::uint32_t frames = frames_of(slot);
    if ((frames_[slot.slot] & frames) != 0) continue;
    frames_[slot.slot] |= frames;
    return true;
  }
  return false;
}

BeaconSlot BeaconSlots::allocate(unsigned code) {
  PROTOCOL_ASSERT(code <= kRarestCode && max_slots_ <= frames_.size());
  // New slots before rarer beacons: a rare beacon makes those below search and lose time longer.
  for (unsigned rarity = code; rarity <= kRarestCode; ++rarity) {
    for (unsigned number = 1; number < max_slots_; ++number) {
      BeaconSlot slot{static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(rarity), 0};
      if (take(slot)) return slot;
    }
  }
  return {};
}

void BeaconSlots::free(const BeaconSlot& slot) {
  if (slot.slot != 0) frames_[slot.slot] &= ~frames_of(slot);
}

unsigned BeaconSlots::needed() const {
  unsigned slots = 1;
  for (unsigned number = 1; number < frames_.size(); ++number) {
    if (frames_[number] != 0) slots = number + 1;
  }
  return slots;
}

}  // namespace dcu::fw
