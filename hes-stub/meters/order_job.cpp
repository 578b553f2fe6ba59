// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdlib>

#include "hes-stub/meters/jobs.hpp"
#include "hes-stub/orders/plan_steps.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/cosem/classes/disconnect_control.hpp"

namespace hes {
namespace {

using protocol::cosem::AccessResult;
using protocol::dlms::ClientEvent;
using protocol::orders::Step;

constexpr Obis kDisconnector = protocol::cosem::obis(0, 0, 96, 3, 10);

class OrderJob final : public Job {
 public:
  OrderJob(Context& context, Plans& plans, MeterOrders& orders, PendingOrder& order)
      : context_(context), plans_(plans), orders_(orders), order_(order), id_(order.result.id) {
    order.in_hand = true;
  }
  ~OrderJob() override { orders_.let_go(id_); }

  MessageKind kind() const override { return MessageKind::order; }

  Progress begin(Session& session) override {
    ++order_.result.attempts;
    // A shift is the one order that must not be done twice: the clock before and after tells. And
    // a clock set back makes stamps come twice.
    const OrderKind kind = order_.result.order.kind;
    reading_clock_ = kind == OrderKind::clock_shift || kind == OrderKind::clock_set;
    if (has_plan(kind)) steps_ = steps_of(order_.result.order);
    return reading_clock_ ? get_time(session) : send(session);
  }

  Progress on_answer(Session& session, const ClientEvent& event) override {
    if (reading_clock_ && event.kind == ClientEvent::Kind::data) {
      return on_clock(session, event.data);
    }
    const bool has_step = step_ < steps_.size();
    const bool differs = has_step && steps_[step_].service == Step::Service::read_back &&
                         event.kind == ClientEvent::Kind::data &&
                         !std::ranges::equal(event.data, steps_[step_].value);
    if (differs) order_.result.access_result = AccessResult::other_reason;
    if (has_step && !differs && event.kind != ClientEvent::Kind::refused &&
        ++step_ < steps_.size()) {
      return do_step(session);
    }
    if (differs) {
      orders_.finish(order_, OrderOutcome::refused);
    } else if (event.kind == ClientEvent::Kind::refused) {
      order_.result.access_result = event.access_result;
      orders_.finish(order_, OrderOutcome::refused);
    } else {
      order_.result.data.assign(event.data.begin(), event.data.end());
      orders_.finish(order_, OrderOutcome::done);
    }
    return Progress::done;
  }

 private:
  Progress send(Session& session) {
    const Order& order = order_.result.order;
    reading_clock_ = false;
    if (order_.result.first_sent == 0) order_.result.first_sent = context_.now();
    order_.uncertain = true;
    switch (order.kind) {
      case OrderKind::relay_open:
        return relay(session, classes::DisconnectControl::kRemoteDisconnect);
      case OrderKind::relay_close:
        return relay(session, classes::DisconnectControl::kRemoteReconnect);
      case OrderKind::clock_shift:
        return shift_time(session, order.value_s);
      case OrderKind::clock_set:
        return set_time(context_, session, context_.now_s() + order.value_s);
      case OrderKind::calendar:
      case OrderKind::limit:
      case OrderKind::parameter:
        step_ = 0;  // from the beginning, however far an attempt before came
        return steps_.empty() ? Progress::hopeless : do_step(session);
      case OrderKind::read:
        return session.ask(session.client().get(order.attribute));
      case OrderKind::image:
      case OrderKind::key:
        break;  // make_image_job, make_key_job
    }
    return Progress::hopeless;
  }

  Progress do_step(Session& session) {
    const Step& step = steps_[step_];
    switch (step.service) {
      case Step::Service::set:
        return session.ask(session.client().set(step.target, step.value));
      case Step::Service::action:
        return session.ask(session.client().action(
            {step.target.class_id, step.target.instance, step.target.index}, step.value));
      case Step::Service::read_back:
        return session.ask(session.client().get(step.target));
    }
    return Progress::hopeless;
  }

  static Progress relay(Session& session, std::int8_t method) {
    std::array<std::uint8_t, 2> parameter;
    protocol::Writer out(parameter);
    protocol::axdr::put_integer(0, out);
    return session.ask(session.client().action(
        {classes::DisconnectControl::kId, kDisconnector, method}, out.written()));
  }

  Progress on_clock(Session& session, protocol::Bytes value) {
    UtcNs deviation = 0;
    if (!read_deviation(context_, session, value, deviation)) {
      ++context_.counters.malformed;
      return Progress::again;
    }
    context_.observer.clock_checked(session.meter(), deviation, context_.now());
    const UtcNs shift = order_.result.order.value_s * kNsPerSecond;
    const bool shifts = order_.result.order.kind == OrderKind::clock_shift;
    if (shifts && order_.uncertain && order_.has_deviation) {
      // The shift was sent and no answer came: nearer to the clock as shifted, or as it was?
      const UtcNs moved = deviation - order_.deviation;
      if (std::llabs(moved - shift) < std::llabs(moved)) {
        orders_.finish(order_, OrderOutcome::done);
        return Progress::concluded;
      }
    }
    order_.has_deviation = true;
    order_.deviation = deviation;
    plans_.clock_moved(session.meter(), deviation, shifts ? deviation + shift : shift);
    return send(session);
  }

  Context& context_;
  Plans& plans_;
  MeterOrders& orders_;
  PendingOrder& order_;  // open until finish()
  const OrderId id_;
  bool reading_clock_ = false;
  std::vector<Step> steps_;  // of an order with a plan
  std::size_t step_ = 0;
};

}  // namespace

std::unique_ptr<Job> make_order_job(Context& context, Plans& plans, MeterOrders& orders,
                                    PendingOrder& order) {
  return std::make_unique<OrderJob>(context, plans, orders, order);
}

}  // namespace hes
