// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "hes-stub/core/types.hpp"
#include "hes-stub/meters/event_logs.hpp"
#include "hes-stub/meters/meter_orders.hpp"
#include "hes-stub/meters/plans.hpp"
#include "hes-stub/meters/pushes.hpp"
#include "hes-stub/meters/session.hpp"

namespace hes {

// What the meters behind modules are served with: orders first, then what is planned.
class Jobs {
 public:
  Jobs(Context& context, Types& types, Plans& plans, EventLogs& events, Pushes& pushes,
       MeterOrders& orders)
      : context_(context),
        types_(types),
        plans_(plans),
        events_(events),
        pushes_(pushes),
        orders_(orders) {}

  bool has_order(MeterIndex meter) { return orders_.due(meter) != nullptr; }
  bool has_want(MeterIndex meter) const { return plans_.wants(meter) || events_.wants(meter); }
  void plan(MeterIndex meter) {
    plans_.plan(meter);
    events_.plan(meter);
  }
  void forget(MeterIndex meter) { plans_.drop_all(meter); }  // planned anew with a connection
  void session_ended(MeterIndex meter);
  std::unique_ptr<Job> next(MeterIndex meter);  // nullptr: nothing to do

 private:
  Context& context_;
  Types& types_;
  Plans& plans_;
  EventLogs& events_;
  Pushes& pushes_;
  MeterOrders& orders_;
};

// Columns and scalers of a type, asked of the first meter that has it.
std::unique_ptr<Job> make_learn_job(Context& context, Types& types, Plans& plans, Pushes& pushes);
// Missing rows of the load profile, or closings.
std::unique_ptr<Job> make_pull_job(Context& context, const Types& types, Plans& plans, Want want);
// Reads the clock, and corrects it when the configuration says so.
std::unique_ptr<Job> make_clock_job(Context& context, Plans& plans);
// An order of an image: as far as the meter is with it.
std::unique_ptr<Job> make_image_job(Context& context, MeterOrders& orders, PendingOrder& order);
// An order of new keys: given to the meter, and used.
std::unique_ptr<Job> make_key_job(Context& context, MeterOrders& orders, PendingOrder& order);
std::unique_ptr<Job> make_order_job(Context& context, Plans& plans, MeterOrders& orders,
                                    PendingOrder& order);

// The clock of a meter, class 8, Blue Book 4.5.1.

// What the meter answered to a GET of its time, minus ours in the middle between request and
// answer. False: it says no time.
bool read_deviation(const Context& context, const Session& session, protocol::Bytes value,
                    UtcNs& deviation);
Progress get_time(Session& session);
Progress set_time(const Context& context, Session& session, std::int64_t utc_s);
Progress shift_time(Session& session, std::int64_t by_s);

}  // namespace hes
