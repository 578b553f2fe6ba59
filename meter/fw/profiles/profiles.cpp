// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/profiles/profiles.hpp"

#include <cstring>

#include "meter/fw/profiles/captured_values.hpp"

namespace meter::fw {

bool columns_changed(const Core& core, LogId id) {
  if (!is_profile(id)) return false;
  const Columns columns = core.setup_of(id).columns();
  return !std::equal(columns.begin(), columns.end(), kDefaultColumns.begin(),
                     kDefaultColumns.end());
}

namespace {

std::uint8_t standing_status(const Core& core) {
  return (core.errors() & kErrorsCritical) != 0 ? kCriticalError : 0;
}

}  // namespace

std::uint8_t live_status(const Core& core, LogId id) {
  std::uint8_t status = core.durable.state.profile_status[static_cast<std::size_t>(id)];
  status |= core.clock.stamp(core.clock.utc_s(core.hal)).status;
  return status | standing_status(core);
}

void capture(Core& core, LogId id, std::int64_t stamp_s) {
  DurableState& state = core.durable.state;
  RowHead head = core.clock.stamp(stamp_s);
  head.status |= state.status_of(id) | standing_status(core);
  std::array<std::uint8_t, kMaxValueOctetsInFlash> values;
  std::uint8_t* at = values.data();
  ++state.capture_counter;
  const auto put = [&](std::uint32_t value) {
    std::memcpy(at, &value, sizeof value);
    at += sizeof value;
  };
  for (const ColumnId column : core.setup_of(id).columns()) {
    if (is_value(column)) put(captured_value(core, column));
  }
  put(state.capture_counter);
  // The row first: a cut in between repeats the status bits on the next row, never loses them.
  const auto octets = static_cast<std::size_t>(at - values.data());
  core.journal.log(id).append(core.hal, head, Bytes(values).first(octets));
  state.status_of(id) = 0;
  core.durable.save(core.hal);
}

void capture_now(Core& core, LogId id) {
  core.durable.state.status_of(id) |= kDataNotValid;
  capture(core, id, core.clock.utc_s(core.hal));
  core.durable.state.status_of(id) |= kDataNotValid;
  core.durable.save(core.hal);
}

namespace {

bool is_sensible(const Core& core, const ProfileSetups& setups) {
  if (!hold_together(setups, core.n_elements)) return false;
  for (const ProfileSetup& setup : setups) {
    const Columns columns = setup.columns();
    for (auto column = columns.begin(); column != columns.end(); ++column) {
      if (!is_capturable(*column)) return false;
      if (std::find(columns.begin(), column, *column) != column) return false;
    }
  }
  // Pushes go by whole intervals of the load profile, which captures always.
  const std::uint32_t push_s = core.identity.push_period_s;
  const std::uint32_t period_s = setups[static_cast<std::size_t>(LogId::load)].period_s;
  return period_s != 0 && push_s % period_s == 0;
}

}  // namespace

SetupChange change_setup(Core& core, LogId id, const ProfileSetup& wanted) {
  ProfileSetups next = core.setups;
  ProfileSetup& setup = next[static_cast<std::size_t>(id)];
  setup = wanted;
  setup.epoch = next_epoch(core.setups);
  if (setup.n_columns == 0 || setup.entries == 0) return SetupChange::no_such_setup;
  if (!give_pages(next, id)) return SetupChange::no_room;
  if (!is_sensible(core, next)) return SetupChange::no_such_setup;
  // The checkpoint is of the number of the last row, which may be in this profile only.
  if (!core.durable.checkpoint(core.hal, core.parameters) ||
      !core.parameters.store(core.hal, BlockKind::profiles, next)) {
    return SetupChange::flash_refused;
  }
  core.setups = next;
  core.journal.open_profile(core.hal, id, setup);
  if (id == LogId::load) core.durable.state.push_cursor = 0;
  core.durable.state.status_of(id) |= kDataNotValid;
  core.durable.save(core.hal);
  core.note(EventCode::parameters_changed);
  return SetupChange::done;
}

std::uint32_t open_profiles(Core& core) {
  if (!core.parameters.load(core.hal, BlockKind::profiles, core.setups) ||
      !is_sensible(core, core.setups)) {
    core.setups = default_setups(core.identity.capture_period_s);
  }
  return core.journal.open(core.hal, core.setups);
}

}  // namespace meter::fw
