// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/events/expected_events.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "models/core/parts/supply.hpp"
#include "models/core/parts/upset.hpp"
#include "protocol/calendar.hpp"
#include "sim/referee/events/image_times.hpp"
#include "sim/scenario/climate.hpp"

namespace sim::run {
namespace {

using Kind = EventKind;
using Codes = EventCodes;

// meter/hal/inputs.h: an edge counts when it has stood for so long.

struct NamedEvent {
  Kind kind;
  Codes codes;
  EventName name;
};
// IDIS package 2 and DSMR; Spanish companion for PRIME, groups 1, 2 and 4.
constexpr NamedEvent kNames[] = {
    {Kind::power_down, Codes::idis, {0, 1}},
    {Kind::power_up, Codes::idis, {0, 2, true}},
    {Kind::summer_begins, Codes::idis, {0, 3}},
    {Kind::winter_begins, Codes::idis, {0, 3}},
    {Kind::clock_before, Codes::idis, {0, 4}},
    {Kind::clock_after, Codes::idis, {0, 5}},
    {Kind::tariff_activated, Codes::idis, {0, 9}},
    {Kind::tariff_programmed, Codes::idis, {0, 19}},
    {Kind::switched_off, Codes::idis, {2, 62, true}},
    {Kind::switched_on, Codes::idis, {2, 63, true}},
    {Kind::terminals_opened, Codes::idis, {1, 40, true}},
    {Kind::terminals_closed, Codes::idis, {1, 41}},
    {Kind::field, Codes::idis, {1, 42, true}},
    {Kind::field_gone, Codes::idis, {1, 43}},
    {Kind::cover_opened, Codes::idis, {1, 44, true}},
    {Kind::cover_closed, Codes::idis, {1, 45}},
    {Kind::seal_broken, Codes::idis, {1, 230, true}},
    {Kind::relay_ready, Codes::idis, {2, 59}},
    {Kind::switched_off_by_hand, Codes::idis, {2, 60, true}},
    {Kind::switched_on_by_hand, Codes::idis, {2, 61, true}},
    {Kind::switched_off_locally, Codes::idis, {2, 64, true}},
    {Kind::limit_exceeded, Codes::idis, {2, 65}},
    {Kind::limit_kept, Codes::idis, {2, 66}},
    {Kind::limit_changed, Codes::idis, {2, 67}},
    {Kind::contact_fault, Codes::idis, {2, 68, true}},
    {Kind::switched_on_locally, Codes::idis, {2, 69, true}},
    {Kind::monitor_over, Codes::idis, {2, 240}},
    {Kind::monitor_under, Codes::idis, {2, 241}},
    {Kind::currents_differ, Codes::idis, {1, 234, true}},
    {Kind::currents_agree, Codes::idis, {1, 235}},
    {Kind::clock_lost, Codes::idis, {0, 6, true}},
    {Kind::battery_dead, Codes::idis, {0, 7, true}},
    {Kind::battery_low, Codes::idis, {0, 8, true}},
    {Kind::image_ready, Codes::idis, {0, 17}},
    {Kind::image_activated, Codes::idis, {0, 18}},
    {Kind::image_refused, Codes::idis, {0, 51}},
    {Kind::image_back, Codes::idis, {0, 248}},
    {Kind::power_down, Codes::prime, {0, 3}},
    {Kind::power_up, Codes::prime, {0, 2, true}},
    {Kind::summer_begins, Codes::prime, {0, 24}},
    {Kind::winter_begins, Codes::prime, {0, 25}},
    {Kind::clock_after, Codes::prime, {8, 98}},
    {Kind::switched_off, Codes::prime, {2, 2, true}},
    {Kind::switched_on, Codes::prime, {2, 3, true}},
    {Kind::switched_on_by_hand, Codes::prime, {2, 1, true}},
    {Kind::switched_off_locally, Codes::prime, {2, 4, true}},
    {Kind::switched_on_locally, Codes::prime, {2, 5, true}},
    {Kind::limit_changed, Codes::prime, {0, 96}},
    {Kind::terminals_opened, Codes::prime, {1, 1, true}},
    {Kind::terminals_closed, Codes::prime, {1, 2}},
    {Kind::cover_opened, Codes::prime, {1, 1, true}},
    {Kind::cover_closed, Codes::prime, {1, 2}},
    {Kind::field, Codes::prime, {1, 3, true}},
    {Kind::field_gone, Codes::prime, {1, 4}},
    {Kind::program_error, Codes::idis, {0, 12, true}},
    {Kind::memory_turned, Codes::idis, {0, 13, true}},
    {Kind::watchdog, Codes::idis, {0, 15, true}},
    {Kind::implausible, Codes::idis, {0, 16, true}},
    {Kind::program_error, Codes::prime, {0, 9, true}},
    {Kind::memory_turned, Codes::prime, {0, 9, true}},
    {Kind::watchdog, Codes::prime, {0, 9, true}},
    {Kind::implausible, Codes::prime, {0, 9, true}},
    {Kind::image_activated, Codes::prime, {0, 97}},
};

// The last change of a European summer time at or before, and the next one after a time.
std::int64_t last_change(std::int64_t utc_s) {
  const int year = protocol::civil_from_days(protocol::floor_div(utc_s, protocol::kDayS)).year;
  for (int back = 0;; ++back) {
    for (const unsigned month : {10u, 3u}) {
      const std::int64_t change_s = protocol::eu_change_utc_s(year - back, month);
      if (change_s <= utc_s) return change_s;
    }
  }
}
std::int64_t next_change(std::int64_t utc_s) {
  constexpr std::int64_t kLongestSeasonS = 250 * protocol::kDayS;
  return last_change(last_change(utc_s) + kLongestSeasonS);
}

class Story {
 public:
  Story(const Scenario& scenario, std::uint32_t meter, const models::Rtc& rtc,
        std::span<const PoweredSpan> powered, kernel::TimeNs until)
      : scenario_(scenario),
        meter_(meter),
        rtc_(rtc),
        powered_(powered),
        until_(until),
        sleeps_(settings_of(scenario, meter).model == MeterModel::ad11a) {}

