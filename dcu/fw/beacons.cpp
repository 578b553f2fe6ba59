// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/fw/beacons.hpp"

#include <algorithm>
#include <bit>

#include "protocol/assert.hpp"
#include "protocol/prime/pdu.hpp"

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

using protocol::prime::FilterRule;
using protocol::prime::kFrameUs;

// What wakes the base node: uplink packets of the hop right below it (HDR.HT 0, DO 0, LEVEL 0), and
// PNPDUs (HT 1).
constexpr FilterRule kFilter[] = {{0x307F'0000'0000'0000u, 0},
                                  {0x3000'0000'0000'0000u, 0x1000'0000'0000'0000u}};

// Announcing a frame with more beacon slots: this many frames ahead, said this often.
constexpr std::int64_t kAnnounceFrames = 8;  // engineering judgement
constexpr std::uint8_t kAnnouncements = 3;   // engineering judgement
constexpr std::int64_t kNoPlaceUs = 50'000;  // until the transmitter may have a place

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

bool BeaconSlots::has_room(unsigned code) const {
  if (code == kRarestCode) return true;
  unsigned used = kSuperframe >> code;
  for (const std::uint32_t frames : frames_) used += static_cast<unsigned>(std::popcount(frames));
  const unsigned all = (max_slots_ - 1) * kSuperframe;
  return used * 4 <= all * 3;
}

BeaconSlot BeaconSlots::allocate(unsigned code) {
  PROTOCOL_ASSERT(code <= kRarestCode && max_slots_ <= frames_.size());
  // New slots before rarer beacons: a rare beacon makes those below search and lose time longer.
  for (unsigned rarity = code; rarity <= kRarestCode; ++rarity) {
    if (!has_room(rarity)) continue;
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

void Beacons::start() {
  slots_.clear();
  n_slots_ = 1;
  change_ = {};
  running_ = true;
  begin_at_us_ = core_.now_us() + core_.config.quiet_frames * kFrameUs;
  if (core_.config.quiet_frames == 0) begin();
}

void Beacons::stop() {
  running_ = false;
  begin_at_us_ = kNoDeadline;
  core_.modem.set_beacon(nullptr);
  core_.modem.set_filter({});
}

void Beacons::begin() {
  epoch_us_ = begin_at_us_;
  begin_at_us_ = kNoDeadline;
  publish();
  core_.modem.set_filter(kFilter);
}

void Beacons::publish() {
  protocol::prime::Beacon beacon;
  beacon.beacon_slots = static_cast<std::uint8_t>(n_slots_);
  beacon.sna = core_.config.eui48;
  protocol::prime::BeaconPlan plan;
  plan.mpdu = protocol::prime::encode(beacon);
  plan.own_time = true;
  plan.epoch_us = epoch_us_;
  core_.modem.set_beacon(&plan);
  line_.set_period(n_slots_);
}

void Beacons::need_slots() {
  const unsigned needed = slots_.needed();
  if (!running_ || change_.pending || needed == n_slots_) return;
  const std::int64_t now_us = core_.now_us();
  const std::int64_t frame = (now_us - epoch_us_) / kFrameUs + kAnnounceFrames;
  change_.pending = true;
  change_.slots = static_cast<std::uint8_t>(needed);
  change_.sequence = static_cast<std::uint8_t>(frame % protocol::prime::kSuperframe);
  change_.repeats = kAnnouncements;
  change_.repeat_at_us = now_us;
  // In the middle of the frame before, when its beacons are out.
  change_.apply_at_us = epoch_us_ + frame * kFrameUs - kFrameUs / 2;
}

std::int64_t Beacons::deadline_us() const {
  return std::min({begin_at_us_, change_.repeat_at_us, change_.apply_at_us});
}

void Beacons::announce(std::int64_t now_us) {
  if (!line_.has_place()) {
    change_.repeat_at_us = now_us + kNoPlaceUs;
    return;
  }
  std::array<std::uint8_t, 8> octets;
  protocol::Writer out(octets);
  protocol::prime::encode(
      protocol::prime::Fra{.sequence = change_.sequence, .beacon_slots = change_.slots}, out);
  line_.push_control(protocol::prime::ControlType::fra, protocol::prime::kBaseSid,
                     protocol::prime::kBroadcastLnid, out.written());
  change_.repeat_at_us = --change_.repeats > 0 ? now_us + 2 * kFrameUs : kNoDeadline;
}

void Beacons::serve_change(std::int64_t now_us) {
  if (change_.repeat_at_us <= now_us) announce(now_us);
  if (change_.apply_at_us > now_us) return;
  n_slots_ = change_.slots;
  change_ = {};
  publish();
  for (std::size_t i = 0; i < core_.table.capacity(); ++i) {
    Node& node = core_.table.at(static_cast<std::uint16_t>(i));
    if (node.procedure != Procedure::waiting_slot || node.slot.slot >= n_slots_) continue;
    procedures_.begin(node, Procedure::slot, Owed::beacon_slot);
    core_.table.reschedule(node);
  }
  need_slots();  // more, or fewer, since it was announced
}

}  // namespace dcu::fw
