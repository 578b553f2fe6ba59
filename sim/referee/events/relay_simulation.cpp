// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/events/relay_simulation.hpp"

#include <algorithm>

#include "protocol/calendar.hpp"

namespace sim::run {
namespace {

using protocol::limits::kNoLimit;
using protocol::limits::LimiterAction;
using protocol::limits::PowerLimit;
using protocol::limits::Quantity;

constexpr kernel::TimeNs kTravel = 20 * kernel::kNsPerMs;  // of a 100 A latching relay
constexpr kernel::TimeNs kContactTimeout = 2 * kernel::kNsPerSecond;
constexpr kernel::TimeNs kLook = kernel::kNsPerSecond;
constexpr double kReading = 0.015;  // class 1 and the width of a window

}  // namespace

bool RelaySimulation::powered() const {
  return std::ranges::any_of(subject_.powered, [this](const PoweredSpan& span) {
    return span.on <= now_ && now_ < span.off;
  });
}

std::int64_t RelaySimulation::clock_s() const {
  return protocol::floor_div(subject_.rtc.ticks_at(now_), models::Rtc::kRateHz);
}

double RelaySimulation::value(Quantity quantity) const {
  models::SwitchState switches;
  switches.relay_closed = contact_.closed;
  for (const Event& event : subject_.scenario.events) {
    if (event.type != EventType::bypass || !event.meters.contains(subject_.meter)) continue;
    const kernel::TimeNs end = event.at + kernel::to_ns(event.duration_s);
    if (event.at <= now_ && now_ < end) switches.in_phases = event.residual;
  }
  const models::SupplyPoint& supply = subject_.supply;
  const models::ElectricalState state = supply.state(supply.mains().step_at(now_), switches);
  switch (quantity) {
    case Quantity::power:
      return models::active_power_w(state);
    case Quantity::current:
      return 1000 * models::current_rms_a(state, 0);
    case Quantity::voltage:
      return 10 * models::voltage_rms_v(state, 0);
    case Quantity::sag:
    case Quantity::swell:
      break;
  }
  return 0;
}

// The early telling crosses, either way, as soon as a meter may say so.
bool RelaySimulation::over(double value, std::uint32_t threshold, bool is_over) const {
  if (threshold == kNoLimit) return false;
  const bool high = late_ == is_over;
  return value * (high ? 1 + kReading : 1 - kReading) > threshold;
}

bool RelaySimulation::watching() const {
  return limiter_.limit || current_.watches() || voltage_.watches();
}

// ---- The contact ----

void RelaySimulation::move(bool closed, kernel::TimeNs at, Cause cause) {
  if (contact_.welded || contact_.closed == closed || at > subject_.until) return;
  contact_.closed = closed;
  moves_.push_back({closed, cause, at});
  ++contact_.operations;
  contact_.welded |= closed && contact_.operations >= subject_.welds_at;
}

void RelaySimulation::fault(kernel::TimeNs at, Cause cause) {
  if (!contact_.faulty) entries_.push_back({EventKind::contact_fault, cause, at});
  contact_.faulty = true;
}

void RelaySimulation::drive(Cause cause) {
  contact_.moving_until = now_ + kContactTimeout;
  move(state_ == 1, now_ + kTravel, cause);
  contact_.told_closed = contact_.closed;
  if (contact_.closed != (state_ == 1)) {
    fault(contact_.moving_until, cause);
  } else {
    contact_.faulty = false;
  }
}

void RelaySimulation::go(int state, EventKind kind, Cause cause) {
  state_ = state;
  locally_ = kind == EventKind::switched_off_locally;
  note(kind, cause);
  drive(cause);
}

// ---- What comes from outside ----

void RelaySimulation::order(bool close) {
  if (mode_ == 0) return;  // always connected: refused
  if (!close) {
    if (state_ != 0) go(0, EventKind::switched_off, Cause::order);
  } else if (reconnects_remotely()) {
    if (state_ != 1) go(1, EventKind::switched_on, Cause::order);
  } else if (state_ == 0) {
    go(2, EventKind::relay_ready, Cause::order);
  }
}

void RelaySimulation::button() {
  if (!powered()) return;
  if (state_ == 2) {
    go(1, EventKind::switched_on_by_hand, Cause::other);
  } else if (state_ == 1 && opens_by_button()) {
    go(2, EventKind::switched_off_by_hand, Cause::other);
  }
}

void RelaySimulation::contact(ContactFate fate) {
  if (fate == ContactFate::welds) {
    contact_.welded = true;
    return;
  }
  const bool before = contact_.closed;
  move(fate == ContactFate::closes, now_, Cause::other);
  if (contact_.closed == before || !powered()) return;
  contact_.told_closed = contact_.closed;
  if (contact_.closed == (state_ == 1)) {
    contact_.faulty = false;
  } else if (now_ >= contact_.moving_until) {
    fault(now_, Cause::other);
    drive(Cause::other);
  }
}

void RelaySimulation::start() {
  contact_.faulty = false;
  limiter_.since = kernel::kNever;
  current_.over = voltage_.over = false;
  if (limiter_.limit) {
    limiter_.exceeded =
        state_ == 2 && locally_ && limiter_.limit->action == LimiterAction::disconnect;
  }
  const bool known = contact_.told_closed == contact_.closed;
  contact_.told_closed = contact_.closed;
  if (contact_.closed == (state_ == 1)) return;
  if (!known) fault(now_, Cause::other);
  drive(Cause::other);
}

// ---- Limits ----

void RelaySimulation::set_limit(const PowerLimit& limit) {
  if (limit.control_mode) mode_ = *limit.control_mode;
  switch (quantity_of(limit)) {
    case Quantity::current:
      current_.limit = limit;
      return;
    case Quantity::voltage:
      voltage_.limit = limit;
      return;
    case Quantity::sag:
    case Quantity::swell:
      return;
    case Quantity::power:
      limiter_.limit = limit;
      refresh_threshold(Cause::limit_order);
  }
}

void RelaySimulation::refresh_threshold(Cause cause) {
  const auto& emergency = limiter_.limit->emergency;
  const std::int64_t from_s = emergency ? emergency->from / 1000 : 0;
  const std::int64_t at_s = clock_s();
  const bool now = emergency && at_s >= from_s && at_s < from_s + emergency->duration_s;
  const std::uint32_t threshold = now ? emergency->threshold_w : limiter_.limit->threshold_w;
  if (threshold == limiter_.active) return;
  limiter_.active = threshold;
  note(EventKind::limit_changed, cause);
}

void RelaySimulation::disconnect_locally() {
  if (state_ == 1 && mode_ != 0) go(2, EventKind::switched_off_locally, Cause::threshold);
}

void RelaySimulation::reconnect_locally() {
  if (state_ == 2 && reconnects_locally()) {
    go(1, EventKind::switched_on_locally, Cause::threshold);
  }
}

void RelaySimulation::look_at_limiter() {
  refresh_threshold(Cause::threshold);
  const bool is_over = over(value(Quantity::power), limiter_.active, limiter_.exceeded);
  if (is_over == limiter_.exceeded) {
    limiter_.since = kernel::kNever;
    return;
  }
  if (limiter_.since == kernel::kNever) limiter_.since = now_;
  const std::int64_t wait_s = is_over ? limiter_.limit->over_s : limiter_.limit->under_s;
  if (now_ - limiter_.since < wait_s * kernel::kNsPerSecond) return;
  limiter_.since = kernel::kNever;
  limiter_.exceeded = is_over;
  note(is_over ? EventKind::limit_exceeded : EventKind::limit_kept, Cause::threshold);
  if (limiter_.limit->action == LimiterAction::none) return;
  is_over ? disconnect_locally() : reconnect_locally();
}

void RelaySimulation::look_at(Monitor& monitor) {
  if (!monitor.watches()) return;
  const PowerLimit& limit = *monitor.limit;
  const bool is_over = over(value(quantity_of(limit)), limit.threshold_w, monitor.over);
  if (is_over == monitor.over) return;
  monitor.over = is_over;
  note(is_over ? EventKind::monitor_over : EventKind::monitor_under, Cause::threshold);
  if (limit.action == LimiterAction::none) return;
  is_over ? disconnect_locally() : reconnect_locally();
}

void RelaySimulation::tick() {
  if (!powered()) return;
  if (limiter_.limit) look_at_limiter();
  look_at(current_);
  look_at(voltage_);
}

// ---- Time ----

std::vector<RelaySimulation::Input> RelaySimulation::inputs() const {
  std::vector<Input> all;
  const kernel::TimeNs delay = late_ ? subject_.scenario.hes.in_time_s * kernel::kNsPerSecond : 0;
  for (const Event& event : subject_.scenario.events) {
    if (!event.meters.contains(subject_.meter)) continue;
    switch (event.type) {
      case EventType::relay:
      case EventType::limit:
        all.push_back({event.at + delay, &event});
        break;
      case EventType::button:
        if (event.duration_ms * kernel::kNsPerMs >= kDebounce) {
          all.push_back({event.at + kDebounce, &event});
        }
        break;
      case EventType::contact:
        all.push_back({event.at, &event});
        break;
      default:
        break;
    }
  }
  for (const PoweredSpan& span : subject_.powered) all.push_back({span.on, nullptr});
  std::ranges::stable_sort(all, {}, &Input::at);
  return all;
}

void RelaySimulation::take(const Input& input) {
  if (input.event == nullptr) return start();
  switch (input.event->type) {
    case EventType::relay:
      return order(input.event->value == RelayOrder::close);
    case EventType::limit:
      return set_limit(input.event->limit);
    case EventType::button:
      return button();
    default:
      return contact(input.event->board.contact);
  }
}

void RelaySimulation::run() {
  contact_.operations =
      static_cast<std::uint32_t>(subject_.scenario.meters.variant.relay_operations);
  const auto all = inputs();
  std::size_t next = 0;
  while (now_ <= subject_.until) {
    const kernel::TimeNs look = watching() ? (now_ / kLook + 1) * kLook : kernel::kNever;
    const kernel::TimeNs input = next < all.size() ? all[next].at : kernel::kNever;
    const kernel::TimeNs then = std::min(look, input);
    if (then > subject_.until) return;
    now_ = then;
    if (input <= look) {
      take(all[next++]);
    } else {
      tick();
    }
  }
}

}  // namespace sim::run