  std::int64_t clock_s(kernel::TimeNs at) const {
    return protocol::floor_div(rtc_.ticks_at(at), models::Rtc::kRateHz);
  }
  bool powered_at(kernel::TimeNs at) const {
    return std::ranges::any_of(
        powered_, [at](const PoweredSpan& span) { return span.on <= at && at < span.off; });
  }
  bool hears_at(kernel::TimeNs at) const {
    if (powered_at(at)) return true;
    if (!sleeps_ || powered_.empty() || at < powered_.front().on) return false;
    kernel::TimeNs off = 0;
    for (const PoweredSpan& span : powered_) off = span.off <= at ? span.off : off;
    return !is_battery_dead(scenario_, meter_, off, at);
  }
  void add(Kind kind, kernel::TimeNs at) { add(kind, at, clock_s(at)); }
  void add(Kind kind, kernel::TimeNs at, std::int64_t stamp_utc_s) {
    if (at <= until_) events_.push_back({kind, at, stamp_utc_s, stamp_utc_s});
  }

  void supply();
  void battery();
  void clock(const ZoneRule& zone);
  void tariffs();
  void images(const Scenario& scenario, std::uint32_t meter);
  void add_all(const std::vector<ExpectedEvent>& events) {
    events_.insert(events_.end(), events.begin(), events.end());
  }
  void contacts();
  void upsets(const Scenario& scenario, std::uint32_t meter);

  std::vector<ExpectedEvent> take() {
    std::ranges::stable_sort(events_, {}, &ExpectedEvent::at);
    return std::move(events_);
  }

 private:
  struct Held {
    kernel::TimeNs from;
    kernel::TimeNs to;
  };
  void contact(const std::vector<Held>& held, Kind opened, Kind closed, bool sealed);

