// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/judge.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "hes-stub/inventory/type_template.hpp"
#include "models/core/parts/supply.hpp"
#include "models/core/parts/upset.hpp"
#include "protocol/calendar.hpp"
#include "sim/record/recorder.hpp"
#include "sim/referee/clock_judge.hpp"
#include "sim/referee/firmwares.hpp"
#include "sim/referee/local_days.hpp"
#include "sim/referee/register_errors.hpp"
#include "sim/referee/voltage_judge.hpp"

namespace sim::run {
namespace {

using models::Supply;

// No voltage worth the name in [from, to).
struct Dark {
  kernel::TimeNs from;
  kernel::TimeNs to;
};

std::vector<Dark> dark_times(const Scenario& scenario, std::uint32_t meter) {
  std::vector<Dark> times;
  for (const Event& event : scenario.events) {
    if (!event.meters.contains(meter)) continue;
    if (event.type == EventType::outage) {
      times.push_back({event.at, event.at + kernel::to_ns(event.duration_s)});
    } else if (event.type == EventType::sag && event.residual < Supply::kDropOutFactor) {
      times.push_back({event.at, event.at + kernel::to_ns(event.duration_ms / 1000)});
    }
  }
  // Those that overlap are one.
  std::vector<Dark> merged;
  for (const Dark& dark : times) {
    if (merged.empty() || dark.from > merged.back().to) {
      merged.push_back(dark);
    } else {
      merged.back().to = std::max(merged.back().to, dark.to);
    }
  }
  return merged;
}

constexpr std::uint8_t kRowStatusCritical = 0x01;  // IDIS package 2, as the meter's own

kernel::TimeNs first_upset(const Scenario& scenario, std::uint32_t meter, models::UpsetKind kind) {
  const auto seed = static_cast<std::uint64_t>(scenario.general.seed);
  for (const Event& event : scenario.events) {
    if (event.type == EventType::upset && event.meters.contains(meter) &&
        models::draw_upset(seed, meter, event.at).kind == kind) {
      return event.at;
    }
  }
  return kernel::kNever;
}

// What ends a span: no voltage, or a disturbance that makes the processor start anew.
struct Ending {
  kernel::TimeNs at;
  const Dark* dark;  // nullptr: a reset
};

std::vector<Ending> endings(const Scenario& scenario, std::uint32_t meter,
                            const std::vector<Dark>& darks) {
  std::vector<Ending> all;
  for (const Dark& dark : darks) all.push_back({dark.from, &dark});
  const auto seed = static_cast<std::uint64_t>(scenario.general.seed);
  for (const Event& event : scenario.events) {
    if (event.type != EventType::upset || !event.meters.contains(meter)) continue;
    if (models::draw_upset(seed, meter, event.at).kind != models::UpsetKind::reset) continue;
    // Of a supply that fails it resets nothing.
    const bool failing = std::ranges::any_of(
        darks, [&](const Dark& dark) { return dark.from <= event.at && event.at < dark.to; });
    if (!failing) all.push_back({event.at, nullptr});
  }
  std::ranges::stable_sort(all, {}, &Ending::at);
  return all;
}

}  // namespace

std::vector<PoweredSpan> powered_spans(const Scenario& scenario, std::uint32_t meter) {
  // The capacitor is empty at the end of that, whatever comes at the same instant.
  constexpr kernel::TimeNs kRideThrough = Supply::kDetectNs + Supply::kHoldUpNs;
  const std::vector<Dark> darks = dark_times(scenario, meter);
  std::vector<PoweredSpan> spans{{Supply::kStartUpNs, kernel::kNever}};
  for (const Ending& ending : endings(scenario, meter, darks)) {
    const bool starting = ending.at < spans.back().on;
    if (ending.dark == nullptr) {
      if (starting) continue;
      spans.back().off = ending.at;
      spans.push_back({ending.at + Supply::kStartUpNs, kernel::kNever, true});
      continue;
    }
    const Dark& dark = *ending.dark;
    if (starting) {  // the converter was, and starts anew
      spans.back().on = dark.to + Supply::kStartUpNs;
      continue;
    }
    if (dark.to - dark.from < kRideThrough) continue;
    spans.back().off = dark.from + kRideThrough;
    spans.push_back({dark.to + Supply::kStartUpNs, kernel::kNever});
  }
  return spans;
}

namespace {

// A row that a slow clock stamps with the last boundary is captured a little after the end.
constexpr kernel::TimeNs kSlowClock = kernel::kNsPerMinute;

// What one meter captured, in its order: rows that are judged, and those that need not be anywhere,
// though they may.
struct Reference {
  std::vector<ReferenceRow> due;
  std::set<std::pair<std::int64_t, unsigned>> others;  // stamp, ordinal

