// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/events/event_tables.hpp"
#include "meter/fw/store/durable.hpp"
#include "meter/fw/store/profile_setups.hpp"
#include "meter/fw/time/clock.hpp"

namespace meter::fw {

// The logs that clients read as profiles.
class Journal {
 public:
  // The largest capture counter in flash.
  std::uint32_t open(const Hal& hal, const ProfileSetups& setups);
  // A profile alone, when its setup changed: without rows, as its epoch is new.
  void open_profile(const Hal& hal, LogId id, const ProfileSetup& setup) {
    log(id).open(hal, setup.place(), setup.entries);
  }
  // Erases all logs. Where the profiles are depends on their setups: all of their room.
  bool format(const Hal& hal);
  // In the logs that the table has for it. False: the flash refused an entry.
  bool note_at(const Hal& hal, const RowHead& stamp, CodeTable table, EventCode event,
               const Variation& variation, DurableState& state);
  // Takes all entries of an event log; numbers and counters go on.
  bool clear(const Hal& hal, const RowHead& stamp, LogId id, DurableState& state);

  RowLog& log(LogId id) { return logs_[static_cast<std::size_t>(id)]; }
  const RowLog& log(LogId id) const { return logs_[static_cast<std::size_t>(id)]; }
  // The newest code, for the event code objects; 0: none since power on.
  std::uint8_t last_code(LogId id) const { return last_codes_[static_cast<std::size_t>(id)]; }
  bool failed() const;

 private:
  bool append(const Hal& hal, RowHead head, LogId id, std::uint8_t code, const Variation& variation,
              DurableState& state);

  std::array<RowLog, static_cast<std::size_t>(LogId::logs)> logs_;
  std::array<std::uint8_t, static_cast<std::size_t>(LogId::logs)> last_codes_{};
};

}  // namespace meter::fw
