// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sim/referee/expected/expected.hpp"
#include "sim/scenario/scenario.hpp"

namespace sim::run {

inline constexpr kernel::TimeNs kDebounce = 20 * kernel::kNsPerMs;  // meter/hal/inputs.h

// What a scenario makes happen in a meter that stands in its logs.
enum class EventKind : std::uint8_t {
  power_down,
  power_up,
  summer_begins,
  winter_begins,
  clock_before,  // it was set, and said so much before
  clock_after,
  switched_off,
  switched_on,
  cover_opened,
  cover_closed,
  terminals_opened,
  terminals_closed,
  field,
  field_gone,
  seal_broken,
  tariff_programmed,  // a passive plan has a time to come into force
  tariff_activated,
  switched_off_by_hand,
  switched_on_by_hand,
  switched_off_locally,  // by the meter itself, at a threshold
  switched_on_locally,
  relay_ready,  // for the customer at the button
  contact_fault,
  limit_exceeded,
  limit_kept,
  limit_changed,
  monitor_over,
  monitor_under,
  watchdog,
  currents_differ,  // of phases and neutral, in an interval of the load profile
  currents_agree,
  battery_low,
  battery_dead,
  clock_lost,
  memory_turned,  // a bit of working memory, mended
  implausible,    // a window's counts
  program_error,
  image_ready,
  image_activated,
  image_refused,
  image_back,  // the firmware before it came back
};

// How a country calls it: group E of the log (0.0.99.98.E) and code, from the companions
// themselves, not from the meter's tables. No name: it stands in no log there.
struct EventName {
  std::uint8_t group = 0;
  std::uint8_t code = 0;
  bool alarm = false;  // told unasked
};
std::optional<EventName> name_of(EventKind kind, EventCodes codes);
// Whether a code is one that scenarios make: others are the meter's own business.
bool is_judged(std::uint8_t group, std::uint8_t code, EventCodes codes);
// The logs that they stand in.
std::vector<std::uint8_t> judged_groups(EventCodes codes);

struct ExpectedEvent {
  EventKind kind = EventKind::power_up;
  kernel::TimeNs at = 0;          // when it is noted
  std::int64_t stamp_utc_s = 0;   // by the meter's clock
  std::int64_t latest_utc_s = 0;  // an order comes when it comes, up to here
};

// All events of one meter up to `until`, in the order of time, from the scenario, the clock's
// history and the times of supply and contacts alone; `relay` as relay_story tells it.
std::vector<ExpectedEvent> expected_events(const Scenario& scenario, std::uint32_t meter,
                                           const ZoneRule& zone, const models::Rtc& rtc,
                                           std::span<const PoweredSpan> powered,
                                           const std::vector<ExpectedEvent>& relay,
                                           kernel::TimeNs until);

}  // namespace sim::run
