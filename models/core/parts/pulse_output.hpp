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
  void emit(sim::TimeNs now, std::uint64_t count, sim::TimeNs span_ns);
  // Supply gone: pulses still due are never emitted.
  void stop(sim::TimeNs now);

  std::uint64_t count_at(sim::TimeNs now) const { return before_ + emitted_at(now); }
  // Time of the last pulse at or before now, kNever when there was none yet.
  sim::TimeNs last_pulse(sim::TimeNs now) const;
  // Time of the first pulse after now, kNever when none is due.
  sim::TimeNs next_pulse(sim::TimeNs now) const;

 private:
  std::uint64_t emitted_at(sim::TimeNs now) const;
  sim::TimeNs time_of(std::uint64_t k) const;

  std::uint64_t before_ = 0;  // pulses of earlier spans
  std::uint64_t count_ = 0;   // pulses of this span
  sim::TimeNs start_ns_ = 0;
  sim::TimeNs span_ns_ = 0;
  sim::TimeNs last_before_ns_ = sim::kNever;
};

}  // namespace models