  const Scenario& scenario_;
  std::uint32_t meter_;
  const models::Rtc& rtc_;
  std::span<const PoweredSpan> powered_;
  kernel::TimeNs until_;
  bool sleeps_;  // the battery keeps it when the mains are gone
  std::vector<ExpectedEvent> events_;
};

// The supply announces its end. Who falls asleep then writes that down, else the next start does:
// also of a meter whose battery died meanwhile, which has forgotten that it did.
void Story::supply() {
  kernel::TimeNs failed = kernel::kNever;
  for (const PoweredSpan& span : powered_) {
    if (span.watchdog) {
      add(Kind::watchdog, span.on);
    } else if (failed != kernel::kNever) {
      const kernel::TimeNs off = failed + models::Supply::kHoldUpNs;
      const bool slept = sleeps_ && charge_percent_at(scenario_, meter_, off) > 0;
      const bool died = is_battery_dead(scenario_, meter_, off, span.on);
      if (slept) add(Kind::power_down, off, clock_s(failed));
      if (!slept || died) add(Kind::power_down, span.on, clock_s(failed));
      if (died) add(Kind::clock_lost, span.on);
    }
    add(Kind::power_up, span.on);
    if (span.off != kernel::kNever) failed = span.off - models::Supply::kHoldUpNs;
  }
}

// A battery is looked at with each capture, and at each start; what gets worse is told.
void Story::battery() {
  constexpr double kLow_percent = 6.25;  // 3 V
  const kernel::TimeNs period =
      settings_of(scenario_, meter_).capture_period_s * kernel::kNsPerSecond;
  const auto level_of = [](double percent) { return percent <= 0 ? 2 : percent < kLow_percent; };
  int told = 0;
  for (const Event& event : scenario_.events) {
    if (event.type != EventType::battery || !event.meters.contains(meter_)) continue;
    const int level = level_of(event.board.charge_percent);
    const int before = std::exchange(told, level);
    if (level <= before) continue;
    const Kind kind = level == 2 ? Kind::battery_dead : Kind::battery_low;
    const auto span = std::ranges::find_if(
        powered_, [&](const PoweredSpan& each) { return each.off > event.at + period; });
    if (span == powered_.end()) continue;
    if (span->on > event.at) {
      add(kind, span->on);
    } else if (event.at + period <= until_) {
      events_.push_back({kind, event.at + period, clock_s(event.at), clock_s(event.at + period)});
    }
  }
}

void Story::clock(const ZoneRule& zone) {
  for (const models::Rtc::Segment& segment : rtc_.history()) {
    const kernel::TimeNs at = segment.law.from_ns;
    if (!segment.set || !powered_at(at)) continue;
    const auto seconds = [](std::int64_t count) {
      return protocol::floor_div(count, models::Rtc::kRateHz);
    };
    add(Kind::clock_before, at, seconds(segment.count_before));
    add(Kind::clock_after, at, seconds(segment.law.count));
  }
  if (!zone.daylight_saving) return;
  for (const ExpectedRow& change :
       expected_rows(rtc_, powered_, {last_change, next_change}, until_)) {
    // A change that somebody jumped over is none.
    const bool jumped = std::ranges::any_of(rtc_.history(), [&](const auto& segment) {
      return segment.set && segment.law.from_ns == change.captured_at;
    });
    if (jumped) continue;
    const bool summer = protocol::eu_daylight_saving(change.stamp_utc_s);
    add(summer ? Kind::summer_begins : Kind::winter_begins, change.captured_at, change.stamp_utc_s);
  }
}

// A plan is written when its order comes, and is in force from its time on the meter's clock or
// from the start after it.
void Story::tariffs() {
  for (const Event& event : scenario_.events) {
    if (event.type != EventType::calendar || !event.meters.contains(meter_)) continue;
    const auto add_by_the_end = [&](Kind kind, kernel::TimeNs at, std::int64_t stamp_utc_s) {
      const bool lives =
          std::ranges::any_of(powered_, [at](const PoweredSpan& span) { return span.off > at; });
      if (at <= until_ && lives) events_.push_back({kind, at, stamp_utc_s, clock_s(until_)});
    };
    add_by_the_end(Kind::tariff_programmed, event.at, clock_s(event.at));
    add_by_the_end(Kind::tariff_activated, event.activate_at,
                   scenario_.general.start_utc_s + event.activate_at / kernel::kNsPerSecond);
  }
}

// Each image once it has come, and once more when its time has.
void Story::images(const Scenario& scenario, std::uint32_t meter) {
  for (const Event& event : scenario.events) {
    if (event.type != EventType::image || !event.meters.contains(meter)) continue;
    const auto image = std::ranges::find(scenario.hes.images, event.file, &ImageRow::name);
    if (image == scenario.hes.images.end()) continue;
    const auto add_by_the_end = [&](Kind kind, kernel::TimeNs at) {
      if (at <= until_) events_.push_back({kind, at, clock_s(at), clock_s(until_)});
    };
    const bool good =
        image->flaw == ImageFlaw::none && image->variant == settings_of(scenario, meter).model;
    add_by_the_end(good ? Kind::image_ready : Kind::image_refused, event.at);
    if (!good) continue;
    add_by_the_end(image->kept ? Kind::image_activated : Kind::image_back,
                   std::max(event.at, event.activate_at));
  }
}

void Story::contact(const std::vector<Held>& held, Kind opened, Kind closed, bool sealed) {
  const auto open_at = [&](kernel::TimeNs at) {
    return std::ranges::any_of(held, [at](const Held& h) { return h.from <= at && at < h.to; });
  };
  // Looked at when an edge has settled, and at each start.
  std::set<kernel::TimeNs> looks;
  for (const Held& one : held) {
    for (const kernel::TimeNs edge : {one.from, one.to}) looks.insert(edge + kDebounce);
  }
  const auto starts = [&](kernel::TimeNs at) {
    return std::ranges::any_of(powered_, [at](const PoweredSpan& span) { return span.on == at; });
  };
  for (const PoweredSpan& span : powered_) looks.insert(span.on);
  bool told = false;
  bool whole = true;
  for (const kernel::TimeNs at : looks) {
    if (!hears_at(at)) continue;
    const bool open = open_at(at);
    const bool settled =
        starts(at) || std::ranges::none_of(held, [&](const Held& h) {
          return (h.from > at - kDebounce && h.from <= at) || (h.to > at - kDebounce && h.to <= at);
        });
    if (!settled || open == told) continue;
    told = open;
    add(open ? opened : closed, at);
    if (!open || !sealed || !whole) continue;
    whole = false;
    add(Kind::seal_broken, at);
  }
}

void Story::contacts() {
  const auto held_by = [&](EventType type, bool under_seal) {
    std::vector<Held> held;
    for (const Event& event : scenario_.events) {
      const bool this_one = event.type == type || (under_seal && event.type == EventType::seal);
      if (!this_one || !event.meters.contains(meter_)) continue;
      held.push_back({event.at, event.at + kernel::to_ns(event.duration_s)});
    }
    return held;
  };
  contact(held_by(EventType::cover, true), Kind::cover_opened, Kind::cover_closed, true);
  contact(held_by(EventType::terminal_cover, true), Kind::terminals_opened, Kind::terminals_closed,
          true);
  contact(held_by(EventType::magnet, false), Kind::field, Kind::field_gone, false);
}

// Noticed with the next window that is handed over: in the fleet when somebody looks, with the next
// row at the latest. Who starts anew before has forgotten it. Program memory is read a piece a row;
// that error stands and is told once.
struct Found {
  models::UpsetKind upset;
  Kind kind;
  std::int64_t periods;
};
constexpr Found kFound[] = {{models::UpsetKind::memory, Kind::memory_turned, 1},
                            {models::UpsetKind::converter, Kind::implausible, 1},
                            {models::UpsetKind::program, Kind::program_error, 10}};

void Story::upsets(const Scenario& scenario, std::uint32_t meter) {
  const auto seed = static_cast<std::uint64_t>(scenario.general.seed);
  const MeterSettings settings = settings_of(scenario, meter);
  const kernel::TimeNs period = settings.capture_period_s * kernel::kNsPerSecond;
  bool program_told = false;
  for (const Event& event : scenario.events) {
    if (event.type != EventType::upset || !event.meters.contains(meter)) continue;
    const models::UpsetKind upset = models::draw_upset(seed, meter, event.at).kind;
    const auto told =
        std::ranges::find_if(kFound, [&](const Found& each) { return each.upset == upset; });
    if (told == std::end(kFound)) continue;
    const bool stands = told->kind == Kind::program_error;
    if (stands && std::exchange(program_told, true)) continue;
    const auto span = std::ranges::find_if(powered_, [&](const PoweredSpan& each) {
      return each.on <= event.at && event.at < each.off;
    });
    if (span == powered_.end()) continue;
    const kernel::TimeNs latest = event.at + told->periods * period + kernel::kNsPerMinute;
    // Due by then, and not at all where it may have been forgotten.
    const bool forgets = span->off < latest || may_boot_another(scenario, meter, event.at, latest);
    const kernel::TimeNs due = forgets ? kernel::kNever : latest;
    events_.push_back(
        {told->kind, due, clock_s(event.at), clock_s(stands ? std::max(until_, latest) : latest)});
  }
}

}  // namespace

std::optional<EventName> name_of(EventKind kind, EventCodes codes) {
  for (const NamedEvent& named : kNames) {
    if (named.kind == kind && named.codes == codes) return named.name;
  }
  return std::nullopt;
}

bool is_judged(std::uint8_t group, std::uint8_t code, EventCodes codes) {
  return std::ranges::any_of(kNames, [&](const NamedEvent& named) {
    return named.codes == codes && named.name.group == group && named.name.code == code;
  });
}

std::vector<std::uint8_t> judged_groups(EventCodes codes) {
  std::set<std::uint8_t> groups;
  for (const NamedEvent& named : kNames) {
    if (named.codes == codes) groups.insert(named.name.group);
  }
  return {groups.begin(), groups.end()};
}

std::vector<ExpectedEvent> expected_events(const Scenario& scenario, std::uint32_t meter,
                                           const ZoneRule& zone, const models::Rtc& rtc,
                                           std::span<const PoweredSpan> powered,
                                           const std::vector<ExpectedEvent>& relay,
                                           kernel::TimeNs until) {
  Story story(scenario, meter, rtc, powered, until);
  story.supply();
  story.battery();
  story.clock(zone);
  story.tariffs();
  story.images(scenario, meter);
  story.add_all(relay);
  story.contacts();
  story.upsets(scenario, meter);
  return story.take();
}

}  // namespace sim::run
