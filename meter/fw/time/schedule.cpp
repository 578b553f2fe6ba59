// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/time/schedule.hpp"

#include <algorithm>

#include "meter/fw/profiles/profiles.hpp"

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

}  // namespace

void Schedule::start(Core& core) {
  plan(core);
  arm(core);
}

void Schedule::watch(Core& core) {
  const std::int64_t ticks = core.hal.rtc_ticks();
  const bool fell_back = ticks < seen_ticks_;
  seen_ticks_ = ticks;
  if (!fell_back) return;
  const std::int64_t capture_s = next_capture_s_;
  const std::int64_t closing_s = next_closing_s_;
  start(core);
  // What was passed comes again, and the first of it after a time of any length. The mark also
  // tells that row from the one before it in a home that draws nothing.
  if (next_capture_s_ < capture_s) core.durable.state.load_status |= kDataNotValid;
  if (next_closing_s_ < closing_s) core.durable.state.closing_status |= kDataNotValid;
}

void Schedule::plan(Core& core) {
  const meter_provision& identity = core.identity;
  seen_ticks_ = core.hal.rtc_ticks();
  const std::int64_t now_s = core.clock.utc_s(core.hal);
  next_capture_s_ = next_multiple(now_s, identity.capture_period_s);
  next_closing_s_ = core.clock.zone.next_midnight(now_s);
  next_season_s_ = core.clock.zone.next_change(now_s);
  next_push_s_ = identity.push_period_s == 0
                     ? kNever
                     : next_multiple(now_s, identity.push_period_s, identity.push_delay_s);
}

void Schedule::arm(Core& core) const {
  const std::int64_t next =
      std::min({next_capture_s_, next_closing_s_, next_season_s_, next_push_s_});
  core.hal.rtc_match(next == kNever ? kNever : next * kTicksPerSecond);
}

void Schedule::run(Core& core) {
  const std::int64_t now_ticks = core.hal.rtc_ticks();
  seen_ticks_ = now_ticks;
  const std::int64_t now_s = floor_to(now_ticks, kTicksPerSecond) / kTicksPerSecond;
  if (now_s >= next_season_s_) {
    core.note_at(EventCode::daylight_saving_switched, next_season_s_);
    next_season_s_ = core.clock.zone.next_change(now_s);
  }
  if (now_s >= next_capture_s_) {
    const std::int64_t period_s = core.identity.capture_period_s;
    const std::int64_t stamp_s = floor_to(now_s, period_s);
    if (late(now_ticks, next_capture_s_)) core.durable.state.load_status |= kDataNotValid;
    capture(core, LogId::load, stamp_s);
    next_capture_s_ = stamp_s + period_s;
  }
  if (now_s >= next_closing_s_) {
    const std::int64_t stamp_s = core.clock.zone.last_midnight(now_s);
    if (late(now_ticks, next_closing_s_)) core.durable.state.closing_status |= kDataNotValid;
    capture(core, LogId::closing, stamp_s);
    next_closing_s_ = core.clock.zone.next_midnight(now_s);
    core.parameters.make_room(core.hal);
    core.durable.checkpoint(core.hal, core.parameters);
  }
  if (now_s >= next_push_s_) {
    push_due_ = true;
    next_push_s_ = next_multiple(now_s, core.identity.push_period_s, core.identity.push_delay_s);
  }
  arm(core);
}

void Schedule::set_clock(Core& core, std::int64_t ticks) {
  run(core);
  core.note(EventCode::clock_adjusted_old);
  core.hal.rtc_set(ticks);
  core.clock.valid = true;
  core.note(EventCode::clock_adjusted_new);

  DurableState& state = core.durable.state;
  state.error_register &= ~kErrorClockInvalid;
  state.load_status |= kClockAdjusted;
  state.closing_status |= kClockAdjusted;
  const std::int64_t now_s = core.clock.utc_s(core.hal);
  if (now_s >= next_capture_s_) state.load_status |= kDataNotValid;
  if (now_s >= next_closing_s_) state.closing_status |= kDataNotValid;
  // A change of season that is jumped over is none: no event, the stamps show it.
  next_season_s_ = core.clock.zone.next_change(now_s);
  run(core);
  plan(core);
  core.durable.save(core.hal);
  arm(core);
}

}  // namespace meter::fw
