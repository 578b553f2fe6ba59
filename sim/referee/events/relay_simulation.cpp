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

constexpr kernel::TimeNs kTravel = 20 * kernel::kNsPerMs;    // of a 100 A latching relay
constexpr kernel::TimeNs kDebounce = 20 * kernel::kNsPerMs;  // meter/hal/inputs.h
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
  switches.relay_closed = closed_;
  const models::SupplyPoint& supply = subject_.supply;
  const models::ElectricalState state = supply.state(supply.mains().step_at(now_), switches);
  switch (quantity) {
    case Quantity::power:
      return models::active_power_w(state);
    case Quantity::current:
      return 1000 * models::current_rms_a(state, 0);
    case Quantity::voltage:
      return 10 * models::voltage_rms_v(state, 0);
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
  return limiter_ || (current_ && current_->threshold_w != kNoLimit) ||
         (voltage_ && voltage_->threshold_w != kNoLimit);
}

// ---- The contact ----

void RelaySimulation::move(bool closed, kernel::TimeNs at, Cause cause) {
  if (welded_ || closed_ == closed || at > subject_.until) return;
  closed_ = closed;
  moves_.push_back({closed, cause, at});
  ++operations_;
  welded_ |= closed && operations_ >= subject_.welds_at;
}

void RelaySimulation::fault(kernel::TimeNs at, Cause cause) {
  if (!faulty_) entries_.push_back({EventKind::contact_fault, cause, at});
  faulty_ = true;
}

void RelaySimulation::drive(Cause cause) {
  moving_until_ = now_ + kContactTimeout;
  move(state_ == 1, now_ + kTravel, cause);
  told_closed_ = closed_;
  if (closed_ != (state_ == 1)) {
    fault(moving_until_, cause);
  } else {
    faulty_ = false;
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
    welded_ = true;
    return;
  }
  const bool before = closed_;
  move(fate == ContactFate::closes, now_, Cause::other);
  if (closed_ == before || !powered()) return;
  told_closed_ = closed_;
  if (closed_ == (state_ == 1)) {
    faulty_ = false;
  } else if (now_ >= moving_until_) {
    fault(now_, Cause::other);
    drive(Cause::other);
  }
}

void RelaySimulation::start() {
  faulty_ = false;
  since_ = kernel::kNever;
  current_over_ = voltage_over_ = false;
  if (limiter_) {
    exceeded_ = state_ == 2 && locally_ && limiter_->action == LimiterAction::disconnect;
  }
  const bool known = told_closed_ == closed_;
  told_closed_ = closed_;
  if (closed_ == (state_ == 1)) return;
  if (!known) fault(now_, Cause::other);
  drive(Cause::other);
}

// ---- Limits ----

void RelaySimulation::set_limit(const PowerLimit& limit) {
  if (limit.control_mode) mode_ = *limit.control_mode;
  switch (quantity_of(limit)) {
    case Quantity::current:
      current_ = limit;
      return;
    case Quantity::voltage:
      voltage_ = limit;
      return;
    case Quantity::power:
      limiter_ = limit;
      refresh_threshold(Cause::limit_order);
  }
}

void RelaySimulation::refresh_threshold(Cause cause) {
  const auto& emergency = limiter_->emergency;
  const std::int64_t from_s = emergency ? emergency->from / 1000 : 0;
  const std::int64_t at_s = clock_s();
  const bool now = emergency && at_s >= from_s && at_s < from_s + emergency->duration_s;
  const std::uint32_t threshold = now ? emergency->threshold_w : limiter_->threshold_w;
  if (threshold == active_) return;
  active_ = threshold;
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
  const bool is_over = over(value(Quantity::power), active_, exceeded_);
  if (is_over == exceeded_) {
    since_ = kernel::kNever;
    return;
  }
  if (since_ == kernel::kNever) since_ = now_;
  const std::int64_t wait_s = is_over ? limiter_->over_s : limiter_->under_s;
  if (now_ - since_ < wait_s * kernel::kNsPerSecond) return;
  since_ = kernel::kNever;
  exceeded_ = is_over;
  note(is_over ? EventKind::limit_exceeded : EventKind::limit_kept, Cause::threshold);
  if (limiter_->action == LimiterAction::none) return;
  is_over ? disconnect_locally() : reconnect_locally();
}

void RelaySimulation::look_at_monitor(PowerLimit& monitor, bool& was_over) {
  const bool is_over = over(value(quantity_of(monitor)), monitor.threshold_w, was_over);
  if (is_over == was_over || monitor.threshold_w == kNoLimit) return;
  was_over = is_over;
  note(is_over ? EventKind::monitor_over : EventKind::monitor_under, Cause::threshold);
  if (monitor.action == LimiterAction::none) return;
  is_over ? disconnect_locally() : reconnect_locally();
}

void RelaySimulation::tick() {
  if (!powered()) return;
  if (limiter_) look_at_limiter();
  if (current_) look_at_monitor(*current_, current_over_);
  if (voltage_) look_at_monitor(*voltage_, voltage_over_);
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
      return contact(input.event->fate);
  }
}

void RelaySimulation::run() {
  operations_ = static_cast<std::uint32_t>(subject_.scenario.meters.variant.relay_operations);
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
