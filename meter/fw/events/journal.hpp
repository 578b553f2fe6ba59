// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/events/event_codes.hpp"
#include "meter/fw/store/flash_map.hpp"
#include "meter/fw/time/clock.hpp"

namespace meter::fw {

// The logs that clients read as profiles.
class Journal {
 public:
  // The largest capture counter in flash.
  std::uint32_t open(const Hal& hal, std::uint32_t capture_period_s);
  // Erases all logs. Where the load profile ends depends on its period: all of its room.
  bool format(const Hal& hal);
  static bool erase_load(const Hal& hal);
  bool note_at(const Hal& hal, const Clock& clock, EventCode code, std::int64_t utc_s,
               std::uint32_t& capture_counter);

  RowLog& log(LogId id) { return logs_[static_cast<std::size_t>(id)]; }
  const RowLog& log(LogId id) const { return logs_[static_cast<std::size_t>(id)]; }
  // The newest code, for the event code objects; 0: none since power on.
  std::uint8_t last_code(LogId id) const { return last_codes_[static_cast<std::size_t>(id)]; }
  bool failed() const;

 private:
  std::array<RowLog, static_cast<std::size_t>(LogId::logs)> logs_;
  std::array<std::uint8_t, static_cast<std::size_t>(LogId::logs)> last_codes_{};
};

}  // namespace meter::fw
