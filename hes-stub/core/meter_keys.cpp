// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/core/meter_keys.hpp"

#include <algorithm>
#include <utility>

namespace hes {

void MeterKeys::load() {
  meters_.assign(inventory_.size(), {});
  for (MeterIndex meter = 0; meter < meters_.size(); ++meter) {
    meters_[meter].sets[0].keys = inventory_[meter].keys;
  }
  changed_ = vault_.load();
  for (std::uint32_t at = 0; at < changed_.size(); ++at) {
    const ChangedKeys& changed = changed_[at];
    const MeterIndex meter = inventory_.by_serial(changed.serial);
    // On another road it has other keys.
    if (meter == kNoMeter || behind_concentrator(meter) != changed.of_concentrator) continue;
    Meter& owner = meters_[meter];
    owner.changed = at;
    if (changed.keys) owner.sets[0].keys = *changed.keys;
    if (!changed.next) continue;
    owner.next() = {*changed.next, changed.reserved + 1};
    owner.changing = true;
  }
  for (MeterIndex meter = 0; meter < meters_.size(); ++meter) fit_record(meter);
}

// The counters of a record are those of the keys in force, or began anew with them: the vault is
// written at once, the store later.
void MeterKeys::fit_record(MeterIndex meter) {
  if (behind_concentrator(meter)) return;
  const std::uint32_t at = meters_[meter].changed;
  const std::uint32_t changes = at == kNone ? 0 : changed_[at].changes;
  MeterRecord record = records_.record(meter);
  if (record.key_changes == changes) return;
  const bool known = record.key_changes < changes && record.client_reserved != 0;
  record.client_reserved = known ? changed_[at].reserved : 0;  // 0: the meter is asked
  record.key_changes = changes;
  record.push_seen = false;
  records_.set_record(meter, record);
}

void MeterKeys::try_other(MeterIndex meter) {
  Meter& owner = meters_[meter];
  if (!owner.changing) return;
  owner.tried = owner.tried == owner.in_force ? owner.in_force + 1 : owner.in_force;
}

void MeterKeys::try_new(MeterIndex meter) {
  Meter& owner = meters_[meter];
  if (owner.changing) owner.tried = owner.in_force + 1;
}

ChangedKeys& MeterKeys::changed_of(MeterIndex meter) {
  std::uint32_t& at = meters_[meter].changed;
  if (at == kNone) {
    at = static_cast<std::uint32_t>(changed_.size());
    ChangedKeys& changed = changed_.emplace_back();
    changed.serial = inventory_[meter].serial;
    changed.of_concentrator = behind_concentrator(meter);
  }
  return changed_[at];
}

const protocol::dlms::Keys* MeterKeys::change(MeterIndex meter) {
  Meter& owner = meters_[meter];
  if (owner.changing) return &owner.next().keys;
  KeySet drawn;
  random_.fill(drawn.keys.unicast);
  random_.fill(drawn.keys.authentication);
  drawn.next_counter = 1;
  ChangedKeys& changed = changed_of(meter);
  const std::uint32_t reserved_before = std::exchange(changed.reserved, kReservedCounters);
  changed.next = drawn.keys;
  if (!vault_.save(changed_)) {
    changed.next.reset();
    changed.reserved = reserved_before;
    return nullptr;
  }
  owner.next() = drawn;
  owner.changing = true;
  owner.former_until = 0;
  return &owner.next().keys;
}

bool MeterKeys::proved(MeterIndex meter, KeyNumber number, UtcNs former_until) {
  Meter& owner = meters_[meter];
  const bool settles = owner.changing && number == owner.in_force + 1;
  if (settles || number == owner.in_force) owner.tried = number;
  if (!settles) return false;
  owner.in_force = number;
  owner.changing = false;
  ChangedKeys& changed = changed_of(meter);
  changed.keys = std::exchange(changed.next, std::nullopt);
  ++changed.changes;
  // Where it refuses, both sets are in it still, and tried at the next start.
  static_cast<void>(vault_.save(changed_));
  if (!behind_concentrator(meter)) renew_record(meter, former_until);
  return true;
}

void MeterKeys::renew_record(MeterIndex meter, UtcNs former_until) {
  Meter& owner = meters_[meter];
  const ChangedKeys& changed = changed_of(meter);
  MeterRecord record = records_.record(meter);
  owner.former_push = record.push_seen ? record.push_counter : 0;
  owner.former_until = former_until;
  record.push_seen = false;
  record.push_counter = 0;
  record.client_reserved = changed.reserved;
  record.key_changes = changed.changes;
  records_.set_record(meter, record);
}

void MeterKeys::give_up(MeterIndex meter) {
  Meter& owner = meters_[meter];
  if (!owner.changing) return;
  owner.changing = false;
  owner.tried = owner.in_force;
  changed_of(meter).next.reset();
  static_cast<void>(vault_.save(changed_));
}

bool MeterKeys::reserve(MeterIndex meter) {
  Meter& owner = meters_[meter];
  if (!owner.changing) return true;
  const std::uint32_t next = owner.next().next_counter;
  ChangedKeys& changed = changed_of(meter);
  if (changed.reserved >= next && changed.reserved - next >= kCountersOfASession) return true;
  const std::uint32_t before = changed.reserved;
  changed.reserved = next + std::min(kReservedCounters, UINT32_MAX - next);
  if (vault_.save(changed_)) return true;
  changed.reserved = before;
  return false;
}

}  // namespace hes
