// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
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
  quality,                   // QualityRecord
  kinds,
};
inline constexpr std::size_t kBlockKinds = static_cast<std::size_t>(BlockKind::kinds);

// Checkpoints come when the supply dies and once a day, all kinds of them together; settings come
// one at a time, seldom. Each of the two has a log of its own.
constexpr bool is_checkpoint(BlockKind kind) {
  return kind == BlockKind::checkpoint || kind == BlockKind::checkpoint_rates ||
         kind == BlockKind::checkpoint_demand || kind == BlockKind::checkpoint_phases;
}

// What a block of each kind may grow to; the largest decides how many records a page takes: one of
// each kind, and those that must find room at once.
inline constexpr std::array<std::uint16_t, kBlockKinds> kBlockOctets{
    176,  // identity
    192,  // calibration: three elements, their drift, one number more than today
    64,   // settings
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
    80,   // quality
};
inline constexpr std::uint32_t kRoomSlots = 4;  // a checkpoint; a reservation and settings
static_assert([] {
  for (const std::uint16_t octets : kBlockOctets) {
    if (octets > kParameterPlace.value_octets) return false;
  }
  // Of the two logs the one with more kinds.
  std::size_t checkpoints = 0;
  for (std::size_t k = 0; k < kBlockKinds; ++k) {
    checkpoints += is_checkpoint(static_cast<BlockKind>(k)) ? 1 : 0;
  }
  const std::size_t most = std::max(checkpoints, kBlockKinds - checkpoints);
  return rows_per_page(kParameterPlace.value_octets) > most + kRoomSlots;
}());

// Key-value store on a log of two pages. A page that is begun first gets a copy of every kind from
// the page before it; until that is complete, the page before it still stands. So the newest value
// of each kind is in flash at any instant, whatever write the supply fails in, and whatever the
// flash refuses: the page before is not erased while a kind stands only there.
class BlockLog {
 public:
  explicit BlockLog(bool checkpoints) : checkpoints_(checkpoints) {}
  void open(const Hal& hal);
  void format(const Hal& hal) { log_.format(hal); }
  bool load(const Hal& hal, BlockKind kind, MutableBytes out) const;
  bool store(const Hal& hal, BlockKind kind, Bytes octets);
  void make_room(const Hal& hal);
  bool failed() const { return log_.failed(); }
  std::uint32_t lost_since(const Hal& hal, BlockKind kind) const;

 private:
  using Values = std::array<std::uint8_t, kMaxRowValues>;

  const LogPlace& place() const { return checkpoints_ ? kCheckpointPlace : kParameterPlace; }
  bool append(const Hal& hal, BlockKind kind, const Values& values);
  // Newest first, in slots [from, next).
  bool find(const Hal& hal, BlockKind kind, std::uint32_t from, Values& values) const;
  std::uint32_t oldest_slot() const;
  std::uint32_t newest_page() const;
  void complete_page(const Hal& hal);
  bool is_complete(const Hal& hal) const;

  RowLog log_;
  bool checkpoints_;
  bool complete_ = false;   // the newest page holds all kinds
  bool page_lost_ = false;  // open() found a full page, perhaps not the newest that there was
};

class Parameters {
 public:
  void open(const Hal& hal) {
    for (BlockLog& log : logs_) log.open(hal);
  }
  void format(const Hal& hal) {
    for (BlockLog& log : logs_) log.format(hal);
  }

  template <typename Block>
  bool load(const Hal& hal, BlockKind kind, Block& block) const {
    static_assert(std::is_trivially_copyable_v<Block>);
    PROTOCOL_ASSERT(sizeof(Block) <= kBlockOctets[static_cast<std::size_t>(kind)]);
    return log_of(kind).load(hal, kind, {reinterpret_cast<std::uint8_t*>(&block), sizeof block});
  }
  template <typename Block>
  bool store(const Hal& hal, BlockKind kind, const Block& block) {
    static_assert(std::is_trivially_copyable_v<Block>);
    PROTOCOL_ASSERT(sizeof(Block) <= kBlockOctets[static_cast<std::size_t>(kind)]);
    if (!log_of(kind).store(hal, kind,
                            {reinterpret_cast<const std::uint8_t*>(&block), sizeof block})) {
      return false;
    }
    written_ |= 1u << static_cast<unsigned>(kind);
    return true;
  }
  // Erasing takes longer than a dying supply lasts: turns the page now if a checkpoint would not
  // fit on it any more.
  void make_room(const Hal& hal) {
    for (BlockLog& log : logs_) log.make_room(hal);
  }
  bool failed() const { return logs_[0].failed() || logs_[1].failed(); }
  // Whether a block of this kind was stored since the last time that somebody asked.
  bool take_written(BlockKind kind) {
    const std::uint32_t bit = 1u << static_cast<unsigned>(kind);
    const bool written = (written_ & bit) != 0;
    written_ &= ~bit;
    return written;
  }
  // Records that were lost since the newest one of a kind, at most: each may have been a newer one.
  std::uint32_t lost_since(const Hal& hal, BlockKind kind) const {
    return log_of(kind).lost_since(hal, kind);
  }

 private:
  BlockLog& log_of(BlockKind kind) { return logs_[is_checkpoint(kind) ? 1 : 0]; }
  const BlockLog& log_of(BlockKind kind) const { return logs_[is_checkpoint(kind) ? 1 : 0]; }

  std::array<BlockLog, 2> logs_{BlockLog(false), BlockLog(true)};
  std::uint32_t written_ = 0;  // a bit a kind
};

}  // namespace meter::fw
