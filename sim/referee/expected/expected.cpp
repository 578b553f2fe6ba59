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
  Collector(std::span<const PoweredSpan> powered, const Boundaries& boundaries)
      : powered_(powered), boundaries_(boundaries) {}

  // The clock jumped from `before` to `after` ticks at `t`; `set`: by the firmware, which says so
  // in its next row. Of a fault of the hardware it knows nothing.
  void jump(kernel::TimeNs t, std::int64_t before, std::int64_t after, bool set) {
    if (set) pending_ |= kRowStatusClockAdjusted;
    if (set) invalid_ = 0;
    if (!set && after == 0) invalid_ = kRowStatusClockInvalid;
    if (!powered_at(t)) return;
    const std::int64_t crossed_s = boundaries_.last(floor_div(after, kHz));
    const std::int64_t passed_s = boundaries_.last(floor_div(before, kHz));
    if (crossed_s > passed_s) capture(crossed_s, t, kRowStatusDataNotValid);
    if (crossed_s < passed_s && !set) pending_ |= kRowStatusDataNotValid;
  }

  // The clock runs under one law from `from` to `to` (exclusive).
  void run(const models::OscillatorSegment& law, kernel::TimeNs from, kernel::TimeNs to) {
    std::int64_t stamp_s = boundaries_.next(floor_div(law.count_at(from), kHz));
    for (;; stamp_s = boundaries_.next(stamp_s)) {
      const kernel::TimeNs t = law.time_of(stamp_s * kHz);
      if (t >= to) return;
      if (powered_at(t)) capture(stamp_s, t, 0);
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
    row.status = status | pending_ | invalid_;
    if (interrupted(t)) row.status |= kRowStatusPowerDown;
    row.ordinal = static_cast<std::uint8_t>(
        std::ranges::count(rows_, stamp_utc_s, &ExpectedRow::stamp_utc_s));
    pending_ = 0;
    rows_.push_back(row);
  }

  std::span<const PoweredSpan> powered_;
  const Boundaries& boundaries_;
  std::vector<ExpectedRow> rows_;
  std::uint8_t pending_ = 0;  // what the next row has to say
  std::uint8_t invalid_ = 0;
};

}  // namespace

Boundaries multiples_of(std::int64_t period_s) {
  return {[period_s](std::int64_t utc_s) { return floor_div(utc_s, period_s) * period_s; },
          [period_s](std::int64_t utc_s) { return (floor_div(utc_s, period_s) + 1) * period_s; }};
}

std::vector<ExpectedRow> expected_rows(const models::Rtc& rtc, std::span<const PoweredSpan> powered,
                                       const Boundaries& boundaries, kernel::TimeNs until) {
  Collector collector(powered, boundaries);
  const auto& history = rtc.history();
  for (std::size_t i = 0; i < history.size(); ++i) {
    const auto& segment = history[i];
    const kernel::TimeNs from = segment.law.from_ns;
    kernel::TimeNs to = until + 1;
    if (i + 1 < history.size()) {
      // A rate that changes takes nothing from the count: what it comes to at that instant, it does
      // under the law before.
      const auto& next = history[i + 1];
      const bool goes_on = !next.set && next.law.count == next.count_before;
      to = next.law.from_ns + (goes_on ? 1 : 0);
    }
    if (i > 0 && segment.law.count != segment.count_before) {
      collector.jump(from, segment.count_before, segment.law.count, segment.set);
    }
    collector.run(segment.law, from, std::min(to, until + 1));
  }
  return collector.take();
}

}  // namespace sim::run
