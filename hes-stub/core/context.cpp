// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/core/context.hpp"

#include <array>
#include <string>

namespace hes {

Context::Context(const EngineConfig& config_given, const Inventory& inventory_given,
                 const Ports& ports_given, Store& store_given, Observer& observer_given)
    : config(config_given),
      inventory(inventory_given),
      ports(ports_given),
      store(store_given),
      observer(observer_given),
      keys(inventory, ports.random, ports.vault, store.meter_table()) {
  store.set_meters(inventory, config.zone);
  keys.load();
}

void Context::wait_s(std::int64_t seconds, Deadline::Kind kind, std::uint64_t index,
                     std::uint32_t generation) {
  deadlines.add(now() + seconds * kNsPerSecond, kind, index, generation);
}

std::int64_t Context::draw_below(std::int64_t n) {
  std::array<std::uint8_t, 8> octets;
  ports.random.fill(octets);
  protocol::Reader in(octets);
  // 2^64 is so far above any n here that the remainder's bias does not matter.
  return static_cast<std::int64_t>(in.u64() % static_cast<std::uint64_t>(n));
}

void Context::note_event(MeterIndex meter, std::string_view kind, std::string_view detail) {
  store.journal().add_event(now(), meter, kind, detail);
}

void Context::keys_proved(MeterIndex meter, KeyNumber number) {
  const std::int64_t queued_s = config.push_period_s + config.push_grace_s;
  if (keys.proved(meter, number, now() + queued_s * kNsPerSecond))
    note_event(meter, "keys changed");
}

void Context::note_clock(MeterIndex meter, UtcNs deviation) {
  note_event(meter, "clock deviation ns", std::to_string(deviation));
  observer.clock_checked(meter, deviation, now());
}

void Context::note_left_out(MeterIndex meter, std::uint32_t without_time, std::uint32_t refused) {
  counters.rows_without_time += without_time;
  counters.rows_refused += refused;
  if (refused != 0) note_event(meter, "row refused", "a register beyond 2^63 - 1");
}

void Context::note_columns_changed(MeterIndex meter, const Obis& profile) {
  ++counters.columns_changed;
  note_event(meter, "columns changed", to_string(profile));
}

AddResult Context::take_rows(MeterIndex meter, const Obis& profile, std::span<Row> rows,
                             Delivery how, UtcNs arrival) {
  for (Row& row : rows) row.arrival_utc_s = arrival / kNsPerSecond;
  const AddResult added = store.add_rows(meter, store.profile(profile), rows, how);
  counters.rows += added.added;
  counters.duplicates += added.duplicates;
  counters.rows_refused += added.refused;
  const auto is_new = store.last_new();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (is_new[i] != 0) observer.row_stored(meter, profile, rows[i], arrival);
  }
  return added;
}

}  // namespace hes
