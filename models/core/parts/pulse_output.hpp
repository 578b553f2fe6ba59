// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernel/time.hpp"

namespace models {

// Optical test output (IEC 62053-31). The firmware hands over a number of pulses for the coming
// span; they are laid on the time axis only when somebody looks: pulse k of n ends its share of the
// span, at start + k * span / n.
class PulseOutput {
 public:
  // Pulses of the span before that are still due are emitted at once, so none is lost.
  void emit(kernel::TimeNs now, std::uint64_t count, kernel::TimeNs span_ns);
  // Supply gone: pulses still due are never emitted.
  void stop(kernel::TimeNs now);

  std::uint64_t count_at(kernel::TimeNs now) const { return before_ + emitted_at(now); }
  // Time of the last pulse at or before now, kNever when there was none yet.
  kernel::TimeNs last_pulse(kernel::TimeNs now) const;
  // Time of the first pulse after now, kNever when none is due.
  kernel::TimeNs next_pulse(kernel::TimeNs now) const;

 private:
  std::uint64_t emitted_at(kernel::TimeNs now) const;
  kernel::TimeNs time_of(std::uint64_t k) const;

  std::uint64_t before_ = 0;  // pulses of earlier spans
  std::uint64_t count_ = 0;   // pulses of this span
  kernel::TimeNs start_ns_ = 0;
  kernel::TimeNs span_ns_ = 0;
  kernel::TimeNs last_before_ns_ = kernel::kNever;
};

}  // namespace models
