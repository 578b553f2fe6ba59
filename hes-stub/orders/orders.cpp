// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/orders/orders.hpp"

#include <cstdlib>

#include "hes-stub/orders/image_order.hpp"
#include "hes-stub/orders/key_order.hpp"
#include "hes-stub/orders/plan_steps.hpp"
#include "protocol/hosted/parameter/parameter.hpp"
#include "protocol/hosted/power_limit/limit.hpp"
#include "protocol/hosted/tariff_plan/plan.hpp"
#include "protocol/image/container.hpp"

namespace hes {
namespace {

constexpr std::int64_t kMaxSetS = INT64_C(3'000'000'000);

bool valid(const Order& order, std::size_t meters) {
  if (order.meter >= meters) return false;
  switch (order.kind) {
    case OrderKind::clock_shift:
      return order.value_s != 0 && std::llabs(order.value_s) <= kMaxShiftS;
    case OrderKind::clock_set:
      return order.value_s >= -kMaxSetS && order.value_s <= kMaxSetS;
    case OrderKind::calendar:
    case OrderKind::limit:
    case OrderKind::parameter:
      return !steps_of(order).empty();
    case OrderKind::image:
      return order.value_s >= 0 && order.value_s <= kLastActivationUtcS && order.image != nullptr &&
             protocol::image::decode(*order.image).ok();
    case OrderKind::relay_open:
    case OrderKind::relay_close:
    case OrderKind::read:
    case OrderKind::key:  // Orders::keys_known
      return true;
  }
  return false;
}

}  // namespace

std::vector<protocol::orders::Step> steps_of(const Order& order) {
  if (order.kind == OrderKind::calendar) {
    const auto parsed = protocol::tariff::parse_plan(order.plan);
    if (parsed.plan) return protocol::tariff::steps_of(*parsed.plan);
  } else if (order.kind == OrderKind::limit) {
    const auto parsed = protocol::limits::parse_limit(order.plan);
    if (parsed.limit) return protocol::limits::steps_of(*parsed.limit);
  } else if (order.kind == OrderKind::parameter) {
    return protocol::parameters::steps_of(
        protocol::parameters::parse_settings(order.plan).settings);
  }
  return {};
}

OrderId Orders::submit(const Order& order) {
  OrderResult result;
  result.id = ++last_;
  result.order = order;
  result.submitted = context_.now();
  const Inventory& inventory = context_.inventory;
  if (!valid(order, inventory.size()) || !keys_known(order)) {
    conclude(context_, result, OrderOutcome::invalid);
  } else if (inventory[order.meter].concentrator != kNoConcentrator) {
    concentrators_.take(std::move(result));
  } else {
    modules_.take(std::move(result));
  }
  return last_;
}

bool Orders::keys_known(const Order& order) {
  if (order.kind != OrderKind::key) return true;
  const char* const missing = missing_key(context_.inventory, order.meter);
  if (missing == nullptr) return true;
  context_.log("meter " + context_.inventory[order.meter].serial +
               ": order key: the inventory has no " + missing);
  return false;
}

void Orders::on_until(OrderId id) {
  if (!concentrators_.on_until(id)) modules_.on_until(id);
}

void conclude(Context& context, OrderResult& result, OrderOutcome outcome) {
  result.outcome = outcome;
  result.finished = context.now();
  context.store.journal().add_order(result);
  context.observer.order_finished(result);
}

}  // namespace hes
