// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/balance.hpp"

#include <algorithm>

#include "sim/referee/truth/measured_truth.hpp"

namespace sim::run {
namespace {

// docs/metrology.md, Differential current.
constexpr double kDifferenceA = 0.5;
constexpr double kDifferenceShare = 0.1;
constexpr double kDifferingS = 30;
// How far a meter of its class may be off. It counts windows of ten cycles: at 49 to 51 Hz, 0.6 s
// more or less, and one may lie across the end of an interval.
constexpr double kOffShare = 0.01;
constexpr double kOffA = 0.01;
constexpr double kOffS = 1;

bool is_diverted(const Scenario& scenario, std::uint32_t meter) {
  return std::ranges::any_of(scenario.events, [meter](const Event& event) {
    const bool diverts = event.type == EventType::bypass || event.type == EventType::neutral_fault;
    return diverts && event.meters.contains(meter);
  });
}

// How long currents surely and how long they perhaps differed, in the running interval.
struct Differing {
  double surely_s = 0;
  double perhaps_s = 0;

  void add(const models::ElectricalState& state, double hours) {
    const double difference = difference_a(state);
    const double largest = largest_a(state);
    const double most = std::max(kDifferenceA, kDifferenceShare * largest);
    const double off = kOffA + kOffShare * largest;
    if (difference > most + off) surely_s += 3600 * hours;
    if (difference > most - off) perhaps_s += 3600 * hours;
  }
  BalanceVerdict verdict(kernel::TimeNs at) const {
    return {at, perhaps_s >= kDifferingS - kOffS, surely_s < kDifferingS + kOffS};
  }
};

}  // namespace

BalanceStory balance_story(const Scenario& scenario, const Home& home,
                           std::span<const PoweredSpan> powered, kernel::TimeNs until) {
  BalanceStory story;
  if (!is_diverted(scenario, home.identity.number)) return story;
  Differing differing;
  TruthMeter meter(*home.supply, home.meter->feed().changes());
  meter.tell_spans([&differing](const models::ElectricalState& state, double hours) {
    differing.add(state, hours);
  });
  BalanceVerdict before;
  for (const ExpectedRow& row :
       expected_rows(home.meter->board().rtc.clock(), powered,
                     multiples_of(home.settings.capture_period_s), until)) {
    meter.advance(row.captured_at);
    const BalanceVerdict now = differing.verdict(row.captured_at);
    differing = {};
    const auto add = [&](EventKind kind, bool must) {
      story.events.push_back(
          {kind, must ? row.captured_at : until, row.stamp_utc_s, row.stamp_utc_s});
    };
    const bool surely = now.may_differ != now.may_agree && before.may_differ != before.may_agree;
    if (now.may_differ && before.may_agree) add(EventKind::currents_differ, surely);
    if (now.may_agree && before.may_differ) add(EventKind::currents_agree, surely);
    story.verdicts.push_back(now);
    before = now;
  }
  return story;
}

}  // namespace sim::run
