// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "models/core/parts/oscillator.hpp"

namespace models {

// A tuning fork of 32 768 Hz: fastest at its turnover, and slower by a parabola beside it. Nothing
// takes that off but a trim.
struct RtcCrystal {
  std::int32_t offset_ppb = 0;  // at the turnover, as it comes from its maker
  double turnover_c = 25;
  double ppb_per_k2 = -34;
};

// Battery-backed real-time clock: a 64-bit count of a tuning fork.

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
  // So much faster than when it was new.
  void age(kernel::TimeNs t, std::int32_t ppb);
  double temperature() const { return celsius_; }
  // How much faster than nominal the count runs now, in all.
  std::int32_t deviation_ppb() const;
  // Main and backup supply gone: the count starts at zero and rtc_lost holds until the next set.
  void lose(kernel::TimeNs t);
  bool lost() const { return lost_; }
  const std::vector<Segment>& history() const { return history_; }

 private:
  void change_count(kernel::TimeNs t, std::int64_t ticks, bool set);
  void change_rate(kernel::TimeNs t);
  void begin_segment(std::int64_t count_before, bool set);

  RtcCrystal crystal_;
  Oscillator oscillator_;
  std::vector<Segment> history_;
  double celsius_ = 25.0;
  std::int32_t trim_ppb_ = 0;
  std::int32_t aged_ppb_ = 0;
  bool lost_ = false;
};

}  // namespace models
