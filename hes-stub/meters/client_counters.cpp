// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/meters/client_counters.hpp"

#include <algorithm>

namespace hes {
namespace {

// A counter read long ago may be behind by what was sent since the last commit.
constexpr std::uint32_t kCounterJump = 1000;
constexpr std::uint32_t kReservedCounters = 1000;  // at a time
constexpr std::uint32_t kCountersOfASession = 200;
// What a meter says of its counter without an association anybody can say in its place. 200 a day
// reach this in 14 years; a stranger needs 4096 attempts of a session, months, for the last one.
constexpr std::uint32_t kMaxStep = 1 << 20;

}  // namespace

void ClientCounters::start() {
  next_.assign(context_.inventory.size(), 0);
  for (MeterIndex meter = 0; meter < next_.size(); ++meter) {
    const std::uint32_t reserved = context_.store.meter_table().record(meter).client_reserved;
    if (reserved != 0 && reserved < UINT32_MAX - kCounterJump) {
      next_[meter] = reserved + kCounterJump;
    }
  }
}

void ClientCounters::reserve(MeterIndex meter) {
  const std::uint32_t next = next_[meter];
  MeterRecord record = context_.store.meter_table().record(meter);
  if (record.client_reserved >= next && record.client_reserved - next >= kCountersOfASession) {
    return;
  }
  record.client_reserved = next + std::min(kReservedCounters, UINT32_MAX - next);
  context_.store.meter_table().set_record(meter, record);
}

void ClientCounters::set_next(MeterIndex meter, std::uint32_t next) {
  next_[meter] = next;
  reserve(meter);
}

std::uint32_t ClientCounters::most(MeterIndex meter) const {
  return next_[meter] + std::min(kMaxStep, UINT32_MAX - next_[meter]);
}

void ClientCounters::last_seen(MeterIndex meter, std::uint32_t last) {
  next_[meter] = std::clamp(last + 1, std::max(next_[meter], 1u), std::max(most(meter), 1u));
}

}  // namespace hes
