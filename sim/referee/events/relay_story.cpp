// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/events/relay_story.hpp"

#include <algorithm>

#include "protocol/calendar.hpp"
#include "sim/referee/events/relay_simulation.hpp"

namespace sim::run {
namespace {

// A meter looks at its thresholds once a second, at the last window of ten cycles.
constexpr kernel::TimeNs kRelaySlack = 2 * kernel::kNsPerSecond;

bool has_limits(const RelaySubject& subject) {
  return std::ranges::any_of(subject.scenario.events, [&](const Event& event) {
    return event.type == EventType::limit && event.meters.contains(subject.meter) &&
           !protocol::limits::is_of_quality(event.limit);
  });
}

// Until when an entry or a movement may come. An order comes when it comes.
kernel::TimeNs latest_of(RelaySimulation::Cause cause, kernel::TimeNs late, kernel::TimeNs until) {
  return cause == RelaySimulation::Cause::order ? until : std::min(late + kRelaySlack, until);
}

}  // namespace

RelayStory relay_story(const RelaySubject& subject) {
  RelaySimulation early(subject, false);
  RelaySimulation late(subject, has_limits(subject));
  early.run();
  late.run();
  const auto clock_s = [&](kernel::TimeNs at) {
    return protocol::floor_div(subject.rtc.ticks_at(at), models::Rtc::kRateHz);
  };
  RelayStory story;
  const auto& first = early.entries();
  const auto& last = late.entries();
  std::size_t common = 0;
  for (; common < std::min(first.size(), last.size()); ++common) {
    const auto& from = first[common];
    const auto& to = last[common];
    if (from.kind != to.kind) break;
    const kernel::TimeNs latest = latest_of(from.cause, to.at, subject.until);
    story.events.push_back({from.kind, to.at, clock_s(from.at), clock_s(latest)});
  }
  // Behind the end, so nobody asks for them.
  const auto allow = [&](const RelaySimulation::Entry& entry) {
    story.events.push_back({entry.kind, subject.until, clock_s(entry.at), clock_s(subject.until)});
  };
  std::for_each(first.begin() + static_cast<std::ptrdiff_t>(common), first.end(), allow);
  std::for_each(last.begin() + static_cast<std::ptrdiff_t>(common), last.end(), allow);

  for (std::size_t k = 0; k < std::max(early.moves().size(), late.moves().size()); ++k) {
    story.whole = k < early.moves().size() && k < late.moves().size() &&
                  early.moves()[k].closed == late.moves()[k].closed;
    if (!story.whole) break;
    const auto& from = early.moves()[k];
    const kernel::TimeNs to = late.moves()[k].at;
    story.moves.push_back(
        {from.closed, from.at, latest_of(from.cause, to, subject.until), to + kRelaySlack});
  }
  return story;
}

}  // namespace sim::run
