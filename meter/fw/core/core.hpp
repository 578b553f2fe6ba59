// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "meter/fw/core/self_test.hpp"
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
  std::array<char, 12> revision{};  // of the firmware that ran last
  std::uint32_t muted_alarms = 0;   // bits that the alarm filter keeps back
  std::uint32_t switch_off = 0;     // alarms that open the relay
  std::uint8_t service_permitted = 0;
  std::uint8_t demand_quarters = 0;  // demand integration period in quarters of an hour; 0: one
  std::uint8_t switched_off_locally = 0;  // by the meter itself, and not undone yet
  std::uint32_t relay_operations = 0;     // movements of the contact
  Crystal crystal;                        // from the production line
  std::uint32_t activate_at_s = 0;        // UTC; the image that is verified then; 0: never
  std::uint8_t transfer_disabled = 0;     // of images

  std::uint32_t alarm_filter() const { return ~muted_alarms; }
};

// Error register 0.0.97.97.0, IDIS package 2.
inline constexpr std::uint32_t kErrorClockInvalid = 0x00000001;
inline constexpr std::uint32_t kErrorProgram = 0x00000100;
inline constexpr std::uint32_t kErrorRam = 0x00000200;
inline constexpr std::uint32_t kErrorNvMemory = 0x00000400;
inline constexpr std::uint32_t kErrorMeasurement = 0x00000800;
inline constexpr std::uint32_t kErrorWatchdog = 0x00001000;
inline constexpr std::uint32_t kErrorsCritical =
    kErrorProgram | kErrorRam | kErrorNvMemory | kErrorMeasurement;

struct AlarmFlags {
  bool waiting = true;      // since the boot nobody looked for alarms that wait
  bool switch_off = false;  // an alarm happened that opens the relay
};

// The optical port as a test output: 0 it speaks, else it repeats the pulses of output - 1, from
// the end of the session in which it was asked to on, until a frame comes or the supply ends.
struct PortOutput {
  std::uint8_t wanted = 0;
  std::uint8_t repeats = 0;
};

// What a reset forgets.
struct Passing {
  AlarmFlags alarm_flags;
  PortOutput port_output;
  SelfTest self_test;
};

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
  Calibration calibration;
  WindowReading reading;  // the last window, for instantaneous values
  std::uint8_t n_elements = 1;
  bool provisioned = false;
  bool power_line = false;  // fitted and provisioned
  Passing passing;

  CodeTable codes() const { return static_cast<CodeTable>(identity.event_codes); }
  bool note(EventCode event) { return note_at(event, clock.utc_s(hal)); }
  bool note_at(EventCode event, std::int64_t utc_s, const Variation& variation = {});
  // A client takes the entries of an event log.
  bool clear_log(LogId id);
  const ProfileSetup& setup_of(LogId id) const { return setups[static_cast<std::size_t>(id)]; }
  // Nothing is what it was told to be unless flash has it: false, and all is as it was.
  bool store_settings(const Settings& next);
  bool change_settings(const Settings& next);        // by a client, so noted
  bool store_identity(const meter_provision& next);  // changed by a client, so noted
  std::uint32_t errors() const;
  void clear_errors();
  // The clock at the rate that the temperature of now asks for.
  void trim_clock() { clock.trim(hal, settings.crystal); }
  // The constants of the front end as warm as it is.
  Calibration calibration_now() const;
  // The optical port does what is wanted of it now. False: it can do nothing but speak.
  bool can_turn_port() const;
  void turn_port();
  // Only the alarms of `left` still stand.
  void clear_alarms(std::uint32_t left);
};

// A capture period, a push of whole periods, a zone on Earth.
bool is_sensible(const meter_provision& identity, std::uint8_t n_elements);

}  // namespace meter::fw
