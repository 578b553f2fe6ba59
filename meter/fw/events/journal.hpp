// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/store/flash_map.hpp"
#include "meter/fw/time/clock.hpp"

namespace meter::fw {

// IDIS package 2 and DSMR agree on these.
enum class EventCode : std::uint8_t {
  power_down = 1,
  power_up = 2,
  daylight_saving_switched = 3,
  clock_adjusted_old = 4,
  clock_adjusted_new = 5,
  clock_invalid = 6,
  error_register_cleared = 10,
  ram_error = 13,
  nv_memory_error = 14,
  watchdog = 15,
  firmware_activated = 18,
  authentication_failed = 46,
  parameters_changed = 47,
  global_key_changed = 48,
  decryption_failed = 49,
  replay_attack = 50,
  remote_disconnection = 62,
  remote_reconnection = 63,
  switch_failure = 68,
  log_cleared = 255,
};

// The four logs that clients read as profiles.
class Journal {
 public:
  void open(const Hal& hal, std::uint32_t capture_period_s);
  void format(const Hal& hal, std::uint32_t capture_period_s);
  bool note(const Hal& hal, const Clock& clock, EventCode code) {
    return note_at(hal, clock, code, clock.utc_s(hal));
  }
  bool note_at(const Hal& hal, const Clock& clock, EventCode code, std::int64_t utc_s);

  RowLog& log(LogId id) { return logs_[static_cast<std::size_t>(id)]; }
  const RowLog& log(LogId id) const { return logs_[static_cast<std::size_t>(id)]; }
  // The newest code, for the event code objects; 0: none since power on.
  std::uint8_t last_code(LogId id) const {
    return id == LogId::relay_events ? last_relay_code_ : last_standard_code_;
  }
  bool failed() const;

 private:
  std::array<RowLog, static_cast<std::size_t>(LogId::logs)> logs_;
  std::uint8_t last_standard_code_ = 0;
  std::uint8_t last_relay_code_ = 0;
};

}  // namespace meter::fw
