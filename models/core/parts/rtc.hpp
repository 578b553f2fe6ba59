// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "models/core/parts/oscillator.hpp"

namespace models {

// Battery-backed real-time clock: a 64-bit count of a 32 768 Hz tuning fork.
// The crystal is offset-compensated in the factory, so its deviation at 25 degrees is what is left
// of that; the turnover curve of a tuning fork adds -0.034 ppm/K^2 * (T - 25)^2 times the share
// that the meter's own temperature compensation leaves over. Ageing is neglected.
struct RtcCrystal {
  std::int32_t offset_ppb = 0;
  std::int32_t uncompensated_permille = 0;  // 0: ideal compensation; 1000: none
};

class Rtc {
 public:
  static constexpr std::int64_t kRateHz = 32768;

  // One uninterrupted stretch of constant rate. The list is the whole truth about this clock: the
  // expected rows are computed from it.
  struct Segment {
    OscillatorSegment law;
    std::int64_t count_before;  // what the clock showed when the segment began
    bool set;                   // begun by rtc_set; else by temperature, a lost battery or a fault
  };

  Rtc(const RtcCrystal& crystal, std::int64_t start_count);

  std::int64_t ticks_at(kernel::TimeNs t) const;
  // The smallest t at which the count reaches the value, as the clock runs now.
  kernel::TimeNs time_of(std::int64_t ticks) const { return oscillator_.time_of(ticks); }
  // When the count last came to the value or jumped over it, up to `until`; 0: it began beyond it.
  kernel::TimeNs last_reached(std::int64_t ticks, kernel::TimeNs until) const;
  void set(kernel::TimeNs t, std::int64_t ticks);
  // The count jumps by a fault of the hardware; nobody set it.
  void jump(kernel::TimeNs t, std::int64_t ticks);
  void set_temperature(kernel::TimeNs t, double celsius);
  // Digital trim: the count is made to run faster by so much.
  void trim(kernel::TimeNs t, std::int32_t ppb);
  double temperature() const { return celsius_; }
  // Main and backup supply gone: the count starts at zero and rtc_lost holds until the next set.
  void lose(kernel::TimeNs t);
  bool lost() const { return lost_; }
  const std::vector<Segment>& history() const { return history_; }

 private:
  std::int32_t deviation_ppb() const;
  void change_count(kernel::TimeNs t, std::int64_t ticks, bool set);
  void change_rate(kernel::TimeNs t);
  void begin_segment(std::int64_t count_before, bool set);

  RtcCrystal crystal_;
  Oscillator oscillator_;
  std::vector<Segment> history_;
  double celsius_ = 25.0;
  std::int32_t trim_ppb_ = 0;
  bool lost_ = false;
};

}  // namespace models
