// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include "meter/fw/store/profile_setups.hpp"

namespace meter::fw {

// Blocks of settings, the newest record of a kind counts.
enum class BlockKind : std::uint8_t {
  identity,  // meter_provision
  calibration,
  settings,
  counter_reservation,       // invocation counters below it may have been used
  checkpoint,                // what `retained` holds, for the day its battery is dead
  concentrator_reservation,  // invocation counters of the second key set
  accepted_ceilings,         // no accepted counter was ever above them (AcceptedCounters)
  used_keys,                 // that may not come back (UsedKeys)
  profiles,                  // ProfileSetups: all of them, so that a change is whole or none
  checkpoint_rates,          // of the billing state, beside checkpoint: energies by rate
  checkpoint_demand,         // maxima and averages
  checkpoint_phases,         // energies of each phase
  display,                   // DisplaySetup
  limits,                    // LimitSettings: all of them, so that a change is whole or none
  kinds,
};
inline constexpr std::size_t kBlockKinds = static_cast<std::size_t>(BlockKind::kinds);

// What a block of each kind may grow to; the largest decides how many records a page takes. A
// checkpoint is of four kinds, so that a page still holds one record of each and those of a dying
// supply.
inline constexpr std::array<std::uint16_t, kBlockKinds> kBlockOctets{
    176,  // identity
    192,  // calibration: three elements, their drift, one number more than today
    48,   // settings
    8,    // counter_reservation
    176,  // checkpoint
    8,    // concentrator_reservation
    16,   // accepted_ceilings
    176,  // used_keys
    160,  // profiles
    184,  // checkpoint_rates
    192,  // checkpoint_demand
    104,  // checkpoint_phases
    136,  // display
    128,  // limits
};
inline constexpr std::uint32_t kRoomSlots = 6;  // a checkpoint of four, a reservation, a setting
static_assert([] {
  for (const std::uint16_t octets : kBlockOctets) {
    if (octets > kParameterPlace.value_octets) return false;
  }
  return rows_per_page(kParameterPlace.value_octets) > kBlockKinds + kRoomSlots;
}());

// Key-value store on a log of two pages. A page that is begun first gets a copy of every kind from
// the page before it; until that is complete, the page before it still stands. So the newest value
// of each kind is in flash at any instant, whatever write the supply fails in, and whatever the
// flash refuses: the page before is not erased while a kind stands only there.
class Parameters {
 public:
  void open(const Hal& hal);
  void format(const Hal& hal) { log_.format(hal); }

  template <typename Block>
  bool load(const Hal& hal, BlockKind kind, Block& block) const {
    static_assert(std::is_trivially_copyable_v<Block>);
    PROTOCOL_ASSERT(sizeof(Block) <= kBlockOctets[static_cast<std::size_t>(kind)]);
    return load_octets(hal, kind, {reinterpret_cast<std::uint8_t*>(&block), sizeof block});
  }
  template <typename Block>
  bool store(const Hal& hal, BlockKind kind, const Block& block) {
    static_assert(std::is_trivially_copyable_v<Block>);
    PROTOCOL_ASSERT(sizeof(Block) <= kBlockOctets[static_cast<std::size_t>(kind)]);
    return store_octets(hal, kind, {reinterpret_cast<const std::uint8_t*>(&block), sizeof block});
  }
  // Erasing takes longer than a dying supply lasts: turns the page now if a checkpoint would not
  // fit on it any more.
  void make_room(const Hal& hal);
  bool failed() const { return log_.failed(); }
  // Whether a block of this kind was stored since the last time that somebody asked.
  bool take_written(BlockKind kind) {
    const std::uint32_t bit = 1u << static_cast<unsigned>(kind);
    const bool written = (written_ & bit) != 0;
    written_ &= ~bit;
    return written;
  }
  // Records that were lost since the newest one of a kind, at most: each may have been a newer one.
  std::uint32_t lost_since(const Hal& hal, BlockKind kind) const;

 private:
  using Values = std::array<std::uint8_t, kMaxRowValues>;

  bool load_octets(const Hal& hal, BlockKind kind, MutableBytes out) const;
  bool store_octets(const Hal& hal, BlockKind kind, Bytes octets);
  bool append(const Hal& hal, BlockKind kind, const Values& values);
  // Newest first, in slots [from, next).
  bool find(const Hal& hal, BlockKind kind, std::uint32_t from, Values& values) const;
  std::uint32_t oldest_slot() const;
  std::uint32_t newest_page() const;
  void complete_page(const Hal& hal);
  bool is_complete(const Hal& hal) const;

  RowLog log_;
  std::uint32_t written_ = 0;  // a bit a kind
  bool complete_ = false;      // the newest page holds all kinds
  bool page_lost_ = false;     // open() found a full page, perhaps not the newest that there was
};

}  // namespace meter::fw
