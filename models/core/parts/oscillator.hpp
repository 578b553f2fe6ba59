// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernel/time.hpp"

namespace models {

// Counts the periods of an oscillator, exactly: an integer rate accumulator, so that no rounding
// gathers over a year. Within one segment the rate is constant:
//   count(t) = count0 + floor((fraction0 + (t - t0) * rate_hz * (1e9 + deviation_ppb)) / 1e18)
struct OscillatorSegment {
  kernel::TimeNs from_ns = 0;
  std::int64_t count = 0;
  std::int64_t fraction = 0;  // in 1e-18 periods, below 1e18
  std::int64_t rate = 0;      // rate_hz * (1e9 + deviation_ppb): 1e-18 periods a nanosecond

  // t >= from_ns.
  std::int64_t count_at(kernel::TimeNs t) const;
  std::int64_t fraction_at(kernel::TimeNs t) const;
  // The smallest t >= from_ns with count_at(t) >= value; kNever when that is beyond int64.
  kernel::TimeNs time_of(std::int64_t value) const;
};

class Oscillator {
 public:
  Oscillator(std::int64_t rate_hz, std::int32_t deviation_ppb);

  std::int64_t count_at(kernel::TimeNs t) const { return segment_.count_at(t); }
  // Also before the present segment, as if it had always run like this: stamps of what began
  // before the counter was set come out below its count.
  std::int64_t count_near(kernel::TimeNs t) const;
  kernel::TimeNs time_of(std::int64_t value) const { return segment_.time_of(value); }
  // The count is `value` at t; the prescaler starts again, as writing a real counter does.
  void set(kernel::TimeNs t, std::int64_t value);
  // A new rate from t on; count and prescaler go on.
  void set_deviation(kernel::TimeNs t, std::int32_t deviation_ppb);
  const OscillatorSegment& segment() const { return segment_; }

 private:
  std::int64_t rate_hz_;
  OscillatorSegment segment_;
};

}  // namespace models
