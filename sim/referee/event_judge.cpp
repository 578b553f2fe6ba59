// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/event_judge.hpp"

#include <algorithm>
#include <map>

#include "hes-stub/store/concentrator_store.hpp"
#include "protocol/calendar.hpp"
#include "protocol/cosem/event_names.hpp"
#include "sim/referee/balance.hpp"
#include "sim/referee/events/relay_story.hpp"

namespace sim::run {
namespace {

// A stamp is the second in which it was noted; the debounce of a contact may reach into the next.
constexpr std::int64_t kStampSlackS = 1;
// Concentrators read the logs once a day, at this time (their task meterEvents).
constexpr std::int64_t kConcentratorAtS = 2700;
// Entries that a log has at least (docs/events.md).
constexpr std::size_t kLogHolds = 200;
// The head-end begins so long after the period, each meter at a moment of its own, when it looks.
constexpr std::int64_t kHeadEndDelayS = 600 + 3600;

struct Due {
  ExpectedEvent event;
  EventName name;
  bool must;  // by now
};

class Comparison {
 public:
  Comparison(std::uint32_t meter, const char* place, EventCodes codes, result::ResultWriter& writer)
      : meter_(meter), place_(place), codes_(codes), writer_(writer) {}

  result::EventTally compare(const std::vector<Due>& due, const std::vector<HeldEvent>& held) {
    result::EventTally tally;
    std::vector<bool> matched(held.size());
    for (const Due& each : due) {
      const std::size_t k = find(each, held, matched);
      const bool there = k < held.size();
      if (there) matched[k] = true;
      if (!each.must && !there) continue;
      ++tally.expected;
      if (!there) ++tally.missing;
      const HeldEvent entry =
          there ? held[k] : HeldEvent{each.name.group, each.name.code, each.event.stamp_utc_s};
      write(entry, there ? "held" : "missing");
    }
    for (std::size_t k = 0; k < held.size(); ++k) {
      if (matched[k]) continue;
      const bool judged = is_judged(held[k].group, held[k].code, codes_);
      if (judged) ++tally.unexpected;
      write(held[k], judged ? "unexpected" : "own");
    }
    return tally;
  }

 private:
  static std::size_t find(const Due& due, const std::vector<HeldEvent>& held,
                          const std::vector<bool>& matched) {
    std::size_t k = 0;
    for (; k < held.size(); ++k) {
      const std::int64_t stamp = held[k].stamp_utc_s;
      if (!matched[k] && held[k].group == due.name.group && held[k].code == due.name.code &&
          stamp >= due.event.stamp_utc_s - kStampSlackS &&
          stamp <= due.event.latest_utc_s + kStampSlackS) {
        break;
      }
    }
    return k;
  }
  void write(const HeldEvent& event, const char* verdict) {
    result::LogEntryRow row;
    row.meter = meter_;
    row.place = result::Text<8>(place_);
    row.group = event.group;
    row.code = event.code;
    row.stamp_utc_s = event.stamp_utc_s;
    row.number = event.number;
    row.verdict = result::Text<16>(verdict);
    row.event = result::Text<40>(codes_ == EventCodes::prime
                                     ? protocol::cosem::prime_event_name(event.group, event.code)
                                     : protocol::cosem::idis_event_name(event.code));
    writer_.append(row);
  }

  std::uint32_t meter_;
  const char* place_;
  EventCodes codes_;
  result::ResultWriter& writer_;
};

// A full log has let go of what was before its oldest entry: nobody can read that any more.
void excuse_what_rolled_out(const std::vector<HeldEvent>& flash, std::vector<Due>& due) {
  struct Log {
    std::size_t entries = 0;
    std::int64_t oldest_utc_s = 0;
  };
  std::map<std::uint8_t, Log> logs;
  for (const HeldEvent& entry : flash) {
    Log& log = logs[entry.group];
    log.oldest_utc_s =
        log.entries == 0 ? entry.stamp_utc_s : std::min(log.oldest_utc_s, entry.stamp_utc_s);
    ++log.entries;
  }
  for (Due& each : due) {
    const auto found = logs.find(each.name.group);
    if (found == logs.end() || found->second.entries < kLogHolds) continue;
    each.must &= each.event.stamp_utc_s > found->second.oldest_utc_s + kStampSlackS;
  }
}

// Each movement of the contact within its time, and no other.
class MoveJudge {
 public:
  MoveJudge(const Home& home, kernel::TimeNs until, result::ResultWriter& writer)
      : home_(home), until_(until), writer_(writer) {}

