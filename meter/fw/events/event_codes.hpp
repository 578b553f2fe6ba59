// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/store/event_logs.hpp"

namespace meter::fw {

// IDIS package 2 and DSMR agree on these.
enum class EventCode : std::uint8_t {
  power_down = 1,
  power_up = 2,
  daylight_saving_switched = 3,
  clock_adjusted_old = 4,
  clock_adjusted_new = 5,
  clock_invalid = 6,
  tariff_activated = 9,
  error_register_cleared = 10,
  ram_error = 13,
  nv_memory_error = 14,
  watchdog = 15,
  firmware_activated = 18,
  passive_tariff_programmed = 19,
  authentication_failed = 46,
  parameters_changed = 47,
  global_key_changed = 48,
  decryption_failed = 49,
  replay_attack = 50,
  remote_disconnection = 62,
  remote_reconnection = 63,
  switch_failure = 68,
  parameter_refused = 230,  // of this manufacturer: a client set what this meter cannot be
  log_cleared = 255,
};

// Where an event is noted if not in the standard log only, and what the concentrator is told of
// unasked. An event with two rows stands in two logs.
struct EventRule {
  EventCode code;
  LogId log;
  bool alarm;
};
inline constexpr EventRule kEventRules[] = {
    {EventCode::power_up, LogId::standard_events, true},
    {EventCode::clock_invalid, LogId::standard_events, true},
    {EventCode::ram_error, LogId::standard_events, true},
    {EventCode::nv_memory_error, LogId::standard_events, true},
    {EventCode::watchdog, LogId::standard_events, true},
    {EventCode::authentication_failed, LogId::standard_events, true},
    {EventCode::decryption_failed, LogId::standard_events, true},
    {EventCode::replay_attack, LogId::standard_events, true},
    {EventCode::authentication_failed, LogId::fraud_events, true},
    {EventCode::decryption_failed, LogId::fraud_events, true},
    {EventCode::replay_attack, LogId::fraud_events, true},
    {EventCode::remote_disconnection, LogId::relay_events, true},
    {EventCode::remote_reconnection, LogId::relay_events, true},
    {EventCode::switch_failure, LogId::relay_events, true},
};
constexpr bool is_alarm(EventCode code) {
  for (const EventRule& rule : kEventRules) {
    if (rule.code == code) return rule.alarm;
  }
  return false;
}

}  // namespace meter::fw
