// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "meter/fw/store/event_logs.hpp"

namespace meter::fw {

// What happens in a meter. The numbers are those on which IDIS package 2 and DSMR agree, 230 to 249
// are the manufacturer's there; what stands in a log is a country's (event_tables.hpp).
enum class EventCode : std::uint8_t {
  power_down = 1,
  power_up = 2,
  summer_time_begins = 3,
  clock_adjusted_old = 4,
  clock_adjusted_new = 5,
  clock_invalid = 6,
  battery_dead = 7,  // IDIS: replace battery
  battery_low = 8,
  tariff_activated = 9,
  error_register_cleared = 10,
  alarm_register_cleared = 11,
  program_memory_error = 12,
  ram_error = 13,
  nv_memory_error = 14,
  watchdog = 15,
  measurement_error = 16,
  firmware_ready = 17,  // an image that may be activated
  firmware_activated = 18,
  passive_tariff_programmed = 19,
  local_communication_begins = 28,
  local_communication_ends = 29,
  terminal_cover_opened = 40,
  terminal_cover_closed = 41,
  strong_field = 42,
  strong_field_gone = 43,
  cover_opened = 44,
  cover_closed = 45,
  authentication_failed = 46,
  parameters_changed = 47,
  global_key_changed = 48,
  decryption_failed = 49,
  replay_attack = 50,
  firmware_verification_failed = 51,
  ready_for_reconnection = 59,
  manual_disconnection = 60,
  manual_connection = 61,
  remote_disconnection = 62,
  remote_reconnection = 63,
  local_disconnection = 64,
  limiter_threshold_exceeded = 65,
  limiter_threshold_ok = 66,
  limiter_threshold_changed = 67,
  switch_failure = 68,
  local_reconnection = 69,
  // Of L1; those of L2 and L3 follow. No numbers of their own: what stands in a log is what the
  // phase is called there (kPhaseRules).
  sag_begins = 200,
  sag_ends = 203,
  swell_begins = 206,
  swell_ends = 209,
  outage_begins = 212,
  outage_ends = 215,
  seal_broken = 230,
  module_cover_opened = 231,
  module_cover_closed = 232,
  parameter_refused = 233,  // a client set what this meter cannot be
  currents_differ = 234,    // what the phases draw does not come back through the neutral
  currents_agree = 235,
  monitor_threshold_exceeded = 240,
  monitor_threshold_ok = 241,
  relay_worn = 242,            // as many operations as it was made for
  firmware_rolled_back = 248,  // the image that was activated was not kept
  winter_time_begins = 254,    // no number of its own: IDIS tells it as 3, too
  log_cleared = 255,
};
constexpr EventCode of_phase(EventCode event, std::uint32_t phase) {
  return static_cast<EventCode>(static_cast<std::uint32_t>(event) + phase);
}

}  // namespace meter::fw
