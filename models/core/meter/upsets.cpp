// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/meter/upsets.hpp"

namespace models {
namespace {

// Behind parameters, checkpoints and event logs stand the rows of profiles (docs/profiles.md).
constexpr std::uint32_t kRowsFrom = 17;
// After all that the meter does at that instant.
constexpr std::uint32_t kWhat = 211;

// Of the parts that the firmware watches over; elsewhere a bit may do anything, and the processor's
// fault handler resets it at best.
void turn_memory(MeterNode& node, std::uint64_t place) {
  const auto checked = node.firmware().checked_memory;
  if (checked == nullptr) return;
  std::uint64_t bits = 0;
  std::uint32_t bytes = 0;
  for (std::uint32_t part = 0; checked(node.instance(), part, &bytes) != nullptr; ++part) {
    bits += 8 * std::uint64_t{bytes};
  }
  if (bits == 0) return;
  std::uint64_t bit = place % bits;
  for (std::uint32_t part = 0;; ++part) {
    auto* const octets = static_cast<std::uint8_t*>(checked(node.instance(), part, &bytes));
    if (bit < 8 * std::uint64_t{bytes}) {
      octets[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
      return;
    }
    bit -= 8 * std::uint64_t{bytes};
  }
}

}  // namespace

Disturbances::Disturbances(kernel::Agenda& agenda, MeterNode& node)
    : node_(node), timer_(agenda, *this, node_id(node.meter(), kNodeMeter), kWhat) {}

void Disturbances::announce(kernel::TimeNs at, const Upset& upset) {
  announced_.emplace_back(at, upset);
  timer_.arm(announced_.front().first);
}

void Disturbances::on_time(kernel::TimeNs now, std::uint32_t) {
  while (next_ < announced_.size() && announced_[next_].first <= now) {
    act(now, announced_[next_++].second);
  }
  if (next_ < announced_.size()) timer_.arm(announced_[next_].first);
}

void Disturbances::act(kernel::TimeNs now, const Upset& upset) {
  if (!node_.running() || node_.supply().state() != Supply::State::kGood) return;
  node_.catch_up();
  switch (upset.kind) {
    case UpsetKind::reset:
      return node_.watchdog(now);
    case UpsetKind::memory:
      return turn_memory(node_, upset.place);
    case UpsetKind::converter:
      return node_.windows().spoil_next();
    case UpsetKind::line:
      return node_.board().uarts.damage_next(upset.place);
    case UpsetKind::flash:
      return node_.flash().turn_bit(upset.place, kRowsFrom);
    case UpsetKind::program:
      return node_.board().program.turn(
          static_cast<std::uint32_t>(upset.place % (8 * ProgramBlock::kOctets)));
  }
}

}  // namespace models
