// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hes-stub/core/context.hpp"
#include "hes-stub/ports/order.hpp"

namespace hes {

// Which way an order takes to its meter: its module's connection, or its concentrator.
class OrderRoad {
 public:
  // A valid order, numbered; the road ends it with conclude().
  virtual void take(OrderResult order) = 0;
  // A deadline of the kind order_until came. False: the order is none of this road's.
  virtual bool on_until(OrderId id) = 0;

 protected:
  ~OrderRoad() = default;
};

// An order is over: to the store, and to whoever hears us.
void conclude(Context& context, OrderResult& result, OrderOutcome outcome);

// Orders above both roads: numbers them, refuses what makes no sense, hands on the rest.
class Orders {
 public:
  Orders(Context& context, OrderRoad& modules, OrderRoad& concentrators)
      : context_(context), modules_(modules), concentrators_(concentrators) {}

  // Once: the highest number that the store still holds.
  void start(OrderId last) { last_ = last; }
  OrderId submit(const Order& order);
  OrderId last() const { return last_; }
  void on_until(OrderId id);

 private:
  bool keys_known(const Order& order);  // that it wants of the inventory

  Context& context_;
  OrderRoad& modules_;
  OrderRoad& concentrators_;
  OrderId last_ = 0;
};

}  // namespace hes
