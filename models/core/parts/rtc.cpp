// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/parts/rtc.hpp"

#include <algorithm>

#include "kernel/assert.hpp"

namespace models {

Rtc::Rtc(const RtcCrystal& crystal, std::int64_t start_count)
    : crystal_(crystal), oscillator_(kRateHz, crystal.offset_ppb) {
  oscillator_.set_deviation(0, deviation_ppb());
  oscillator_.set(0, start_count);
  begin_segment(start_count, false);
}

std::int64_t Rtc::ticks_at(kernel::TimeNs t) const {
  if (t >= oscillator_.segment().from_ns) return oscillator_.count_at(t);
  // A look back, for truth and traces; the segment that ran at t is the last that began before.
  const auto after = std::ranges::upper_bound(
      history_, t, {}, [](const Segment& segment) { return segment.law.from_ns; });
  TWIN_ASSERT(after != history_.begin(), t);
  return std::prev(after)->law.count_at(t);
}

kernel::TimeNs Rtc::last_reached(std::int64_t ticks, kernel::TimeNs until) const {
  for (std::size_t i = history_.size(); i-- > 0;) {
    const Segment& segment = history_[i];
    if (segment.law.from_ns > until) continue;
    const bool is_last = i + 1 == history_.size();
    const kernel::TimeNs to = is_last ? until : std::min(until, history_[i + 1].law.from_ns);
    if (segment.law.count < ticks) {
      const kernel::TimeNs at = segment.law.time_of(ticks);
      if (at <= to) return at;
    } else if (segment.count_before < ticks) {
      return segment.law.from_ns;
    }
  }
  return 0;
}

void Rtc::set(kernel::TimeNs t, std::int64_t ticks) {
  lost_ = false;
  change_count(t, ticks, true);
}

void Rtc::jump(kernel::TimeNs t, std::int64_t ticks) { change_count(t, ticks, false); }

void Rtc::lose(kernel::TimeNs t) {
  lost_ = true;
  change_count(t, 0, false);
  trim(t, 0);
}

void Rtc::change_count(kernel::TimeNs t, std::int64_t ticks, bool set) {
  const std::int64_t before = oscillator_.count_at(t);
  oscillator_.set(t, ticks);
  begin_segment(before, set);
}

void Rtc::set_temperature(kernel::TimeNs t, double celsius) {
  celsius_ = celsius;
  change_rate(t);
}

void Rtc::trim(kernel::TimeNs t, std::int32_t ppb) {
  trim_ppb_ = ppb;
  change_rate(t);
}

void Rtc::age(kernel::TimeNs t, std::int32_t ppb) {
  aged_ppb_ = ppb;
  change_rate(t);
}

// Of changes at one instant the last counts: the production line leaves no trace.
void Rtc::change_rate(kernel::TimeNs t) {
  const std::int64_t before = oscillator_.count_at(t);
  oscillator_.set_deviation(t, deviation_ppb());
  if (oscillator_.segment().rate == history_.back().law.rate) return;
  if (history_.back().law.from_ns == t) {
    history_.back().law = oscillator_.segment();
  } else {
    begin_segment(before, false);
  }
}

std::int32_t Rtc::deviation_ppb() const {
  const double kelvin = celsius_ - crystal_.turnover_c;
  return crystal_.offset_ppb + aged_ppb_ + trim_ppb_ +
         static_cast<std::int32_t>(crystal_.ppb_per_k2 * kelvin * kelvin);
}

void Rtc::begin_segment(std::int64_t count_before, bool set) {
  history_.push_back({oscillator_.segment(), count_before, set});
}

}  // namespace models
