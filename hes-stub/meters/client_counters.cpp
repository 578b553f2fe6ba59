// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/meters/client_counters.hpp"

#include <algorithm>

namespace hes {
namespace {

// A counter read long ago may be behind by what was sent since the last commit.
constexpr std::uint32_t kCounterJump = 1000;
// What a meter says of its counter without an association anybody can say in its place. 200 a day
// reach this in 14 years; a stranger needs 4096 attempts of a session, months, for the last one.
constexpr std::uint32_t kMaxStep = 1 << 20;

}  // namespace

void ClientCounters::start() {
  for (MeterIndex meter = 0; meter < context_.inventory.size(); ++meter) {
    MeterRecord record = context_.store.meter_table().record(meter);
    if (record.client_reserved == 0 || record.client_reserved >= UINT32_MAX - kCounterJump)
      continue;
    record.client_reserved += kCounterJump;
    context_.keys.next_counter(meter, context_.keys.in_force(meter)) = record.client_reserved;
    context_.store.meter_table().set_record(meter, record);
  }
}

bool ClientCounters::reserve(MeterIndex meter, KeyNumber number) {
  if (number != context_.keys.in_force(meter)) return context_.keys.reserve(meter);
  const std::uint32_t next = context_.keys.next_counter(meter, number);
  MeterRecord record = context_.store.meter_table().record(meter);
  if (record.client_reserved >= next && record.client_reserved - next >= kCountersOfASession) {
    return true;
  }
  record.client_reserved = next + std::min(kReservedCounters, UINT32_MAX - next);
  context_.store.meter_table().set_record(meter, record);
  return true;
}

bool ClientCounters::set_next(MeterIndex meter, KeyNumber number, std::uint32_t next) {
  context_.keys.next_counter(meter, number) = next;
  return reserve(meter, number);
}

std::uint32_t ClientCounters::most(MeterIndex meter) {
  return next(meter) + std::min(kMaxStep, UINT32_MAX - next(meter));
}

void ClientCounters::last_seen(MeterIndex meter, std::uint32_t last) {
  next(meter) = std::clamp(last + 1, std::max(next(meter), 1u), std::max(most(meter), 1u));
}

}  // namespace hes
