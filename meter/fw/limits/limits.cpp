// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/limits/limits.hpp"

#include <algorithm>

#include "meter/fw/profiles/captured_values.hpp"

namespace meter::fw {
namespace {

constexpr std::int64_t kLook_us = 1'000'000;

void run(Core& core, Relay& relay, Deadlines& deadlines, LimitAction action) {
  if (action == LimitAction::none) return;
  const bool disconnect = action == LimitAction::disconnect;
  // What the control mode does not allow is left.
  static_cast<void>(relay.act(
      core, deadlines, disconnect ? RelayCause::local_disconnect : RelayCause::local_reconnect));
}

}  // namespace

void Limits::boot(Core& core, Deadlines& deadlines) {
  core.parameters.load(core.hal, BlockKind::limits, settings_);
  const LimiterSettings& limiter = settings_.limiter;
  active_ = emergency(limiter, core.clock.utc_s(core.hal)) ? limiter.emergency : limiter.normal;
  limiter_.over = core.settings.control_state == kReadyForReconnection &&
                  core.settings.switched_off_locally != 0 &&
                  limiter.actions.under == LimitAction::reconnect;
  if (watching()) deadlines.set(core.hal, Deadline::limits, core.hal.uptime_us() + kLook_us);
}

bool Limits::emergency(const LimiterSettings& limiter, std::int64_t utc_s) {
  const std::int64_t from_s = limiter.emergency_from_s;
  if (from_s == 0 || utc_s < from_s || utc_s >= from_s + limiter.emergency_for_s) return false;
  const auto end = limiter.groups.begin() + limiter.n_groups;
  return std::find(limiter.groups.begin(), end, limiter.emergency_id) != end;
}

bool Limits::watching() const {
  const LimiterSettings& limiter = settings_.limiter;
  if (active_ != kNoThreshold || limiter_.over || limiter.normal != kNoThreshold) return true;
  if (limiter.emergency_from_s != 0 && limiter.emergency != kNoThreshold) return true;
  return std::any_of(settings_.monitors.begin(), settings_.monitors.end(),
                     [](const MonitorSettings& monitor) { return monitor.n_thresholds > 0; });
}

bool Limits::change(Core& core, Deadlines& deadlines, const LimitSettings& next) {
  if (!core.parameters.store(core.hal, BlockKind::limits, next)) return false;
  settings_ = next;
  // A threshold that is gone is not crossed any more: one in its place is crossed anew.
  for (std::size_t k = 0; k < kMonitors; ++k) {
    above_[k] &= static_cast<std::uint8_t>((1u << settings_.monitors[k].n_thresholds) - 1);
  }
  core.note(EventCode::parameters_changed);
  refresh_threshold(core);
  if (watching()) deadlines.set(core.hal, Deadline::limits, core.hal.uptime_us() + kLook_us);
  return true;
}

void Limits::refresh_threshold(Core& core) {
  const LimiterSettings& limiter = settings_.limiter;
  const bool now = emergency(limiter, core.clock.utc_s(core.hal));
  const std::uint32_t threshold = now ? limiter.emergency : limiter.normal;
  if (threshold == active_) return;
  active_ = threshold;
  // Nothing is over no threshold: the time above one that comes later begins with it.
  if (threshold == kNoThreshold && !limiter_.over) limiter_.since_us = kNever;
  core.note(EventCode::limiter_threshold_changed);
}

bool Limits::crosses(Crossing& crossing, bool over, std::int64_t now_us,
                     const LimiterSettings& limiter) {
  if (over == crossing.over) {
    crossing.since_us = kNever;
    return false;
  }
  if (crossing.since_us == kNever) crossing.since_us = now_us;
  const std::int64_t wait_s = over ? limiter.over_s : limiter.under_s;
  if (now_us - crossing.since_us < wait_s * 1'000'000) return false;
  crossing = {kNever, over};
  return true;
}

void Limits::look_at_limiter(Core& core, Relay& relay, Deadlines& deadlines, std::int64_t now_us) {
  refresh_threshold(core);
  if (active_ == kNoThreshold && !limiter_.over) return;
  const LimiterSettings& limiter = settings_.limiter;
  const bool over = captured_value(core, limiter.watched) > active_;
  if (!crosses(limiter_, over, now_us, limiter)) return;
  core.note(over ? EventCode::limiter_threshold_exceeded : EventCode::limiter_threshold_ok);
  run(core, relay, deadlines, over ? limiter.actions.over : limiter.actions.under);
}

void Limits::look_at_monitor(Core& core, Relay& relay, Deadlines& deadlines, std::size_t k) {
  const MonitorSettings& monitor = settings_.monitors[k];
  if (monitor.n_thresholds == 0) return;
  const std::uint32_t value = captured_value(core, monitor.watched);
  for (std::size_t n = 0; n < monitor.n_thresholds; ++n) {
    const auto bit = static_cast<std::uint8_t>(1u << n);
    const bool over = value > monitor.thresholds[n];
    if (over == ((above_[k] & bit) != 0)) continue;
    above_[k] ^= bit;
    core.note(over ? EventCode::monitor_threshold_exceeded : EventCode::monitor_threshold_ok);
    if (n >= monitor.n_actions) continue;
    const CrossingActions& actions = monitor.actions[n];
    run(core, relay, deadlines, over ? actions.over : actions.under);
  }
}

void Limits::look(Core& core, Relay& relay, Deadlines& deadlines) {
  const std::int64_t now_us = core.hal.uptime_us();
  look_at_limiter(core, relay, deadlines, now_us);
  for (std::size_t k = 0; k < kMonitors; ++k) look_at_monitor(core, relay, deadlines, k);
  if (watching()) deadlines.set(core.hal, Deadline::limits, now_us + kLook_us);
}

}  // namespace meter::fw
