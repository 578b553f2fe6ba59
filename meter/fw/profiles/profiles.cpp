// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/profiles/profiles.hpp"

#include <cstring>

namespace meter::fw {
namespace {

auto& pending_status(auto& state, LogId id) {
  return id == LogId::load ? state.load_status : state.closing_status;
}

}  // namespace

std::uint8_t live_status(const Core& core, LogId id) {
  std::uint8_t status = pending_status(core.durable.state, id);
  status |= core.clock.stamp(core.clock.utc_s(core.hal)).status;
  if ((core.errors() & kErrorsCritical) != 0) status |= kCriticalError;
  return status;
}

void capture(Core& core, LogId id, std::int64_t stamp_s) {
  DurableState& state = core.durable.state;
  RowHead head = core.clock.stamp(stamp_s);
  head.status |= pending_status(state, id);
  if ((core.errors() & kErrorsCritical) != 0) head.status |= kCriticalError;
  std::array<std::uint8_t, kProfileValueOctets> values;
  std::uint8_t* at = values.data();
  ++state.capture_counter;
  for (const Column& column : columns_of(id)) {
    if (!column.stored_as_value()) continue;
    const bool energy = column.source == ColumnSource::energy;
    std::memcpy(at, energy ? &state.energy[column.which].wh : &state.capture_counter, 4);
    at += 4;
  }
  // The row first: a cut in between repeats the status bits on the next row, never loses them.
  core.journal.log(id).append(core.hal, head, values);
  pending_status(state, id) = 0;
  core.durable.save(core.hal);
}

namespace {

// Of whatever period rows there are. The block says that they are gone.
bool begin_load_profile(Core& core) {
  const std::uint32_t period_s = core.identity.capture_period_s;
  const bool erased = Journal::erase_load(core.hal);
  core.journal.log(LogId::load).open(core.hal, load_place(period_s), load_rows(period_s));
  core.durable.state.push_cursor = 0;
  core.durable.state.load_status |= kDataNotValid;
  core.durable.save(core.hal);
  return erased && core.parameters.store(core.hal, BlockKind::load_period, period_s);
}

}  // namespace

PeriodChange set_capture_period(Core& core, std::uint32_t period_s) {
  meter_provision next = core.identity;
  next.capture_period_s = period_s;
  if (!is_sensible(next)) return PeriodChange::no_such_period;
  std::uint32_t now_s = core.identity.capture_period_s;
  const bool told = core.parameters.load(core.hal, BlockKind::load_period, now_s) ||
                    core.parameters.store(core.hal, BlockKind::load_period, now_s);
  // The checkpoint is of the number of the last row.
  if (!told || !core.durable.checkpoint(core.hal, core.parameters) || !core.store_identity(next)) {
    return PeriodChange::flash_refused;
  }
  return begin_load_profile(core) ? PeriodChange::done : PeriodChange::flash_refused;
}

std::uint32_t open_profiles(Core& core) {
  std::uint32_t period_s = core.identity.capture_period_s;  // unless a change was cut off
  core.parameters.load(core.hal, BlockKind::load_period, period_s);
  const bool known = is_capture_period(period_s);
  const std::uint32_t newest =
      core.journal.open(core.hal, known ? period_s : core.identity.capture_period_s);
  if (period_s != core.identity.capture_period_s) begin_load_profile(core);
  return newest;
}

}  // namespace meter::fw
