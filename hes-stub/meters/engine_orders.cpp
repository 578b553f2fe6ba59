// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Orders: relay, clock and single reads, kept until they are done, refused or out of date.
#include <algorithm>
#include <cstdlib>

#include "hes-stub/meters/engine.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/cosem/classes/clock.hpp"
#include "protocol/cosem/classes/disconnect_control.hpp"
#include "protocol/cosem/date_time.hpp"

namespace hes {
namespace {

using protocol::dlms::ClientEvent;
using Step = ActiveSession::Step;
using Kind = ClientEvent::Kind;

constexpr Obis kDisconnector = protocol::cosem::obis(0, 0, 96, 3, 10);
constexpr std::int64_t kMaxShiftS = 900;  // Blue Book 4.5.1
constexpr std::int64_t kMaxSetS = INT64_C(3'000'000'000);
constexpr std::uint8_t kDaylightSaving = 0x80;  // clock status

bool valid(const Order& order, std::size_t meters) {
  if (order.meter >= meters) return false;
  switch (order.kind) {
    case OrderKind::clock_shift:
      return order.value_s != 0 && std::llabs(order.value_s) <= kMaxShiftS;
    case OrderKind::clock_set:
      return order.value_s >= -kMaxSetS && order.value_s <= kMaxSetS;
    default:
      return true;
  }
}

}  // namespace

OrderId Engine::submit(const Order& order) {
  const OrderId id = ++last_order_;
  PendingOrder& pending = orders_[id];
  pending.result.id = id;
  pending.result.order = order;
  pending.result.submitted = now();
  if (!valid(order, meters_.size())) {
    finish_order(pending, OrderOutcome::invalid);
  } else if (inventory_[order.meter].concentrator != kNoConcentrator) {
    OrderResult result = std::move(pending.result);
    orders_.erase(id);
    concentrators_.submit(std::move(result));
  } else {
    meters_[order.meter].orders.push_back(id);
    if (order.valid_until != kNever) {
      deadlines_.add(order.valid_until, Deadline::Kind::order_until, id);
    }
    if (order.valid_from > now()) {
      deadlines_.add(order.valid_from, Deadline::Kind::order_from, id);
    } else {
      enqueue(order.meter);
    }
  }
  settle_up();
  return id;
}

PendingOrder* Engine::due_order(MeterIndex meter) {
  for (const OrderId id : meters_[meter].orders) {
    PendingOrder& order = orders_.find(id)->second;
    if (order.result.order.valid_from <= now()) return &order;
  }
  return nullptr;
}

void Engine::request_order(ActiveSession& session) {
  PendingOrder& order = *due_order(session.meter);
  order.in_hand = true;
  session.order = order.result.id;
  ++order.result.attempts;
  // A shift is the one order that must not be done twice: the clock before and after tells. And a
  // clock set back makes stamps come twice.
  if (order.result.order.kind == OrderKind::clock_shift ||
      order.result.order.kind == OrderKind::clock_set) {
    session.step = Step::order_clock;
    return transmit(session,
                    session.client->get({classes::Clock::kId, kClock, classes::Clock::kTime}));
  }
  send_order(session, order);
}

void Engine::send_order(ActiveSession& session, PendingOrder& pending) {
  const Order& order = pending.result.order;
  session.step = Step::order;
  if (pending.result.first_sent == 0) pending.result.first_sent = now();
  pending.uncertain = true;
  std::array<std::uint8_t, 3> parameter;
  protocol::Writer out(parameter);
  switch (order.kind) {
    case OrderKind::relay_open:
    case OrderKind::relay_close: {
      const bool open = order.kind == OrderKind::relay_open;
      protocol::axdr::put_integer(0, out);
      return transmit(session,
                      session.client->action({classes::DisconnectControl::kId, kDisconnector,
                                              open ? classes::DisconnectControl::kRemoteDisconnect
                                                   : classes::DisconnectControl::kRemoteReconnect},
                                             out.written()));
    }
    case OrderKind::clock_shift:
      protocol::axdr::put_long(static_cast<std::int16_t>(order.value_s), out);
      return transmit(
          session, session.client->action({classes::Clock::kId, kClock, classes::Clock::kShiftTime},
                                          out.written()));
    case OrderKind::clock_set:
      return transmit(session,
                      session.client->set({classes::Clock::kId, kClock, classes::Clock::kTime},
                                          clock_value(now_s() + order.value_s)));
    case OrderKind::read:
      return transmit(session, session.client->get(order.attribute));
  }
}

std::vector<std::uint8_t> Engine::clock_value(std::int64_t utc_s) const {
  protocol::cosem::DateTime time;
  time.utc_s = utc_s;
  time.deviation_min = static_cast<std::int16_t>(-config_.zone.offset_min(utc_s));
  time.status = config_.zone.daylight_saving(utc_s) ? kDaylightSaving : 0;
  std::vector<std::uint8_t> value(protocol::cosem::kDateTimeValueOctets);
  protocol::Writer out(value);
  protocol::cosem::put_date_time(time, out);
  return value;
}

void Engine::on_order_answer(ActiveSession& session, const ClientEvent& event) {
  PendingOrder& order = orders_.find(session.order)->second;
  if (event.kind == Kind::exception) return retry_or_fail(session);
  if (session.step == Step::order_clock && event.kind == Kind::data) {
    return on_order_clock(session, order, event.data);
  }
  session.attempts = 0;
  meters_[session.meter].failures = 0;
  if (event.kind == Kind::refused) {
    order.result.access_result = event.access_result;
    finish_order(order, OrderOutcome::refused);
  } else {
    order.result.data.assign(event.data.begin(), event.data.end());
    finish_order(order, OrderOutcome::done);
  }
  session.order = 0;
  report(session, MessageKind::order);
  next_job(session);
}

void Engine::on_order_clock(ActiveSession& session, PendingOrder& order, Bytes value) {
  UtcNs deviation = 0;
  if (!read_deviation(session, value, deviation)) {
    ++counters_.malformed;
    return retry_or_fail(session);
  }
  observer_.clock_checked(session.meter, deviation, now());
  const UtcNs shift = order.result.order.value_s * kNsPerSecond;
  const bool shifts = order.result.order.kind == OrderKind::clock_shift;
  if (shifts && order.uncertain && order.has_deviation) {
    // The shift was sent and no answer came: nearer to the clock as shifted, or as it was?
    const UtcNs moved = deviation - order.deviation;
    if (std::llabs(moved - shift) < std::llabs(moved)) {
      finish_order(order, OrderOutcome::done);
      session.order = 0;
      session.attempts = 0;
      report(session, MessageKind::order);
      return next_job(session);
    }
  }
  order.has_deviation = true;
  order.deviation = deviation;
  clock_moved(session.meter, deviation, shifts ? deviation + shift : shift);
  send_order(session, order);
}

void Engine::let_go_of_order(ActiveSession& session) {
  const auto found = orders_.find(session.order);
  session.order = 0;
  if (found != orders_.end()) found->second.in_hand = false;
}

void Engine::expire_order(OrderId id) {
  const auto found = orders_.find(id);
  if (found == orders_.end()) return;
  if (found->second.in_hand) {  // its answer may be on the way
    deadlines_.add(now() + config_.response_timeout_s * kNsPerSecond, Deadline::Kind::order_until,
                   id);
    return;
  }
  finish_order(found->second, OrderOutcome::expired);
}

void Engine::finish_order(PendingOrder& order, OrderOutcome outcome) {
  const OrderId id = order.result.id;
  const MeterIndex meter = order.result.order.meter;
  if (meter < meters_.size()) std::erase(meters_[meter].orders, id);
  conclude(order.result, outcome);
  orders_.erase(id);
}

void Engine::conclude(OrderResult& result, OrderOutcome outcome) {
  result.outcome = outcome;
  result.finished = now();
  store_.add_order({result.id, result.order.meter, order_kind_name(result.order.kind),
                    result.order.value_s, result.submitted, result.order.valid_until,
                    result.finished, order_outcome_name(outcome), result.data});
  observer_.order_finished(result);
}

const char* order_kind_name(OrderKind kind) {
  constexpr const char* kNames[] = {"relay_open", "relay_close", "clock_shift", "clock_set",
                                    "read"};
  return kNames[static_cast<std::size_t>(kind)];
}
const char* order_outcome_name(OrderOutcome outcome) {
  constexpr const char* kNames[] = {"done", "refused", "expired", "invalid"};
  return kNames[static_cast<std::size_t>(outcome)];
}
const char* message_kind_name(MessageKind kind) {
  constexpr const char* kNames[kMessageKinds] = {
      "announce",    "heartbeat", "push",   "pull",     "closing",   "clock",       "order",
      "association", "learn",     "report", "p32_poll", "p32_order", "p32_request", "p32_other"};
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace hes
