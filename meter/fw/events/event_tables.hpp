// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Where an event is noted, under which code, and which alarm it is: data, a table a country.
#pragma once

#include "meter/fw/events/event_codes.hpp"

namespace meter::fw {

// An event with two rows of a table stands in two logs, and is told from the first.
struct EventRule {
  CodeTable table;
  EventCode event;
  LogId log;
  std::uint8_t code;
};
constexpr EventRule in_idis(EventCode event, LogId log) {
  return {CodeTable::idis, event, log, static_cast<std::uint8_t>(event)};
}
constexpr EventRule in_prime(EventCode event, LogId log, std::uint8_t code) {
  return {CodeTable::prime, event, log, code};
}

// IDIS, DSMR: an event without a row stands in the standard log under its own number. Attempts at
// the keys and the covers are fraud there, and a security log repeats what concerns keys.
// Spanish PRIME companion, groups 1, 2, 4 and 6: an event without a row has no code and is in no
// log; both covers share one.
inline constexpr EventRule kEventRules[] = {
    {CodeTable::idis, EventCode::winter_time_begins, LogId::standard_events, 3},
    in_idis(EventCode::local_communication_begins, LogId::communication_events),
    in_idis(EventCode::local_communication_ends, LogId::communication_events),
    in_idis(EventCode::terminal_cover_opened, LogId::fraud_events),
    in_idis(EventCode::terminal_cover_closed, LogId::fraud_events),
    in_idis(EventCode::strong_field, LogId::fraud_events),
    in_idis(EventCode::strong_field_gone, LogId::fraud_events),
    in_idis(EventCode::cover_opened, LogId::fraud_events),
    in_idis(EventCode::cover_closed, LogId::fraud_events),
    in_idis(EventCode::seal_broken, LogId::fraud_events),
    in_idis(EventCode::module_cover_opened, LogId::fraud_events),
    in_idis(EventCode::module_cover_closed, LogId::fraud_events),
    in_idis(EventCode::currents_differ, LogId::fraud_events),
    in_idis(EventCode::currents_agree, LogId::fraud_events),
    in_idis(EventCode::authentication_failed, LogId::fraud_events),
    in_idis(EventCode::authentication_failed, LogId::security_events),
    in_idis(EventCode::global_key_changed, LogId::standard_events),
    in_idis(EventCode::global_key_changed, LogId::security_events),
    in_idis(EventCode::decryption_failed, LogId::fraud_events),
    in_idis(EventCode::decryption_failed, LogId::security_events),
    in_idis(EventCode::replay_attack, LogId::fraud_events),
    in_idis(EventCode::replay_attack, LogId::security_events),
    in_idis(EventCode::manual_connection, LogId::relay_events),
    in_idis(EventCode::remote_disconnection, LogId::relay_events),
    in_idis(EventCode::remote_reconnection, LogId::relay_events),
    in_idis(EventCode::local_disconnection, LogId::relay_events),
    in_idis(EventCode::switch_failure, LogId::relay_events),
    in_idis(EventCode::ready_for_reconnection, LogId::relay_events),
    in_idis(EventCode::manual_disconnection, LogId::relay_events),
    in_idis(EventCode::local_reconnection, LogId::relay_events),
    in_idis(EventCode::limiter_threshold_exceeded, LogId::relay_events),
    in_idis(EventCode::limiter_threshold_ok, LogId::relay_events),
    in_idis(EventCode::limiter_threshold_changed, LogId::relay_events),
    in_idis(EventCode::monitor_threshold_exceeded, LogId::relay_events),
    in_idis(EventCode::monitor_threshold_ok, LogId::relay_events),
    in_idis(EventCode::relay_worn, LogId::relay_events),

    in_prime(EventCode::power_up, LogId::standard_events, 2),
    in_prime(EventCode::power_down, LogId::standard_events, 3),
    in_prime(EventCode::ram_error, LogId::standard_events, 9),
    in_prime(EventCode::nv_memory_error, LogId::standard_events, 9),
    in_prime(EventCode::watchdog, LogId::standard_events, 9),
    in_prime(EventCode::summer_time_begins, LogId::standard_events, 24),
    in_prime(EventCode::winter_time_begins, LogId::standard_events, 25),
    in_prime(EventCode::parameters_changed, LogId::standard_events, 30),
    in_prime(EventCode::global_key_changed, LogId::standard_events, 33),
    in_prime(EventCode::firmware_activated, LogId::standard_events, 97),
    in_prime(EventCode::clock_adjusted_new, LogId::clock_events, 98),
    in_prime(EventCode::manual_connection, LogId::relay_events, 1),
    in_prime(EventCode::remote_disconnection, LogId::relay_events, 2),
    in_prime(EventCode::remote_reconnection, LogId::relay_events, 3),
    in_prime(EventCode::local_disconnection, LogId::relay_events, 4),
    in_prime(EventCode::local_reconnection, LogId::relay_events, 5),
    in_prime(EventCode::limiter_threshold_changed, LogId::standard_events, 96),
    in_prime(EventCode::cover_opened, LogId::fraud_events, 1),
    in_prime(EventCode::cover_closed, LogId::fraud_events, 2),
    in_prime(EventCode::terminal_cover_opened, LogId::fraud_events, 1),
    in_prime(EventCode::terminal_cover_closed, LogId::fraud_events, 2),
    in_prime(EventCode::strong_field, LogId::fraud_events, 3),
    in_prime(EventCode::strong_field_gone, LogId::fraud_events, 4),
    in_prime(EventCode::authentication_failed, LogId::fraud_events, 6),
    in_prime(EventCode::decryption_failed, LogId::fraud_events, 6),
    in_prime(EventCode::replay_attack, LogId::fraud_events, 6),
    in_prime(EventCode::local_communication_begins, LogId::communication_events, 3),
    in_prime(EventCode::local_communication_ends, LogId::communication_events, 4),
    in_prime(EventCode::program_memory_error, LogId::standard_events, 9),
    in_prime(EventCode::measurement_error, LogId::standard_events, 9),
};

// Variations of the voltage, all in the log of power quality; the codes of L2 and L3 follow. IDIS
// has one code for a voltage that is normal again, the Spanish companion a log of those that are
// over (group 3; long or not, as long as the meter counts them).
struct PhaseRule {
  CodeTable table;
  EventCode event;
  std::uint8_t code;
};
inline constexpr PhaseRule kPhaseRules[] = {
    {CodeTable::idis, EventCode::sag_begins, 76},    {CodeTable::idis, EventCode::sag_ends, 85},
    {CodeTable::idis, EventCode::swell_begins, 79},  {CodeTable::idis, EventCode::swell_ends, 85},
    {CodeTable::idis, EventCode::outage_begins, 82}, {CodeTable::idis, EventCode::outage_ends, 85},
    {CodeTable::prime, EventCode::sag_ends, 14},     {CodeTable::prime, EventCode::swell_ends, 18},
    {CodeTable::prime, EventCode::outage_ends, 22},
};
inline constexpr auto kFirstOfPhase = static_cast<std::uint8_t>(EventCode::sag_begins);
inline constexpr auto kBehindPhases = static_cast<std::uint8_t>(EventCode::outage_ends) + 3u;

// visit(log, code) for each place that a table has for an event, the one it is told from first.
template <typename Visit>
constexpr void each_place(CodeTable table, EventCode event, Visit&& visit) {
  const auto number = static_cast<std::uint8_t>(event);
  if (number >= kFirstOfPhase && number < kBehindPhases) {
    const std::uint8_t phase = (number - kFirstOfPhase) % 3u;
    for (const PhaseRule& rule : kPhaseRules) {
      if (rule.table != table || of_phase(rule.event, phase) != event) continue;
      visit(LogId::quality_events, static_cast<std::uint8_t>(rule.code + phase));
    }
    return;
  }
  bool ruled = false;
  for (const EventRule& rule : kEventRules) {
    if (rule.table != table || rule.event != event) continue;
    ruled = true;
    visit(rule.log, rule.code);
  }
  if (!ruled && table == CodeTable::idis) {
    visit(LogId::standard_events, static_cast<std::uint8_t>(event));
  }
}

// Bits of the alarm register 0.0.97.98.0, IDIS package 2. Those of M-Bus and the free ones are this
// manufacturer's.
enum AlarmBit : std::uint32_t {
  kAlarmClockInvalid = 1u << 0,
  kAlarmBattery = 1u << 1,
  kAlarmPowerReturned = 1u << 2,  // ours
  kAlarmSwitchMoved = 1u << 3,    // ours
  kAlarmSwitchFailure = 1u << 4,  // ours
  kAlarmProgram = 1u << 8,
  kAlarmRam = 1u << 9,
  kAlarmNvMemory = 1u << 10,
  kAlarmMeasurement = 1u << 11,
  kAlarmWatchdog = 1u << 12,
  kAlarmFraud = 1u << 13,
  kAlarmDifference = 1u << 26,  // ours, as all from here on
  kAlarmAttack = 1u << 27,
  kAlarmCover = 1u << 28,
  kAlarmTerminalCover = 1u << 29,
  kAlarmField = 1u << 30,
  kAlarmSeal = 1u << 31,
};
// Events that are alarms: they raise these bits, and are told unasked unless the filter says no.
struct AlarmRule {
  EventCode event;
  std::uint32_t bits;
};
inline constexpr AlarmRule kAlarmRules[] = {
    {EventCode::power_up, kAlarmPowerReturned},
    {EventCode::clock_invalid, kAlarmClockInvalid},
    {EventCode::ram_error, kAlarmRam},
    {EventCode::nv_memory_error, kAlarmNvMemory},
    {EventCode::watchdog, kAlarmWatchdog},
    {EventCode::authentication_failed, kAlarmFraud | kAlarmAttack},
    {EventCode::decryption_failed, kAlarmFraud | kAlarmAttack},
    {EventCode::replay_attack, kAlarmFraud | kAlarmAttack},
    {EventCode::cover_opened, kAlarmFraud | kAlarmCover},
    {EventCode::terminal_cover_opened, kAlarmFraud | kAlarmTerminalCover},
    {EventCode::module_cover_opened, kAlarmFraud},
    {EventCode::strong_field, kAlarmFraud | kAlarmField},
    {EventCode::seal_broken, kAlarmFraud | kAlarmSeal},
    {EventCode::currents_differ, kAlarmFraud | kAlarmDifference},
    {EventCode::manual_connection, kAlarmSwitchMoved},
    {EventCode::remote_disconnection, kAlarmSwitchMoved},
    {EventCode::remote_reconnection, kAlarmSwitchMoved},
    {EventCode::local_disconnection, kAlarmSwitchMoved},
    {EventCode::switch_failure, kAlarmSwitchFailure},
    {EventCode::manual_disconnection, kAlarmSwitchMoved},
    {EventCode::local_reconnection, kAlarmSwitchMoved},
    {EventCode::relay_worn, kAlarmSwitchFailure},
    {EventCode::battery_dead, kAlarmBattery},
    {EventCode::battery_low, kAlarmBattery},
    {EventCode::program_memory_error, kAlarmProgram},
    {EventCode::measurement_error, kAlarmMeasurement},
};
constexpr std::uint32_t alarm_bits(EventCode event) {
  for (const AlarmRule& rule : kAlarmRules) {
    if (rule.event == event) return rule.bits;
  }
  return 0;
}
// Of an entry that stands in a log; none in a log that its event is not told from.
constexpr std::uint32_t alarm_bits(CodeTable table, LogId log, std::uint8_t code) {
  for (const AlarmRule& rule : kAlarmRules) {
    bool first = true;
    bool here = false;
    each_place(table, rule.event, [&](LogId place, std::uint8_t of_place) {
      here |= first && place == log && of_place == code;
      first = false;
    });
    if (here) return rule.bits;
  }
  return 0;
}

}  // namespace meter::fw
