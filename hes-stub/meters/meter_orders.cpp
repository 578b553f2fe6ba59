// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/meters/meter_orders.hpp"

#include <algorithm>

namespace hes {

void MeterOrders::take(OrderResult result) {
  const OrderId id = result.id;
  const Order& order = (open_[id].result = std::move(result)).order;
  of_meter_[order.meter].push_back(id);
  if (order.valid_until != kNever) {
    context_.deadlines.add(order.valid_until, Deadline::Kind::order_until, id);
  }
  if (order.valid_from > context_.now()) {
    context_.deadlines.add(order.valid_from, Deadline::Kind::order_from, id);
  } else {
    waker_.wake(order.meter);
  }
}

void MeterOrders::on_from(OrderId id) {
  const auto found = open_.find(id);
  if (found != open_.end()) waker_.wake(found->second.result.order.meter);
}

bool MeterOrders::on_until(OrderId id) {
  const auto found = open_.find(id);
  if (found == open_.end()) return false;
  if (found->second.in_hand) {  // its answer may be on the way
    context_.wait_s(context_.config.response_timeout_s, Deadline::Kind::order_until, id);
  } else {
    finish(found->second, OrderOutcome::expired);
  }
  return true;
}

bool MeterOrders::has(MeterIndex meter, OrderKind kind) const {
  return std::ranges::any_of(of_meter_[meter], [&](OrderId id) {
    return open_.find(id)->second.result.order.kind == kind;
  });
}

PendingOrder* MeterOrders::due(MeterIndex meter) {
  for (const OrderId id : of_meter_[meter]) {
    PendingOrder& order = open_.find(id)->second;
    if (order.result.order.valid_from <= context_.now()) return &order;
  }
  return nullptr;
}

void MeterOrders::finish(PendingOrder& order, OrderOutcome outcome) {
  const OrderId id = order.result.id;
  std::erase(of_meter_[order.result.order.meter], id);
  conclude(context_, order.result, outcome);
  open_.erase(id);
}

void MeterOrders::postpone(PendingOrder& order, UtcNs until) {
  order.result.order.valid_from = until;
  context_.deadlines.add(until, Deadline::Kind::order_from, order.result.id);
}

void MeterOrders::let_go(OrderId id) {
  const auto found = open_.find(id);
  if (found != open_.end()) found->second.in_hand = false;
}

}  // namespace hes
