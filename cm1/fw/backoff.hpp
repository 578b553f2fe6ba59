// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "cm1/fw/platform.hpp"

namespace cm1::fw {

// Delays between tries: doubled after each failure up to a cap, and drawn from the upper half of
// the step, so that modules which failed together do not come back together (GSMA TS.34: devices
// shall randomise and back off).
class Backoff {
 public:
  constexpr Backoff(std::int64_t first_us, std::int64_t cap_us)
      : first_us_(first_us), cap_us_(cap_us) {}

  std::int64_t next_us(const Platform& platform) {
    step_us_ = step_us_ == 0 ? first_us_ : std::min(step_us_ * 2, cap_us_);
    ++failures_;
    return step_us_ / 2 + platform.random_delay_us(step_us_ / 2);
  }
  void reset() { step_us_ = failures_ = 0; }
  // In a row, since the last reset.
  std::int64_t failures() const { return failures_; }

 private:
  std::int64_t first_us_;
  std::int64_t cap_us_;
  std::int64_t step_us_ = 0;
  std::int64_t failures_ = 0;
};

}  // namespace cm1::fw
