// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/voltage_judge.hpp"

#include <algorithm>
#include <cmath>

#include "hes-stub/store/concentrator_store.hpp"
#include "protocol/calendar.hpp"
#include "sim/referee/events/voltage_story.hpp"

namespace sim::run {
namespace {

// A stamp is the second in which the window ended that shows it.
constexpr std::int64_t kStampSlackS = 1;
constexpr double kTenth = 0.1;

struct DueVariation {
  ExpectedVariation variation;
  std::int64_t begin_utc_s;  // by the meter's clock
  std::int64_t told_utc_s;
  std::int64_t end_utc_s;
  bool must;  // by now
};

// One place of one meter.
class VariationJudge {
 public:
  VariationJudge(std::uint32_t meter, const char* place, EventCodes codes,
                 const std::vector<HeldEvent>& held, result::ResultWriter& writer)
      : meter_(meter), place_(place), codes_(codes), writer_(writer) {
    for (const HeldEvent& event : held) {
      if (event.group == quality_group(codes)) held_.push_back({event, false});
    }
  }

  void judge(const DueVariation& due) {
    const ExpectedVariation& wanted = due.variation;
    const bool must = due.must && !is_overwritten(due);
    const VariationName name = name_of(wanted.kind, codes_);
    const auto slack_s = wanted.stamp_slack / kernel::kNsPerSecond + kStampSlackS;
    // In the fleet its time may be seen to be over when it is.
    const auto told_slack_s =
        slack_s + (wanted.told > wanted.begin ? due.end_utc_s - due.told_utc_s : 0);
    Held* const end =
        wanted.end == kernel::kNever ? nullptr : find_end(wanted, due.end_utc_s, slack_s);
    Held* const begin = name.begin ? find_begin(*name.begin + wanted.phase, end, due.told_utc_s,
                                                std::max(slack_s, told_slack_s))
                                   : nullptr;
    for (Held* const each : {begin, end}) {
      if (each != nullptr) each->matched = true;
    }
    if (!must && end == nullptr) return;
    result::EventTally& tally = tally_of(wanted.kind);
    ++tally.expected;
    const char* verdict = "right";
    if (end == nullptr) {
      verdict = "missing";
    } else if (!is_right(wanted, end->event)) {
      verdict = "wrong";
    } else if (must && name.begin && begin == nullptr) {
      verdict = "no_begin";
    }
    if (std::string_view(verdict) != "right") ++tally.missing;
    write(due, end == nullptr ? nullptr : &end->event, verdict);
  }

  // What is left: nobody expects it. A voltage that is normal again tells itself which it was.
  void finish() {
    for (const Held& each : held_) {
      const auto kind = kind_of(each.event);
      if (each.matched || !kind) continue;
      ++tally_of(*kind).unexpected;
      DueVariation none{};
      none.variation.kind = *kind;
      none.variation.phase = static_cast<std::uint8_t>((each.event.code - first_code(*kind)) % 3);
      none.begin_utc_s = each.event.stamp_utc_s;
      none.variation.magnitude_v = none.variation.duration_s = result::kNotKnown;
      write(none, &each.event, "unexpected");
    }
  }

  void add_to(result::RunFigures& figures) const {
    figures.sags += sags_;
    figures.outages += outages_;
  }

 private:
  struct Held {
    HeldEvent event;
    bool matched;
  };
  // A log that is full begins with its oldest entry.
  bool is_overwritten(const DueVariation& due) const {
    constexpr std::size_t kFull = 100;
    return held_.size() >= kFull && due.begin_utc_s <= held_.front().event.stamp_utc_s;
  }
  // Of several that are near in time the one that fits, as how one ends has the same code for all
  // kinds. What need not be there takes no other.
  Held* find_end(const ExpectedVariation& wanted, std::int64_t stamp_utc_s, std::int64_t slack_s) {
    const int code = name_of(wanted.kind, codes_).end + wanted.phase;
    Held* nearest = nullptr;
    for (Held& each : held_) {
      if (each.event.duration_ms == 0 || !is_at(each, code, stamp_utc_s, slack_s)) continue;
      if (is_outage(each.event) != (wanted.kind == VariationKind::outage)) continue;
      if (is_right(wanted, each.event)) return &each;
      if (nearest == nullptr) nearest = &each;
    }
    return wanted.sure ? nearest : nullptr;
  }
  // The last in front of its end.
  Held* find_begin(int code, const Held* end, std::int64_t stamp_utc_s, std::int64_t slack_s) {
    auto k = end == nullptr ? held_.size() : static_cast<std::size_t>(end - held_.data());
    while (k-- > 0) {
      Held& each = held_[k];
      if (each.event.duration_ms == 0 && is_at(each, code, stamp_utc_s, slack_s)) return &each;
    }
    return nullptr;
  }
  static bool is_at(const Held& held, int code, std::int64_t stamp_utc_s, std::int64_t slack_s) {
    const std::int64_t late_s = held.event.stamp_utc_s - stamp_utc_s;
    return !held.matched && held.event.code == code && late_s >= -kStampSlackS && late_s <= slack_s;
  }
  // No sag goes down to nothing for a second.
  static bool is_outage(const HeldEvent& held) {
    return held.magnitude_dv == 0 && held.duration_ms >= 1000;
  }
  static bool is_right(const ExpectedVariation& wanted, const HeldEvent& held) {
    constexpr double kResolution = 0.5 * kTenth, kResolution_s = 0.0005;
    constexpr double kMost_s = 1e-3 * UINT32_MAX;  // as many milliseconds as an entry has room for
    return std::abs(kTenth * held.magnitude_dv - wanted.magnitude_v) <=
               kMagnitudeLimit_v + wanted.magnitude_slack_v + kResolution &&
           std::abs(1e-3 * held.duration_ms - std::min(wanted.duration_s, kMost_s)) <=
               wanted.duration_slack_s + kResolution_s;
  }
  int first_code(VariationKind kind) const {
    const VariationName name = name_of(kind, codes_);
    return name.begin.value_or(name.end);
  }
  std::optional<VariationKind> kind_of(const HeldEvent& event) const {
    std::optional<VariationKind> found;
    for (const auto kind : {VariationKind::outage, VariationKind::swell, VariationKind::sag}) {
      const VariationName name = name_of(kind, codes_);
      const auto is_one = [&](int first) { return event.code >= first && event.code < first + 3; };
      if (is_one(name.end) || (name.begin && is_one(*name.begin))) found = kind;
    }
    return found;
  }
  result::EventTally& tally_of(VariationKind kind) {
    return kind == VariationKind::outage ? outages_ : sags_;
  }