  result::EventTally judge(const RelayStory& story) {
    const models::ChangeLog& changes = home_.meter->feed().changes();
    result::EventTally tally;
    std::size_t next = 0;
    for (std::size_t k = 0; k < changes.size(); ++k) {
      const models::ElectricalChange& change = changes[k];
      if (change.kind != models::ElectricalChange::Kind::relay) continue;
      const bool closed = change.value != 0;
      const ExpectedMove* const wanted = next < story.moves.size() ? &story.moves[next] : nullptr;
      if (wanted != nullptr && wanted->closed == closed && in_time(change.at, *wanted)) {
        ++tally.expected;
        ++next;
        write(change.at, closed, wanted, "right");
      } else if (change.at <= until_ && (story.whole || wanted != nullptr)) {
        ++tally.unexpected;
        write(change.at, closed, nullptr, "unexpected");
      } else {
        write(change.at, closed, nullptr, "open");
      }
    }
    for (; next < story.moves.size(); ++next) {
      if (story.moves[next].due > until_) continue;
      ++tally.expected;
      ++tally.missing;
      write(kernel::kNever, story.moves[next].closed, &story.moves[next], "missing");
    }
    return tally;
  }

 private:
  static bool in_time(kernel::TimeNs at, const ExpectedMove& wanted) {
    constexpr kernel::TimeNs kEventSlack = kernel::kNsPerSecond;
    return at >= wanted.earliest - kEventSlack && at <= wanted.latest + kEventSlack;
  }
  void write(kernel::TimeNs at, bool closed, const ExpectedMove* wanted, const char* verdict) {
    const auto seconds = [](kernel::TimeNs t) { return 1e-9 * static_cast<double>(t); };
    result::RelayMoveRow row;
    row.meter = home_.identity.number;
    if (at != kernel::kNever) row.t_s = seconds(at);
    row.closed = closed ? 1 : 0;
    if (wanted != nullptr) {
      row.earliest_s = seconds(wanted->earliest);
      row.latest_s = seconds(wanted->latest);
    }
    row.verdict = result::Text<16>(verdict);
    writer_.append(row);
  }

  const Home& home_;
  kernel::TimeNs until_;
  result::ResultWriter& writer_;
};

}  // namespace

std::int64_t collected_utc_s(const Scenario& scenario, const Home& home, std::int64_t utc_s) {
  const std::int64_t period_s =
      home.settings.concentrator != 0 ? protocol::kDayS : scenario.hes.event_period_s;
  const std::int64_t after_s = home.settings.concentrator != 0
                                   ? kConcentratorAtS
                                   : kHeadEndDelayS + scenario.hes.gap_check_s;
  return (protocol::floor_div(utc_s, period_s) + 1) * period_s + after_s;
}

void judge_events(const Scenario& scenario, const Home& home, hes::Store& store,
                  const std::optional<std::vector<HeldEvent>>& flash,
                  std::span<const PoweredSpan> powered, const EventSpan& span,
                  result::ResultWriter& writer, result::RunFigures& figures) {
  if (!flash) return;
  const std::uint32_t meter = home.identity.number;
  const EventCodes codes = scenario.meters.variant.event_codes;
  const std::int64_t start_utc_s = scenario.general.start_utc_s;
  const std::int64_t end_utc_s = start_utc_s + span.end / kernel::kNsPerSecond;
  const auto& rtc = home.meter->board().rtc.clock();
  const RelayStory relay =
      relay_story({scenario, meter, *home.supply, rtc, powered,
                   home.meter->board().relay.relay().wear().welds_at, span.now});
  figures.relay_moves += MoveJudge(home, span.capture_end, writer).judge(relay);
  std::vector<ExpectedEvent> electrical = relay.events;
  const BalanceStory balance = balance_story(scenario, home, powered, span.now);
  electrical.insert(electrical.end(), balance.events.begin(), balance.events.end());
  std::vector<Due> in_flash, in_head_end, told;
  for (const ExpectedEvent& event :
       expected_events(scenario, meter, home.settings.zone, rtc, powered, electrical, span.now)) {
    const auto name = name_of(event.kind, codes);
    if (!name) continue;
    const std::int64_t at_utc_s = start_utc_s + event.at / kernel::kNsPerSecond;
    const std::int64_t in_time_s = scenario.hes.in_time_s;
    const bool past = event.at <= span.capture_end;
    const bool read = collected_utc_s(scenario, home, at_utc_s) + in_time_s <= end_utc_s;
    in_flash.push_back({event, *name, past});
    in_head_end.push_back({event, *name, past && read});
    if (name->alarm) told.push_back({event, *name, past && at_utc_s + in_time_s <= end_utc_s});
  }
  std::vector<HeldEvent> logs, alarms;
  for (const hes::StoredEvent& event :
       store.concentrators().load_events(store.meter_table().id_of(meter - 1))) {
    (event.alarm ? alarms : logs)
        .push_back({event.group, event.code, event.at.utc_s, event.number, 0, 0});
  }
  excuse_what_rolled_out(*flash, in_flash);
  excuse_what_rolled_out(*flash, in_head_end);
  figures.events_in_flash += Comparison(meter, "flash", codes, writer).compare(in_flash, *flash);
  figures.events_in_head_end +=
      Comparison(meter, "head_end", codes, writer).compare(in_head_end, logs);
  figures.alarms += Comparison(meter, "alarm", codes, writer).compare(told, alarms);
}

}  // namespace sim::run
