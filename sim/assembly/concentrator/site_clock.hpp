// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "dcu/app/ports/ports.hpp"
#include "kernel/keyed_stream.hpp"
#include "kernel/purpose.hpp"
#include "models/core/parts/oscillator.hpp"

namespace sim::run {

// A concentrator's clock: right when it is commissioned, then as fast as its crystal,
// battery-backed, so that it goes on without supply. `now` is simulated time.
class SiteClock {
 public:
  SiteClock(std::uint64_t seed, std::uint32_t concentrator, dcu::app::UtcNs start)
      : start_(start), ticks_(kernel::kNsPerSecond, drawn_ppb(seed, concentrator)) {}

  dcu::app::UtcNs at(kernel::TimeNs now) const { return start_ + ticks_.count_at(now); }
  // When it will show this; not before now.
  kernel::TimeNs time_of(kernel::TimeNs now, dcu::app::UtcNs shown) const {
    return shown == dcu::app::kNever ? kernel::kNever
                                     : std::max(now, ticks_.time_of(shown - start_));
  }
  void shift(kernel::TimeNs now, dcu::app::UtcNs by) {
    worst_ = worst(now);
    ticks_.set(now, ticks_.count_at(now) + by);
  }
  // The largest error so far: before one of the steps, or now.
  kernel::TimeNs worst(kernel::TimeNs now) const {
    return std::max(worst_, std::abs(ticks_.count_at(now) - now));
  }

 private:
  // A clock crystal of a computer: within 20 ppm, as data sheets of such parts say.
  static constexpr std::int32_t kMostPpb = 20'000;
  static std::int32_t drawn_ppb(std::uint64_t seed, std::uint32_t concentrator) {
    kernel::KeyedStream stream(seed, concentrator, kernel::kPurposeDcuClock);
    return static_cast<std::int32_t>(stream.below(2 * kMostPpb + 1)) - kMostPpb;
  }

  dcu::app::UtcNs start_;
  models::Oscillator ticks_;  // of a nanosecond
  kernel::TimeNs worst_ = 0;
};

}  // namespace sim::run