  void write(const DueVariation& due, const HeldEvent* held, const char* verdict) {
    result::VoltageEventRow row;
    row.meter = meter_;
    row.place = result::Text<8>(place_);
    row.kind = result::Text<8>(name_of(due.variation.kind));
    row.phase = static_cast<std::uint8_t>(due.variation.phase + 1);
    row.begin_utc_s = due.begin_utc_s;
    row.true_magnitude_v = due.variation.magnitude_v;
    row.true_duration_s = due.variation.duration_s;
    if (held != nullptr) {
      row.magnitude_v = kTenth * held->magnitude_dv;
      row.duration_s = 1e-3 * held->duration_ms;
    }
    row.verdict = result::Text<16>(verdict);
    writer_.append(row);
  }

  std::uint32_t meter_;
  const char* place_;
  EventCodes codes_;
  result::ResultWriter& writer_;
  std::vector<Held> held_;
  result::EventTally sags_;
  result::EventTally outages_;
};

}  // namespace

std::uint8_t quality_group(EventCodes codes) { return name_of(VariationKind::sag, codes).group; }

void judge_variations(const Scenario& scenario, const Home& home, hes::Store& store,
                      const std::vector<HeldEvent>& flash, std::span<const PoweredSpan> powered,
                      const EventSpan& span, result::ResultWriter& writer,
                      result::RunFigures& figures) {
  const std::uint32_t meter = home.identity.number;
  const EventCodes codes = scenario.meters.variant.event_codes;
  const std::int64_t start_utc_s = scenario.general.start_utc_s;
  const std::int64_t end_utc_s = start_utc_s + span.end / kernel::kNsPerSecond;
  const auto& rtc = home.meter->board().rtc.clock();
  const auto clock_s = [&rtc](kernel::TimeNs at) {
    return at == kernel::kNever ? std::int64_t{0}
                                : protocol::floor_div(rtc.ticks_at(at), models::Rtc::kRateHz);
  };
  std::vector<HeldEvent> stored;
  for (const hes::StoredEvent& event :
       store.concentrators().load_events(store.meter_table().id_of(meter - 1))) {
    if (event.alarm) continue;
    stored.push_back({event.group, event.code, event.at.utc_s, event.number, event.magnitude_dv,
                      event.duration_ms});
  }
  VariationJudge in_flash(meter, "flash", codes, flash, writer);
  VariationJudge in_head_end(meter, "head_end", codes, stored, writer);
  // The task of concentrators reads the logs by the names that they have at home.
  const bool collected = home.settings.concentrator == 0 || codes == EventCodes::idis;
  auto expected = expected_variations(scenario, meter, *home.supply, powered, span.now);
  // What must be there chooses first.
  std::ranges::stable_partition(expected, [](const ExpectedVariation& one) { return one.sure; });
  for (const ExpectedVariation& one : expected) {
    const bool past = one.sure && one.end + kernel::kNsPerSecond <= span.capture_end;
    DueVariation due{one, clock_s(one.begin), clock_s(one.told), clock_s(one.end), past};
    if (one.kind == VariationKind::outage) {  // as long as its clock says
      due.variation.duration_s = static_cast<double>(due.end_utc_s - due.begin_utc_s);
      due.must = past && due.variation.duration_s >= 0;
    }
    in_flash.judge(due);
    if (due.must) {
      const std::int64_t at_utc_s = start_utc_s + one.end / kernel::kNsPerSecond;
      const bool read =
          collected_utc_s(scenario, home, at_utc_s) + scenario.hes.in_time_s <= end_utc_s;
      due.must = collected && read;
    }
    in_head_end.judge(due);
  }
  for (VariationJudge* const place : {&in_flash, &in_head_end}) {
    place->finish();
    place->add_to(figures);
  }
}

}  // namespace sim::run
