// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace meter::fw {

// The logs that clients read as profiles; first those whose setup clients choose (kProfiles).
enum class LogId : std::uint8_t {
  load,
  interval_2,
  interval_3,
  closing,
  billing,
  standard_events,
  relay_events,
  fraud_events,
  logs
};

// An event log: group E of its names (0.0.99.98.E, and 0.0.96.11.E for its newest code), its place
// in flash, and whether the concentrator is told of its alarms. A further log is a further row.
struct EventLog {
  LogId id;
  std::uint8_t e;
  std::uint16_t pages;
  std::uint16_t capacity;  // entries that readers see
  bool told;
};
inline constexpr EventLog kEventLogs[] = {
    {LogId::standard_events, 0, 3, 400, true},
    {LogId::relay_events, 2, 2, 200, true},
    {LogId::fraud_events, 1, 2, 200, false},  // what is noted here stands in the standard log too
};
inline constexpr std::size_t kEventLogCount = std::size(kEventLogs);
// Of an event log, in kEventLogs.
constexpr std::size_t index_of(LogId id) {
  std::size_t k = 0;
  while (k < kEventLogCount && kEventLogs[k].id != id) ++k;
  return k;
}

}  // namespace meter::fw
