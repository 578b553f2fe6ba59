// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/security/accepted_counters.hpp"

#include <algorithm>

#include "protocol/crc32.hpp"

namespace meter::fw {

void AcceptedCounters::open(Core& core, std::size_t set, Bytes key, std::uint32_t& accepted) {
  const std::uint32_t crc = protocol::crc32(key);
  if (!core.parameters.load(core.hal, BlockKind::accepted_ceilings, ceilings_)) {
    ceilings_[set] = {crc, accepted};  // nothing accepted yet, or by a firmware without ceilings
  } else if (ceilings_[set].key_crc != crc) {
    accepted = 0;  // with this key nothing was: the supply may have gone while it was changed
  } else if (core.durable.lost()) {
    accepted = std::max(accepted, ceilings_[set].counter);
  }
}

bool AcceptedCounters::accept(Core& core, std::size_t set, Bytes key, std::uint32_t& accepted,
                              std::uint32_t counter) {
  if (counter <= accepted) return false;
  const bool reserved = counter >= kFirstReserved;
  const std::uint32_t before = std::max(accepted, kFirstReserved - 1);
  if (reserved && counter - before > kReservedStep) return false;
  const std::uint32_t crc = protocol::crc32(key);
  if (ceilings_[set].key_crc != crc || counter > ceilings_[set].counter) {
    // The reserved ones are too few to skip any of them.
    const std::uint32_t room = reserved ? 0 : kFirstReserved - 1 - counter;
    std::array<Ceiling, kKeySets> next = ceilings_;
    next[set] = {crc, counter + std::min(room, kAcceptedReservation - 1)};
    if (!core.parameters.store(core.hal, BlockKind::accepted_ceilings, next)) return false;
    ceilings_ = next;
  }
  accepted = counter;
  core.durable.save(core.hal);
  return true;
}

UsedKeys::UsedKeys(const Core& core) {
  core.parameters.load(core.hal, BlockKind::used_keys, block_);
}

bool UsedKeys::contains(Bytes key) const {
  return std::find(block_.crc.begin(), block_.crc.end(), protocol::crc32(key)) != block_.crc.end();
}

void UsedKeys::add(Bytes key) {
  if (contains(key)) return;
  block_.crc[block_.next % kKeys] = protocol::crc32(key);
  block_.next = (block_.next + 1) % kKeys;
}

bool UsedKeys::store(Core& core) const {
  return core.parameters.store(core.hal, BlockKind::used_keys, block_);
}

}  // namespace meter::fw
