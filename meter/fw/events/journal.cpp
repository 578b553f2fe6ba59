// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/events/journal.hpp"

#include <algorithm>
#include <cstring>

namespace meter::fw {

std::uint32_t Journal::open(const Hal& hal, const ProfileSetups& setups) {
  for (const ProfileFacts& facts : kProfiles) {
    open_profile(hal, facts.id, setups[static_cast<std::size_t>(facts.id)]);
  }
  for (std::size_t k = 0; k < kEventLogCount; ++k) {
    log(kEventLogs[k].id).open(hal, kEventPlaces[k], kEventLogs[k].capacity);
  }
  last_codes_ = {};
  std::uint32_t newest_number = 0;
  for (std::size_t k = 0; k < logs_.size(); ++k) {
    RowHead head;
    std::array<std::uint8_t, kMaxValueOctetsInFlash> values;
    const MutableBytes row = MutableBytes(values).first(logs_[k].value_octets());
    const std::uint32_t end = logs_[k].next_ordinal();
    if (end == 0 || !logs_[k].read_ordinal(hal, end - 1, head, row)) continue;
    last_codes_[k] = head.code;
    std::uint32_t number;
    std::memcpy(&number, row.last(sizeof number).data(), sizeof number);
    newest_number = std::max(newest_number, number);
  }
  return newest_number;
}

bool Journal::format(const Hal& hal) {
  bool erased = true;
  const auto erase = [&](const LogPlace& place) {
    RowLog whole;
    whole.open(hal, place, 0);
    erased &= whole.format(hal);
  };
  for (const LogPlace& place : kEventPlaces) erase(place);
  erase({kProfileFirstPage, kProfilePages, value_octets(kEventColumns)});
  return erased;
}

bool Journal::append(const Hal& hal, RowHead head, LogId id, std::uint8_t code,
                     const Variation& variation, DurableState& state) {
  head.code = code;
  last_codes_[static_cast<std::size_t>(id)] = code;
  ++state.event_count[index_of(id)];
  const std::uint32_t values[] = {variation.magnitude_dv, variation.duration_ms,
                                  ++state.capture_counter};
  const Bytes octets{reinterpret_cast<const std::uint8_t*>(values), sizeof values};
  return log(id).append(hal, head, octets.last(log(id).value_octets()));
}

bool Journal::note_at(const Hal& hal, const RowHead& stamp, CodeTable table, EventCode event,
                      const Variation& variation, DurableState& state) {
  bool kept = true;
  each_place(table, event, [&](LogId id, std::uint8_t code) {
    kept &= append(hal, stamp, id, code, variation, state);
  });
  return kept;
}

bool Journal::clear(const Hal& hal, const RowHead& stamp, LogId id, DurableState& state) {
  const bool erased = log(id).format(hal);
  constexpr auto kCode = static_cast<std::uint8_t>(EventCode::log_cleared);
  return append(hal, stamp, id, kCode, {}, state) && erased;
}

bool Journal::failed() const {
  for (const RowLog& log : logs_) {
    if (log.failed()) return true;
  }
  return false;
}

}  // namespace meter::fw
