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
  communication_events,
  security_events,
  clock_events,
  quality_events,
  logs
};

// An event log and its room in flash. A further log is a further row, and its names one in
// kLogNames for each country that has it.
struct EventLog {
  LogId id;
  std::uint16_t pages;
  std::uint16_t capacity;  // entries that readers see
};
inline constexpr EventLog kEventLogs[] = {
    {LogId::standard_events, 3, 400}, {LogId::relay_events, 2, 200},
    {LogId::fraud_events, 2, 200},    {LogId::communication_events, 2, 200},
    {LogId::security_events, 2, 200}, {LogId::clock_events, 2, 200},
    {LogId::quality_events, 2, 140},
};
// What an entry of the log of power quality has besides.
struct Variation {
  std::uint32_t magnitude_dv = 0;
  std::uint32_t duration_ms = 0;
};

inline constexpr std::size_t kEventLogCount = std::size(kEventLogs);
// Of an event log, in kEventLogs.
constexpr std::size_t index_of(LogId id) {
  std::size_t k = 0;
  while (k < kEventLogCount && kEventLogs[k].id != id) ++k;
  return k;
}

// Whose codes and groups a meter has, meter_provision::event_codes.
enum class CodeTable : std::uint8_t { idis, prime };
inline constexpr std::uint8_t kCodeTables = 2;
// Sets of them.
using CodeTables = std::uint8_t;
constexpr CodeTables bit_of(CodeTable table) {
  return static_cast<CodeTables>(1u << static_cast<unsigned>(table));
}
inline constexpr CodeTables kIdisOnly = bit_of(CodeTable::idis);
inline constexpr CodeTables kPrimeOnly = bit_of(CodeTable::prime);
inline constexpr CodeTables kEveryTable = kIdisOnly | kPrimeOnly;

// Group E of a log's names: 0.0.99.98.E the log, 0.0.96.11.E its newest code, 0.0.96.15.E how many
// entries there ever were. A log without a name in a country is not used there: IDIS has its
// clock's events in the standard log, the Spanish companion has no log of security.
struct LogName {
  LogId id;
  std::uint8_t e;
  CodeTables tables;
};
inline constexpr LogName kLogNames[] = {
    {LogId::standard_events, 0, kEveryTable}, {LogId::relay_events, 2, kEveryTable},
    {LogId::fraud_events, 1, kEveryTable},    {LogId::communication_events, 5, kIdisOnly},
    {LogId::security_events, 9, kIdisOnly},   {LogId::communication_events, 7, kPrimeOnly},
    {LogId::clock_events, 8, kPrimeOnly},     {LogId::quality_events, 4, kIdisOnly},
    {LogId::quality_events, 9, kPrimeOnly},
};
constexpr std::uint8_t group_of(LogId id, CodeTable table) {
  for (const LogName& name : kLogNames) {
    if (name.id == id && (name.tables & bit_of(table)) != 0) return name.e;
  }
  return 0xFF;
}

}  // namespace meter::fw
