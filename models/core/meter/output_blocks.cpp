// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/meter/output_blocks.hpp"

#include "kernel/assert.hpp"

namespace models {

namespace {

using Wide = __int128;

}  // namespace

std::uint64_t PulseOutput::emitted_at(kernel::TimeNs now) const {
  if (now >= start_ns_ + span_ns_) return count_;
  return static_cast<std::uint64_t>(Wide{now - start_ns_} * count_ / span_ns_);
}

// Smallest instant at which emitted_at() is k.
kernel::TimeNs PulseOutput::time_of(std::uint64_t k) const {
  return start_ns_ + static_cast<kernel::TimeNs>((Wide{span_ns_} * k + count_ - 1) / count_);
}

void PulseOutput::emit(kernel::TimeNs now, std::uint64_t count, kernel::TimeNs span_ns) {
  TWIN_ASSERT(now >= start_ns_ && span_ns >= 0, now, start_ns_, span_ns);
  if (count_ > 0) {
    last_before_ns_ = emitted_at(now) == count_ ? last_pulse(now) : now;
    before_ += count_;
  }
  start_ns_ = now;
  span_ns_ = span_ns;
  count_ = count;
}

void PulseOutput::stop(kernel::TimeNs now) {
  const kernel::TimeNs last = last_pulse(now);
  before_ = count_at(now);
  last_before_ns_ = last;
  start_ns_ = now;
  span_ns_ = 0;
  count_ = 0;
}

kernel::TimeNs PulseOutput::last_pulse(kernel::TimeNs now) const {
  const std::uint64_t emitted = emitted_at(now);
  return emitted == 0 ? last_before_ns_ : time_of(emitted);
}

kernel::TimeNs PulseOutput::next_pulse(kernel::TimeNs now) const {
  const std::uint64_t emitted = emitted_at(now);
  return emitted == count_ ? kernel::kNever : time_of(emitted + 1);
}

}  // namespace models
