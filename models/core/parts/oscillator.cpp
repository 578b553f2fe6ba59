// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/parts/oscillator.hpp"

#include "kernel/assert.hpp"

namespace models {

namespace {

using Wide = __int128;  // (292 years in ns) * 1 MHz * 1e9 fits
constexpr std::int64_t kPpb = 1'000'000'000;
constexpr std::int64_t kPeriod = 1'000'000'000'000'000'000;  // one period in 1e-18 periods

}  // namespace

std::int64_t OscillatorSegment::count_at(kernel::TimeNs t) const {
  TWIN_ASSERT(t >= from_ns, t, from_ns);
  const Wide phase = Wide{t - from_ns} * rate + fraction;
  return count + static_cast<std::int64_t>(phase / kPeriod);
}

std::int64_t OscillatorSegment::fraction_at(kernel::TimeNs t) const {
  TWIN_ASSERT(t >= from_ns, t, from_ns);
  const Wide phase = Wide{t - from_ns} * rate + fraction;
  return static_cast<std::int64_t>(phase % kPeriod);
}

kernel::TimeNs OscillatorSegment::time_of(std::int64_t value) const {
  if (value <= count) return from_ns;
  const Wide phase = (Wide{value} - count) * kPeriod - fraction;
  const Wide wait_ns = (phase + rate - 1) / rate;
  if (wait_ns >= Wide{kernel::kNever} - from_ns) return kernel::kNever;
  return from_ns + static_cast<kernel::TimeNs>(wait_ns);
}

Oscillator::Oscillator(std::int64_t rate_hz, std::int32_t deviation_ppb) : rate_hz_(rate_hz) {
  segment_.rate = rate_hz * (kPpb + deviation_ppb);
  TWIN_ASSERT(segment_.rate > 0 && rate_hz <= 1'000'000'000, rate_hz, deviation_ppb);
}

std::int64_t Oscillator::count_near(kernel::TimeNs t) const {
  if (t >= segment_.from_ns) return segment_.count_at(t);
  const Wide phase = Wide{segment_.from_ns - t} * segment_.rate - segment_.fraction;
  if (phase <= 0) return segment_.count;
  return segment_.count - static_cast<std::int64_t>((phase + kPeriod - 1) / kPeriod);
}

void Oscillator::set(kernel::TimeNs t, std::int64_t value) {
  TWIN_ASSERT(t >= segment_.from_ns, t, segment_.from_ns);
  segment_.from_ns = t;
  segment_.count = value;
  segment_.fraction = 0;
}

void Oscillator::set_deviation(kernel::TimeNs t, std::int32_t deviation_ppb) {
  const std::int64_t count = segment_.count_at(t);
  const std::int64_t fraction = segment_.fraction_at(t);
  segment_ = {t, count, fraction, rate_hz_ * (kPpb + deviation_ppb)};
}

}  // namespace models