  void add(const ReferenceRow& row, bool is_due) {
    if (is_due) {
      due.push_back(row);
    } else {
      others.emplace(row.row.stamp_utc_s, row.row.ordinal);
    }
  }
  std::vector<HeldRow> judged(std::vector<HeldRow> held) const {
    std::erase_if(held, [this](const HeldRow& row) {
      return others.contains({row.stamp_utc_s, row.ordinal});
    });
    return held;
  }
};

Boundaries midnights_of(const ZoneRule& zone) {
  constexpr std::int64_t kIntoTheNextDayS = 36 * 3600;  // days have 23 to 25 hours
  return {[zone](std::int64_t utc_s) { return begin_of_day(zone, utc_s); },
          [zone](std::int64_t utc_s) {
            return begin_of_day(zone, begin_of_day(zone, utc_s) + kIntoTheNextDayS);
          }};
}

Boundaries months_of(const ZoneRule& zone) {
  constexpr std::int64_t kIntoTheNextMonthS = 32 * protocol::kDayS;  // months have 28 to 31 days
  return {[zone](std::int64_t utc_s) { return begin_of_month(zone, utc_s); },
          [zone](std::int64_t utc_s) {
            return begin_of_month(zone, begin_of_month(zone, utc_s) + kIntoTheNextMonthS);
          }};
}

// By profile, in the order in which the truth is asked where they are captured at one instant.
enum ProfileKind : std::uint8_t { kClosingRows, kMonthRows, kLoadRows, kProfileKinds };
using ProfileRows = std::array<std::vector<ReferenceRow>, kProfileKinds>;

// All rows that meter `home` captures up to `now`, with the truth at each capture up to `end`.
ProfileRows reference_rows(const Scenario& scenario, const Home& home, kernel::TimeNs end,
                           kernel::TimeNs now) {
  const auto powered = powered_spans(scenario, home.identity.number);
  const ZoneRule& zone = home.settings.zone;
  const models::Rtc& rtc = home.meter->board().rtc.clock();
  std::vector<std::pair<ExpectedRow, ProfileKind>> all;
  const auto expect = [&](ProfileKind kind, const Boundaries& boundaries) {
    for (const ExpectedRow& row : expected_rows(rtc, powered, boundaries, now)) {
      all.emplace_back(row, kind);
    }
  };
  expect(kClosingRows, midnights_of(zone));
  expect(kMonthRows, months_of(zone));
  expect(kLoadRows, multiples_of(home.settings.capture_period_s));
  // In the order of time: the truth does not run backwards.
  std::ranges::stable_sort(all, {}, [](const auto& each) { return each.first.captured_at; });
  TruthMeter truth(*home.supply, home.meter->feed().changes());
  // Found some rows later, and it stands.
  const kernel::TimeNs program_turned =
      first_upset(scenario, home.identity.number, models::UpsetKind::program);
  ProfileRows rows;
  for (const auto& [expected, kind] : all) {
    const int offset_min = zone.offset_at_min(expected.stamp_utc_s);
    ReferenceRow row;
    row.row = expected;
    row.deviation_min = static_cast<std::int16_t>(-offset_min);
    row.status = expected.status;
    if (expected.captured_at > program_turned) row.open_status = kRowStatusCritical;
    if (offset_min != zone.offset_min) row.status |= kRowStatusDaylightSaving;
    if (expected.captured_at <= end) row.truth = truth.advance(expected.captured_at);
    rows[kind].push_back(row);
  }
  return rows;
}

// Due is what was captured by `end`, whatever the meter's clock said.
bool captured_by(const ReferenceRow& row, kernel::TimeNs end, std::int64_t start_utc_s) {
  const kernel::TimeNs at = row.row.captured_at;
  const std::int64_t end_utc_s = start_utc_s + end / kernel::kNsPerSecond;
  return at <= end || (at <= end + kSlowClock && row.row.stamp_utc_s <= end_utc_s);
}

double captured_utc_s(const ReferenceRow& row, std::int64_t start_utc_s) {
  return static_cast<double>(start_utc_s) + 1e-9 * static_cast<double>(row.row.captured_at);
}

void write_truth(std::uint32_t meter, const std::vector<ReferenceRow>& reference,
                 std::int64_t start_utc_s, result::ResultWriter& writer) {
  kernel::TimeNs unknown_ns = 0;
  for (const ReferenceRow& row : reference) {
    result::TruthRow out;
    out.meter = meter;
    out.stamp_utc_s = row.row.stamp_utc_s;
    out.energies = row.truth.exact;
    out.known = row.truth.unknown_ns == unknown_ns ? 1 : 0;
    unknown_ns = row.truth.unknown_ns;
    out.captured_utc_s = captured_utc_s(row, start_utc_s);
    writer.append(out);
  }
}

// From the true moment of capture: a meter's own clock may be wrong.
void note_latencies(const std::vector<ReferenceRow>& captured, const std::vector<HeldRow>& held,
                    std::int64_t start_utc_s, result::RunFigures& figures) {
  std::map<std::pair<std::int64_t, unsigned>, double> at_s;
  for (const ReferenceRow& row : captured) {
    at_s[{row.row.stamp_utc_s, row.row.ordinal}] = captured_utc_s(row, start_utc_s);
  }
  for (const HeldRow& row : held) {
    const auto at = at_s.find({row.stamp_utc_s, row.ordinal});
    if (at != at_s.end()) {
      figures.collection_latencies_s.push_back(row.arrival_utc_s - at->second);
    }
  }
}

void write_flash(std::uint32_t meter, const std::vector<HeldRow>& rows,
                 result::ResultWriter& writer) {
  for (const HeldRow& row : rows) {
    result::FlashRow out{row};
    out.meter = meter;
    writer.append(out);
  }
}

// Judged are rows captured by `end`, with stamps behind `after_utc_s`.
Reference judged_by(const std::vector<ReferenceRow>& rows, kernel::TimeNs end,
                    std::int64_t start_utc_s, std::int64_t after_utc_s) {
  Reference reference;
  for (const ReferenceRow& row : rows) {
    reference.add(row, captured_by(row, end, start_utc_s) && row.row.stamp_utc_s > after_utc_s);
  }
  return reference;
}

}  // namespace

std::vector<HeldRow> stored_rows(hes::Store& store, std::uint32_t meter,
                                 const protocol::cosem::Obis& profile) {
  std::vector<HeldRow> rows;
  store.for_each_row(meter, store.profile(profile), [&](const hes::Row& row, unsigned ordinal) {
    rows.push_back(stored_row(meter, row, ordinal, static_cast<double>(row.arrival_utc_s)));
  });
  return rows;
}

void judge(const Scenario& scenario, World& world, hes::Store& store,
           const std::vector<ReadMeter>& read, kernel::TimeNs capture_end, kernel::TimeNs end,
           result::ResultWriter& writer, result::RunFigures& figures) {
  const std::int64_t start_utc_s = scenario.general.start_utc_s;
  const std::int64_t end_utc_s = start_utc_s + end / kernel::kNsPerSecond;
  for (std::uint32_t i = 0; i < world.homes().size(); ++i) {
    const Home& home = *world.homes()[i];
    // Meters and modules live on while the meters are read.
    const ProfileRows rows = reference_rows(scenario, home, end, world.now());
    const Reference reference = judged_by(rows[kLoadRows], capture_end, start_utc_s, INT64_MIN);
    write_truth(i + 1, reference.due, start_utc_s, writer);
    const auto held = reference.judged(stored_rows(store, i, hes::kLoadProfile));
    Punctuality punctuality{static_cast<double>(scenario.hes.in_time_s), 0};
    if (home.settings.concentrator != 0) {
      punctuality.collect_period_s =
          scenario.concentrators[home.settings.concentrator - 1].collect_period_s;
      note_latencies(rows[kLoadRows], held, start_utc_s, figures);
    }
    // A run that is cut short ends before the last rows had to be there.
    const kernel::TimeNs last_due =
        (punctuality.last_due_utc_s(end_utc_s) - start_utc_s) * kernel::kNsPerSecond;
    const kernel::TimeNs due = figures.cut_short ? std::min(capture_end, last_due) : capture_end;
    const Reference expected = judged_by(rows[kLoadRows], due, start_utc_s, INT64_MIN);
    figures.head_end += compare(expected.due, expected.judged(held), start_utc_s, punctuality);
    if (!held.empty()) {
      const result::Registers& last = held.back().registers;
      for (std::size_t r = 0; r < figures.sums.size(); ++r) figures.sums[r] += last[r];
    }
    // Those that close a day or month before the start, once more after the clock was set back, are
    // not asked for as such.
    const auto closed = [&](ProfileKind kind, const protocol::cosem::Obis& profile) {
      const Reference closings = judged_by(rows[kind], due, start_utc_s, start_utc_s);
      return compare(closings.due, closings.judged(stored_rows(store, i, profile)), start_utc_s,
                     punctuality);
    };
    figures.closings += closed(kClosingRows, hes::kDailyClosing);
    figures.months += closed(kMonthRows, hes::kMonthlyClosing);
    judge_clock(scenario, i + 1, home.meter->board().rtc.clock(), end, figures);
    if (i >= read.size() || !read[i].whole || !read[i].rows) {
      ++figures.flash_unread;
      continue;
    }
    if (read[i].tariff) {
      judge_tariff(scenario, home, powered_spans(scenario, i + 1), *read[i].tariff, figures);
    }
    judge_measured(scenario, home, powered_spans(scenario, i + 1), read[i].measured, writer,
                   figures);
    judge_firmware(scenario, home, read[i].revision, end, writer, figures);
    const auto in_flash = reference.judged(*read[i].rows);
    write_flash(i + 1, in_flash, writer);
    figures.flash += compare(reference.due, in_flash, start_utc_s, punctuality);
    figures.flash_differing += differing(held, in_flash);
    note_register_errors(i + 1, reference.due, in_flash, writer, figures);
    judge_events(scenario, home, store, read[i].events, powered_spans(scenario, i + 1),
                 {capture_end, end, world.now()}, writer, figures);
    if (read[i].events) {
      judge_variations(scenario, home, store, *read[i].events, powered_spans(scenario, i + 1),
                       {capture_end, end, world.now()}, writer, figures);
    }
  }
}

void count_roads(World& world, kernel::TimeNs end, result::RunFigures& figures) {
  const double hours = static_cast<double>(end) / kernel::kNsPerHour;
  for (const auto& home : world.homes()) {
    const std::uint32_t concentrator = home->settings.concentrator;
    const bool gprs =
        concentrator == 0 || world.power_lines()[concentrator - 1]->uplink() == Uplink::gprs;
    (gprs ? figures.gprs : figures.ethernet).meter_days += 1;
  }
  const auto count = [&](const models::wan::Traffic& traffic, result::RoadFigures& road) {
    road.meter_days = road.meter_days * hours / 24;
    for (const auto& hour : traffic.hours()) {
      for (const auto& direction : hour.octets) {
        for (const std::uint64_t kind : direction) road.octets += kind;
      }
    }
  };
  count(world.cell().traffic(), figures.gprs);
  count(world.ethernet().traffic(), figures.ethernet);
}

}  // namespace sim::run
