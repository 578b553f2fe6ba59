// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/time/schedule.hpp"

#include <algorithm>

#include "meter/fw/billing/demand.hpp"
#include "meter/fw/billing/tariff.hpp"
#include "meter/fw/fraud/balance.hpp"
#include "meter/fw/profiles/profiles.hpp"
#include "meter/fw/quality/variations.hpp"
#include "meter/fw/supply/battery.hpp"

namespace meter::fw {
namespace {

std::int64_t next_multiple(std::int64_t now_s, std::int64_t period_s, std::int64_t delay_s = 0) {
  return floor_to(now_s - delay_s, period_s) + period_s + delay_s;
}

// The match comes within the tick on the simulated RTC, within an interrupt's latency on silicon.
// Anything later is a clock that jumped over the boundary by itself.
constexpr std::int64_t kPunctual_ticks = 32;
bool late(std::int64_t now_ticks, std::int64_t planned_s) {
  return now_ticks > planned_s * kTicksPerSecond + kPunctual_ticks;
}

// When a profile captures next, and when it should have done so last.
std::int64_t next_capture(const Core& core, const ProfileFacts& facts, std::int64_t now_s) {
  switch (facts.rhythm) {
    case Rhythm::interval: {
      const std::uint32_t period_s = core.setup_of(facts.id).period_s;
      return period_s == 0 ? kNever : next_multiple(now_s, period_s);
    }
    case Rhythm::day:
      return core.clock.zone.next_midnight(now_s);
    case Rhythm::month:
      return core.clock.zone.next_month(now_s);
  }
  return kNever;
}
std::int64_t last_capture(const Core& core, const ProfileFacts& facts, std::int64_t now_s) {
  switch (facts.rhythm) {
    case Rhythm::interval:
      return floor_to(now_s, core.setup_of(facts.id).period_s);
    case Rhythm::day:
      return core.clock.zone.last_midnight(now_s);
    case Rhythm::month:
      return core.clock.zone.last_month(now_s);
  }
  return now_s;
}

}  // namespace

void Schedule::start(Core& core) {
  plan(core, Months::plan);
  arm(core);
}

void Schedule::watch(Core& core) {
  const std::int64_t ticks = core.hal.rtc_ticks();
  const bool fell_back = ticks < seen_ticks_;
  seen_ticks_ = ticks;
  if (!fell_back) return;
  const auto before_s = next_capture_s_;
  start(core);
  restart_demand(core, ticks / kTicksPerSecond);
  // What was passed comes again, and the first of it after a time of any length. The mark also
  // tells that row from the one before it in a home that draws nothing.
  for (std::size_t k = 0; k < kProfileCount; ++k) {
    if (next_capture_s_[k] < before_s[k]) core.durable.state.profile_status[k] |= kDataNotValid;
  }
}

void Schedule::plan(Core& core, Months months) {
  const meter_provision& identity = core.identity;
  seen_ticks_ = core.hal.rtc_ticks();
  const std::int64_t now_s = core.clock.utc_s(core.hal);
  for (std::size_t k = 0; k < kProfileCount; ++k) {
    // A clock that moved within its month, in the same zone: the calendar need not be asked.
    constexpr std::int64_t kShortMonth_s = 27 * std::int64_t{kSecondsPerDay};
    const std::int64_t next_s = next_capture_s_[k];
    const bool month = kProfiles[k].rhythm == Rhythm::month;
    if (month && months == Months::keep && now_s < next_s && now_s >= next_s - kShortMonth_s) {
      continue;
    }
    next_capture_s_[k] = next_capture(core, kProfiles[k], now_s);
  }
  next_season_s_ = core.clock.zone.next_change(now_s);
  next_push_s_ = identity.push_period_s == 0
                     ? kNever
                     : next_multiple(now_s, identity.push_period_s, identity.push_delay_s);
  next_demand_s_ = update_demand(core, now_s);
  next_tariff_s_ = update_tariff(core, now_s);
}

void Schedule::replan_billing(Core& core) {
  const std::int64_t now_s = core.clock.utc_s(core.hal);
  next_demand_s_ = update_demand(core, now_s);
  next_tariff_s_ = update_tariff(core, now_s);
  arm(core);
}

void Schedule::arm(Core& core) const {
  const std::int64_t capture_s = *std::min_element(next_capture_s_.begin(), next_capture_s_.end());
  const std::int64_t next =
      std::min({capture_s, next_season_s_, next_push_s_, next_demand_s_, next_tariff_s_});
  core.hal.rtc_match(next == kNever ? kNever : next * kTicksPerSecond);
}

void Schedule::run(Core& core) {
  const std::int64_t now_ticks = core.hal.rtc_ticks();
  seen_ticks_ = now_ticks;
  const std::int64_t now_s = floor_to(now_ticks, kTicksPerSecond) / kTicksPerSecond;
  if (now_s >= next_season_s_) {
    const bool summer = core.clock.zone.at(next_season_s_).daylight_saving;
    core.note_at(summer ? EventCode::summer_time_begins : EventCode::winter_time_begins,
                 next_season_s_);
    next_season_s_ = core.clock.zone.next_change(now_s);
  }
  // Before rows are captured that show it.
  if (now_s >= next_demand_s_) next_demand_s_ = update_demand(core, now_s);
  bool captured = false, day_over = false, month_over = false;
  for (std::size_t k = 0; k < kProfileCount; ++k) {
    if (now_s < next_capture_s_[k]) continue;
    if (!captured) check_memory(core);
    captured = true;
    const ProfileFacts& facts = kProfiles[k];
    if (late(now_ticks, next_capture_s_[k])) core.durable.state.profile_status[k] |= kDataNotValid;
    if (facts.id == LogId::load) Variations::close_mean(core);  // its row shows it
    const std::int64_t stamp_s = last_capture(core, facts, now_s);
    capture(core, facts.id, stamp_s);
    if (facts.id == LogId::load) judge_currents(core, stamp_s);
    next_capture_s_[k] = next_capture(core, facts, now_s);
    day_over |= facts.rhythm == Rhythm::day;
    month_over |= facts.rhythm == Rhythm::month;
  }
  if (day_over) {
    const std::int64_t stamp_s = core.clock.zone.last_midnight(now_s);
    close_day(core, stamp_s);
    if (month_over) close_billing(core, stamp_s);
    core.parameters.make_room(core.hal);
    core.durable.checkpoint(core.hal, core.parameters);
    test_constants(core);
  }
  core.trim_clock();
  BatteryWatch::look(core);
  if (captured) test_program(core);
  // A rate begins behind the interval and the rows that end with it.
  if (now_s >= next_tariff_s_) next_tariff_s_ = update_tariff(core, now_s);
  if (now_s >= next_push_s_) {
    push_due_ = true;
    next_push_s_ = next_multiple(now_s, core.identity.push_period_s, core.identity.push_delay_s);
  }
  arm(core);
}

void Schedule::keep_clock(Core& core) {
  core.trim_clock();
  core.hal.rtc_match(core.hal.rtc_ticks() + 3600 * kTicksPerSecond);
}

void Schedule::set_clock(Core& core, std::int64_t ticks) {
  run(core);
  core.note(EventCode::clock_adjusted_old);
  const std::int64_t moved = ticks - core.hal.rtc_ticks();
  core.hal.rtc_set(ticks);
  core.clock.valid = true;
  core.note(EventCode::clock_adjusted_new);

  DurableState& state = core.durable.state;
  state.error_register &= ~kErrorClockInvalid;
  state.mark_all(kClockAdjusted);
  const std::int64_t now_s = core.clock.utc_s(core.hal);
  for (std::size_t k = 0; k < kProfileCount; ++k) {
    if (now_s >= next_capture_s_[k]) state.profile_status[k] |= kDataNotValid;
  }
  const std::int64_t most = demand_period_s(core) * kTicksPerSecond / 100;
  if (moved > most || moved < -most) restart_demand(core, now_s);
  // A change of season that is jumped over is none: no event, the stamps show it.
  next_season_s_ = core.clock.zone.next_change(now_s);
  run(core);
  plan(core, Months::keep);
  core.durable.save(core.hal);
  arm(core);
}

}  // namespace meter::fw
