// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "hes-stub/inventory/inventory.hpp"
#include "hes-stub/ports/key_vault.hpp"
#include "hes-stub/ports/ports.hpp"
#include "hes-stub/store/meter_table.hpp"

namespace hes {

// The sets of keys of a meter are counted: one is in force, the next one is that of a change under
// way, the one before is known for a while. So what is said under a set is said of no other.
using KeyNumber = std::uint32_t;

// Our invocation counters under a set are reserved so many at a time, ahead of their use.
inline constexpr std::uint32_t kReservedCounters = 1000;
inline constexpr std::uint32_t kCountersOfASession = 200;

// The keys of all meters: as in the inventory, as they were changed, and as they may have been. New
// ones are in the vault before they are handed out. A change is settled by an answer under the new
// keys, or given up when the meter is known not to have them; until then both are tried.
class MeterKeys {
 public:
  MeterKeys(const Inventory& inventory, RandomPort& random, KeyVault& vault, MeterTable& records)
      : inventory_(inventory), random_(random), vault_(vault), records_(records) {}
  // Once, when the records are there.
  void load();

  const protocol::dlms::Keys& keys(MeterIndex meter, KeyNumber number) const {
    return meters_[meter].sets[number % kPlaces].keys;
  }
  KeyNumber in_force(MeterIndex meter) const { return meters_[meter].in_force; }
  // A change is under way: the meter may have the one set or the other.
  bool changing(MeterIndex meter) const { return meters_[meter].changing; }
  // With which the next association is opened.
  KeyNumber tried(MeterIndex meter) const { return meters_[meter].tried; }
  void try_other(MeterIndex meter);
  void try_new(MeterIndex meter);
  // The keys before the last change open pushes until then: what a module kept was sealed before.
  bool opens_former(MeterIndex meter, UtcNs now) const { return now < meters_[meter].former_until; }
  std::uint32_t& former_push(MeterIndex meter) { return meters_[meter].former_push; }

  // The new keys: those of a change under way, or drawn now. nullptr: the vault refused them.
  const protocol::dlms::Keys* change(MeterIndex meter);
  // The meter answered under this set. True: that settled a change.
  bool proved(MeterIndex meter, KeyNumber number, UtcNs former_until);
  // The meter has not taken the new ones.
  void give_up(MeterIndex meter);

  // Our next invocation counter under a set; 0: to be read. What is below the reserved one may be
  // used; false: it cannot be reserved.
  std::uint32_t& next_counter(MeterIndex meter, KeyNumber number) {
    return meters_[meter].sets[number % kPlaces].next_counter;
  }
  bool reserve(MeterIndex meter);  // of the new set

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static constexpr std::uint32_t kPlaces = 2;
  static constexpr KeyNumber kFirst = kPlaces;
  struct KeySet {
    protocol::dlms::Keys keys;
    std::uint32_t next_counter = 0;
  };
  struct Meter {
    KeySet& next() { return sets[(in_force + 1) % kPlaces]; }
    std::array<KeySet, kPlaces> sets;  // by number
    std::uint32_t changed = kNone;     // which of changed_
    std::uint32_t former_push = 0;     // invocation counter of the last push under the former keys
    UtcNs former_until = 0;
    KeyNumber in_force = kFirst;
    KeyNumber tried = kFirst;
    bool changing = false;
  };
  bool behind_concentrator(MeterIndex meter) const {
    return inventory_[meter].concentrator != kNoConcentrator;
  }
  ChangedKeys& changed_of(MeterIndex meter);
  void fit_record(MeterIndex meter);
  void renew_record(MeterIndex meter, UtcNs former_until);

  const Inventory& inventory_;
  RandomPort& random_;
  KeyVault& vault_;
  MeterTable& records_;
  std::vector<Meter> meters_;
  std::vector<ChangedKeys> changed_;  // also of meters that are not in this inventory
};

}  // namespace hes
