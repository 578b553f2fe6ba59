// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <vector>

#include "hes-stub/orders/orders.hpp"
#include "protocol/image/transfer.hpp"

namespace hes {

struct PendingOrder {
  OrderResult result;
  bool in_hand = false;    // a session is at it
  bool uncertain = false;  // sent, and no answer came: it may have been done
  bool has_deviation = false;
  UtcNs deviation = 0;                       // of the meter's clock before a shift
  protocol::image::Transfer::Stage stage{};  // of an image
};

// Told of an order that may be done now.
class OrderWaker {
 public:
  virtual void wake(MeterIndex meter) = 0;

 protected:
  ~OrderWaker() = default;
};

// Open orders of the meters behind modules, kept until they are done, refused or out of date.
class MeterOrders final : public OrderRoad {
 public:
  MeterOrders(Context& context, OrderWaker& waker)
      : context_(context), waker_(waker), of_meter_(context.inventory.size()) {}

  void take(OrderResult order) override;
  bool on_until(OrderId id) override;
  void on_from(OrderId id);  // the deadline of its beginning came

  bool has(MeterIndex meter, OrderKind kind) const;  // due or not
  PendingOrder* due(MeterIndex meter);               // the oldest that may be done now
  void finish(PendingOrder& order, OrderOutcome outcome);
  // Not before a later time; it stays open.
  void postpone(PendingOrder& order, UtcNs until);
  // Nobody is at it any more, if it is still open.
  void let_go(OrderId id);

 private:
  Context& context_;
  OrderWaker& waker_;
  std::map<OrderId, PendingOrder> open_;
  std::vector<std::vector<OrderId>> of_meter_;  // oldest first
};

}  // namespace hes
