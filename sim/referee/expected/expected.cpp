// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/expected/expected.hpp"

#include <algorithm>

namespace sim::run {
namespace {

constexpr std::int64_t kHz = models::Rtc::kRateHz;

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

class Collector {
 public:
  Collector(std::span<const PoweredSpan> powered, std::int64_t period_s)
      : powered_(powered), period_ticks_(period_s * kHz), period_s_(period_s) {}

  // The clock jumped from `before` to `after` ticks at `t`; `set`: by the firmware, which says so
  // in its next row. Of a fault of the hardware it knows nothing.
  void jump(kernel::TimeNs t, std::int64_t before, std::int64_t after, bool set) {
    if (set) pending_ |= kStatusClockAdjusted;
    if (!powered_at(t)) return;
    const std::int64_t crossed = floor_div(after, period_ticks_);
    const std::int64_t passed = floor_div(before, period_ticks_);
    if (crossed > passed) capture(crossed * period_s_, t, kStatusDataNotValid);
    if (crossed < passed && !set) pending_ |= kStatusDataNotValid;
  }

  // The clock runs under one law from `from` to `to` (exclusive).
  void run(const models::OscillatorSegment& law, kernel::TimeNs from, kernel::TimeNs to) {
    const std::int64_t first = floor_div(law.count_at(from), period_ticks_) + 1;
    for (std::int64_t n = first;; ++n) {
      const kernel::TimeNs t = law.time_of(n * period_ticks_);
      if (t >= to) return;
      if (powered_at(t)) capture(n * period_s_, t, 0);
    }
  }

  std::vector<ExpectedRow> take() { return std::move(rows_); }

 private:
  bool powered_at(kernel::TimeNs t) const {
    return std::ranges::any_of(
        powered_, [t](const PoweredSpan& span) { return span.on <= t && t < span.off; });
  }
  // Supply lost at any time after the last row.
  bool interrupted(kernel::TimeNs t) const {
    const kernel::TimeNs last = rows_.empty() ? 0 : rows_.back().captured_at;
    return std::ranges::any_of(
        powered_, [&](const PoweredSpan& span) { return span.off > last && span.off <= t; });
  }
  void capture(std::int64_t stamp_utc_s, kernel::TimeNs t, std::uint8_t status) {
    ExpectedRow row;
    row.stamp_utc_s = stamp_utc_s;
    row.captured_at = t;
    row.status = status | pending_;
    if (interrupted(t)) row.status |= kStatusPowerDown;
    row.ordinal = static_cast<std::uint8_t>(
        std::ranges::count(rows_, stamp_utc_s, &ExpectedRow::stamp_utc_s));
    pending_ = 0;
    rows_.push_back(row);
  }

  std::span<const PoweredSpan> powered_;
  std::int64_t period_ticks_;
  std::int64_t period_s_;
  std::vector<ExpectedRow> rows_;
  std::uint8_t pending_ = 0;  // what the next row has to say
};

}  // namespace

std::vector<ExpectedRow> expected_rows(const models::Rtc& rtc, std::span<const PoweredSpan> powered,
                                       std::int64_t period_s, kernel::TimeNs until) {
  Collector collector(powered, period_s);
  const auto& history = rtc.history();
  for (std::size_t i = 0; i < history.size(); ++i) {
    const auto& segment = history[i];
    const kernel::TimeNs from = segment.law.from_ns;
    const kernel::TimeNs to = i + 1 < history.size() ? history[i + 1].law.from_ns : until + 1;
    if (i > 0 && segment.law.count != segment.count_before) {
      collector.jump(from, segment.count_before, segment.law.count, segment.set);
    }
    collector.run(segment.law, from, std::min(to, until + 1));
  }
  return collector.take();
}

}  // namespace sim::run
