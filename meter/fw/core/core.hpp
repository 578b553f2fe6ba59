// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "meter/fw/events/journal.hpp"
#include "meter/fw/measure/calibration.hpp"
#include "meter/fw/store/durable.hpp"
#include "meter/fw/tariff/calendar_store.hpp"

namespace meter::fw {

// Settings that clients change, and what must be known of the time before a reset.
struct Settings {
  std::uint8_t relay_mode = 4;     // class 70 control mode
  std::uint8_t control_state = 1;  // 0 disconnected, 1 connected, 2 ready for reconnection
  std::uint8_t output_state = 1;   // the contact, as it last reported
  std::uint8_t security_policy = 3;
  std::array<char, 12> revision{};   // of the firmware that ran last
  std::uint8_t demand_quarters = 0;  // demand integration period in quarters of an hour; 0: one
};

// Error register 0.0.97.97.0, IDIS package 2.
inline constexpr std::uint32_t kErrorClockInvalid = 0x00000001;
inline constexpr std::uint32_t kErrorRam = 0x00000200;
inline constexpr std::uint32_t kErrorNvMemory = 0x00000400;
inline constexpr std::uint32_t kErrorMeasurement = 0x00000800;
inline constexpr std::uint32_t kErrorWatchdog = 0x00001000;
inline constexpr std::uint32_t kErrorsCritical = kErrorRam | kErrorNvMemory | kErrorMeasurement;

// What all parts of the firmware share.
struct Core {
  explicit Core(const meter_hal* table) : hal(table) {}

  Hal hal;
  Parameters parameters;
  Durable durable;
  Clock clock;
  Journal journal;
  CalendarStore calendar;
  Settings settings;
  meter_provision identity{};
  ProfileSetups setups{};
  WindowReading reading;  // the last window, for instantaneous values
  std::uint8_t n_elements = 1;
  bool provisioned = false;
  bool power_line = false;  // fitted and provisioned

  bool note(EventCode code) { return note_at(code, clock.utc_s(hal)); }
  bool note_at(EventCode code, std::int64_t utc_s) {
    return journal.note_at(hal, clock, code, utc_s, durable.state.capture_counter);
  }
  const ProfileSetup& setup_of(LogId id) const { return setups[static_cast<std::size_t>(id)]; }
  // Nothing is what it was told to be unless flash has it: false, and all is as it was.
  bool store_settings(const Settings& next);
  bool store_identity(const meter_provision& next);  // changed by a client, so noted
  std::uint32_t errors() const;
  void clear_errors();
};

// A capture period, a push of whole periods, a zone on Earth.
bool is_sensible(const meter_provision& identity, std::uint8_t n_elements);

}  // namespace meter::fw
