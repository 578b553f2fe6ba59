// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Orders of meters behind concentrators: signed, with a window, and what comes back of them.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "hes-stub/concentrators/concentrators.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/cosem/classes/clock.hpp"

namespace hes {
namespace {

using p32::ErrorCategory;
using protocol::cosem::AccessResult;
namespace error_code = p32::error_code;

constexpr Obis kDisconnectControl = protocol::cosem::obis(0, 0, 96, 3, 10);
// The result of an order that is out of date comes a little later.
constexpr std::int64_t kResultGraceS = 900;
// A meter that could not be reached is not tried again before.
constexpr std::int64_t kReissueS = 600;
constexpr UtcNs kLastNs = INT64_C(4'000'000'000) * kNsPerSecond;  // year 2096

p32::RawDlmsOrder raw(p32::DlmsService service, std::uint16_t class_id, const Obis& instance,
                      std::int8_t index, protocol::Bytes data) {
  p32::DlmsOperation operation;
  operation.service = service;
  operation.class_id = class_id;
  operation.instance = instance;
  operation.index = index;
  operation.data.assign(data.begin(), data.end());
  p32::RawDlmsOrder order;
  order.operations.push_back(std::move(operation));
  return order;
}

p32::Priority priority_of(OrderKind kind) {
  const bool relay = kind == OrderKind::relay_open || kind == OrderKind::relay_close;
  return relay ? p32::Priority::very_high : p32::Priority::high;
}

// Was it certainly not done, so that doing it now is not doing it twice?
bool never_reached(const p32::Failure& failure) {
  return failure.category == ErrorCategory::communication &&
         (failure.code == error_code::kNotRegistered ||
          failure.code == error_code::kAssociationRefused ||
          failure.code == error_code::kUnknownMeter);
}

}  // namespace

// False: it cannot be expressed for a concentrator.
bool Concentrators::make_order(const Order& order, p32::OrderBody& body) const {
  std::array<std::uint8_t, 3> parameter;
  protocol::Writer out(parameter);
  switch (order.kind) {
    case OrderKind::relay_open:
      body = p32::RelayOrder{p32::RelayAction::open};
      return true;
    case OrderKind::relay_close:
      body = p32::RelayOrder{p32::RelayAction::close};
      return true;
    case OrderKind::clock_shift:
      protocol::axdr::put_long(static_cast<std::int16_t>(order.value_s), out);
      body = raw(p32::DlmsService::action, static_cast<std::uint16_t>(classes::Clock::kId), kClock,
                 classes::Clock::kShiftTime, out.written());
      return true;
    case OrderKind::clock_set:
      // The concentrator's clock is true; another time than that cannot be told in advance.
      if (order.value_s != 0) return false;
      body = p32::ClockSyncOrder{p32::ClockSyncMode::set, 0};
      return true;
    case OrderKind::read:
      body = raw(p32::DlmsService::get, static_cast<std::uint16_t>(order.attribute.class_id),
                 order.attribute.instance, order.attribute.index, {});
      return true;
  }
  return false;
}

void Concentrators::submit(OrderResult result) {
  Order& order = result.order;
  if (order.valid_until == kNever) {
    order.valid_until =
        std::max(now(), order.valid_from) + config_.p32_order_window_s * kNsPerSecond;
  }
  p32::OrderBody body;
  if (!signer_ || order.valid_until > kLastNs || order.valid_from >= order.valid_until ||
      !make_order(order, body)) {
    return host_.conclude(result, OrderOutcome::invalid);
  }
  if (order.valid_until <= now() + kNsPerSecond)
    return host_.conclude(result, OrderOutcome::expired);
  deadlines_.add(order.valid_until, Deadline::Kind::order_until, result.id);
  issue(std::move(result), now());
}

// Signs it under its next number.
void Concentrators::issue(OrderResult result, UtcNs not_before) {
  const ConcentratorIndex to = inventory_[result.order.meter].concentrator;
  p32::Order order;
  order.id = id_of(links_[to].next_seq);  // as add_item() names it
  order.concentrator = inventory_.concentrators()[to].id;
  // Counts the orders alone: a concentrator remembers a window of these numbers.
  order.seq = ++records_.record(to).order_seq;
  records_.touch(to);
  order.from = p32::utc_ms_of_ns(std::max(not_before, result.order.valid_from));
  order.until = p32::utc_ms_of_ns(result.order.valid_until);
  order.priority = priority_of(result.order.kind);
  order.meters.push_back(inventory_[result.order.meter].serial);
  make_order(result.order, order.body);
  p32::WorkItem work;
  work.body = signer_->sign(order);
  add_item(to, std::move(work), std::move(result));
}

void Concentrators::on_order_result(ConcentratorIndex from, const p32::OrderResult& result) {
  Item* const item = find_item(from, result.order);
  if (item == nullptr || !item->order) {
    ++counters_.unexpected;
    return;
  }
  const std::uint64_t seq = item->work.seq;
  if (result.state == p32::OrderState::accepted || result.state == p32::OrderState::running) {
    if (!item->acked) on_ack(from, result.order);
    return;
  }
  OrderResult& order = *item->order;
  const std::string& serial = inventory_[order.order.meter].serial;
  const p32::OrderMeter* meter = nullptr;
  for (const p32::OrderMeter& candidate : result.meters) {
    if (candidate.id == serial) meter = &candidate;
  }
  if (meter != nullptr && meter->clock_offset_ms) {
    const UtcNs offset = UtcNs{*meter->clock_offset_ms} * 1'000'000;
    host_.clock_checked(order.order.meter, offset);
    set_back(order.order.meter, *meter->clock_offset_ms / 1000);
  }
  if (meter != nullptr && meter->failure) return on_order_failure(from, seq, *meter->failure);
  if (meter != nullptr && !meter->operations.empty()) {
    const p32::OperationResult& operation = meter->operations.front();
    order.data = operation.data;
    if (operation.result != 0) {
      return on_order_failure(from, seq, {ErrorCategory::dlms, operation.result});
    }
  }
  if (result.failure) return on_order_failure(from, seq, *result.failure);
  if (result.state == p32::OrderState::expired) return finish(from, seq, OrderOutcome::expired);
  if (result.state != p32::OrderState::done) {
    order.access_result = AccessResult::other_reason;
    return finish(from, seq, OrderOutcome::refused);
  }
  if (order.order.kind == OrderKind::clock_shift) {
    set_back(order.order.meter, -order.order.value_s);
  }
  finish(from, seq, OrderOutcome::done);
}

// The meter's clock went back so far: what it stamps from now on it has stamped before.
void Concentrators::set_back(MeterIndex meter, std::int64_t by_s) {
  if (by_s <= 0) return;
  const std::int64_t period_s = inventory_[meter].capture_period_s;
  const std::int64_t most_s = config_.max_rows_per_pull / 2 * period_s;
  const std::int64_t now_s = now() / kNsPerSecond;
  Gap& gap = gaps_[{meter, p32::ReportKind::load_profile}];
  const std::int64_t from_s = now_s - by_s - period_s;
  gap.twice_from_s = gap.twice_to_s == 0 ? from_s : std::min(gap.twice_from_s, from_s);
  gap.twice_to_s =
      std::min(std::max(gap.twice_to_s, now_s + by_s + period_s), gap.twice_from_s + most_s);
}

void Concentrators::on_order_failure(ConcentratorIndex from, std::uint64_t seq,
                                     const p32::Failure& failure) {
  OrderResult& order = *links_[from].items.find(seq)->second.order;
  if (failure.category == ErrorCategory::dlms) {
    order.access_result = static_cast<AccessResult>(failure.code & 0xFF);
    return finish(from, seq, OrderOutcome::refused);
  }
  const bool unreachable = failure.category == ErrorCategory::communication;
  if (failure.category == ErrorCategory::access && failure.code == error_code::kExpired) {
    return finish(from, seq, OrderOutcome::expired);
  }
  const bool busy = failure.category == ErrorCategory::resource &&
                    (failure.code == error_code::kQueueFull || failure.code == error_code::kBusy);
  if (!unreachable && !busy) {
    order.access_result = AccessResult::other_reason;
    return finish(from, seq, OrderOutcome::refused);
  }
  // Again, as long as its window is open. A shift must not be done twice.
  const UtcNs again = now() + kReissueS * kNsPerSecond;
  const bool repeatable =
      order.order.kind != OrderKind::clock_shift || busy || never_reached(failure);
  if (!repeatable || again >= order.order.valid_until) {
    return finish(from, seq, OrderOutcome::expired);
  }
  OrderResult result = std::move(order);
  drop_item(from, seq);
  issue(std::move(result), again);
}

bool Concentrators::on_order_until(OrderId id) {
  const auto found = orders_.find(id);
  if (found == orders_.end()) return false;
  const auto [to, seq] = found->second;
  const Item& item = links_[to].items.find(seq)->second;
  const UtcNs last = item.order->order.valid_until + kResultGraceS * kNsPerSecond;
  if ((item.handed || item.acked) && now() < last) {  // its result may be on the way
    deadlines_.add(last, Deadline::Kind::order_until, id);
    return true;
  }
  finish(to, seq, OrderOutcome::expired);
  return true;
}

void Concentrators::finish(ConcentratorIndex from, std::uint64_t seq, OrderOutcome outcome) {
  OrderResult result = std::move(*links_[from].items.find(seq)->second.order);
  orders_.erase(result.id);
  drop_item(from, seq);
  host_.conclude(result, outcome);
}

}  // namespace hes
