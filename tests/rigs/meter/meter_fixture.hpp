// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "meter/fw/device/firmware.h"
#include "meter/fw/events/journal.hpp"
#include "tests/rigs/meter/fake_platform.hpp"

namespace rigs {

inline constexpr std::int64_t kSecond_us = 1'000'000;
inline constexpr std::int64_t kHour_s = 3600;
inline constexpr std::int64_t kDay_s = 86'400;

// UTC of a civil date and time.
std::int64_t utc_s(int year, unsigned month, unsigned day, int hour = 0, int minute = 0,
                   int second = 0);

// A home and a bench: what stands at the terminals, and what the front end makes of it.
struct Terminal {
  double voltage_v = 240.0;
  double current_a = 0.0;
  double phase_deg = 0.0;  // current behind voltage
  double frequency_hz = 50.0;
};
struct FrontEnd {
  double voltage_error = 0.0;  // relative
  double current_error = 0.0;
  double phase_error_deg = 0.0;  // the current channel leads by this
  double current_noise_a = 0.0;
  double active_crosstalk_w = 0.0;
};
meter_sums make_sums(const Terminal& terminal, const FrontEnd& front_end = {},
                     std::uint32_t n_elements = 1);

meter_provision make_provision();

struct StoredRow {
  meter::fw::RowHead head;
  std::vector<std::uint32_t> values;  // the capture counter last
};

// A provisioned meter that has booted for the first time at `start_utc_s`.
class MeterFixture : public FakePlatform {
 public:
  explicit MeterFixture(std::int64_t start_utc_s, meter_provision provision = make_provision(),
                        const meter_firmware* firmware = meter_ad11a_firmware());

  // Advances to the given UTC second by the meter's own clock (without ppm).
  void run_to(std::int64_t utc_s);
  // `hours` of a constant load in windows of its own length; events in between come in order.
  void consume(const Terminal& terminal, std::int64_t span_s);
  void sums(const meter_sums& sums, std::uint32_t n) { firmware->on_sums(instance(), &sums, n); }
  void clock_from_outside(std::int64_t utc_s) { rtc_adjust(utc_s * METER_RTC_HZ); }

  // A SET of the clock by the management client, association and all.
  void set_clock(std::int64_t utc_s);
  std::uint32_t management_counter = 1;

  // What is in flash, found as the firmware finds it after a reset.
  std::vector<StoredRow> rows(meter::fw::LogId id) const;
  std::vector<std::uint8_t> event_codes(meter::fw::LogId id) const;
  const meter_provision provision;
};

}  // namespace rigs
