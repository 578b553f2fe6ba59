// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/meter/output_blocks.hpp"

#include "kernel/assert.hpp"

namespace models {

namespace {

using Wide = __int128;

}  // namespace

std::uint64_t PulseOutput::emitted_at(kernel::TimeNs now) const {
  if (count_ == 0 || now < first_ns_) return 0;
  if (now >= last_ns_) return count_;
  return 1 +
         static_cast<std::uint64_t>(Wide{now - first_ns_} * (count_ - 1) / (last_ns_ - first_ns_));
}

// Smallest instant at which emitted_at() is k.
kernel::TimeNs PulseOutput::time_of(std::uint64_t k) const {
  if (k == count_) return last_ns_;
  const Wide steps = count_ - 1;
  return first_ns_ +
         static_cast<kernel::TimeNs>((Wide{last_ns_ - first_ns_} * (k - 1) + steps - 1) / steps);
}

void PulseOutput::lay(kernel::TimeNs now, std::uint64_t count, kernel::TimeNs first_ns,
                      kernel::TimeNs last_ns) {
  TWIN_ASSERT(0 <= first_ns && first_ns <= last_ns, first_ns, last_ns);
  if (count_ > 0) {
    last_before_ns_ = emitted_at(now) == count_ ? last_pulse(now) : now;
    before_ += count_;
  }
  first_ns_ = now + first_ns;
  last_ns_ = now + (count == 1 ? first_ns : last_ns);
  count_ = count;
}

void PulseOutput::stop(kernel::TimeNs now) {
  const kernel::TimeNs last = last_pulse(now);
  before_ = count_at(now);
  last_before_ns_ = last;
  first_ns_ = last_ns_ = now;
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

// ---- Who watches them ----

void PulseBlock::note(kernel::TimeNs now, meter_pulse_output output, bool due_too) {
  if (watch_ == nullptr) return;
  const PulseOutput& of = outputs_[output];
  std::vector<kernel::TimeNs>& seen = watch_->seen[output];
  const auto see = [&](kernel::TimeNs at) {
    seen.push_back(at);
    if (repeated_ == output) watch_->seen[METER_PULSE_OUTPUTS].push_back(at);
  };
  for (kernel::TimeNs at = of.next_pulse(watch_->noted_ns[output]); at <= now;
       at = of.next_pulse(at)) {
    see(at);
  }
  watch_->noted_ns[output] = now;
  const std::uint64_t due = due_too ? of.laid() - of.count_at(now) : 0;
  for (std::uint64_t k = 0; k < due; ++k) see(now);
}

void PulseBlock::note_all(kernel::TimeNs now) {
  for (unsigned k = 0; k < METER_PULSE_OUTPUTS; ++k) {
    note(now, static_cast<meter_pulse_output>(k), false);
  }
}

void PulseBlock::repeat(meter_pulse_output output) {
  note_all(life_.now());
  repeated_ = output;
  uarts_.lend_optical(output < METER_PULSE_OUTPUTS);
}

}  // namespace models
