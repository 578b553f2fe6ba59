// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// An order of kind image to a meter behind a module, by the steps of protocol/image/transfer.
#include "hes-stub/meters/jobs.hpp"

namespace hes {
namespace {

using protocol::cosem::AccessResult;
using protocol::dlms::ClientEvent;
using protocol::image::Transfer;

Transfer::Plan plan_of(const Context& context, const Order& order) {
  Transfer::Plan plan;
  plan.container = *order.image;
  plan.head = *protocol::image::decode(*order.image);
  plan.activate_at_s = order.value_s;
  plan.offset_min = context.config.zone.offset_min(order.value_s);
  plan.offset_now_min = context.config.zone.offset_min(context.now_s());
  return plan;
}

AccessResult result_of(const ClientEvent& event) {
  if (event.kind != ClientEvent::Kind::refused) return AccessResult::success;
  const bool says_why = event.access_result != AccessResult::success;
  return says_why ? event.access_result : AccessResult::other_reason;
}

class ImageJob final : public Job {
 public:
  ImageJob(Context& context, MeterOrders& orders, PendingOrder& order)
      : context_(context),
        orders_(orders),
        order_(order),
        id_(order.result.id),
        image_(order.result.order.image),
        transfer_(plan_of(context, order.result.order), order.stage) {
    order.in_hand = true;
  }
  ~ImageJob() override { orders_.let_go(id_); }

  MessageKind kind() const override { return MessageKind::order; }

  Progress begin(Session& session) override {
    ++order_.result.attempts;
    if (order_.result.first_sent == 0) order_.result.first_sent = context_.now();
    transfer_.begin();
    return ask(session);
  }

  Progress on_answer(Session& session, const ClientEvent& event) override {
    const AccessResult result = result_of(event);
    if (transfer_.reads_revision() && result == AccessResult::success) {
      order_.result.data.assign(event.data.begin(), event.data.end());
    }
    const Transfer::Next next = transfer_.on_answer(result, event.data, context_.now_s());
    order_.stage = transfer_.stage();
    switch (next) {
      case Transfer::Next::ask:
        return ask(session);
      case Transfer::Next::wait:
        return wait();
      case Transfer::Next::done:
        orders_.finish(order_, OrderOutcome::done);
        return Progress::done;
      case Transfer::Next::refused:
        order_.result.access_result = transfer_.result();
        orders_.finish(order_, OrderOutcome::refused);
        return Progress::done;
      case Transfer::Next::unreadable:
        break;
    }
    return Progress::hopeless;
  }

 private:
  Progress ask(Session& session) {
    using Service = Transfer::Request::Service;
    room_.resize(transfer_.room_octets());
    const auto [service, target, value] = transfer_.request(room_);
    switch (service) {
      case Service::get:
        return session.ask(session.client().get(target));
      case Service::set:
        return session.ask(session.client().set(target, value));
      case Service::action:
        return session.ask(
            session.client().action({target.class_id, target.instance, target.index}, value));
    }
    return Progress::hopeless;
  }
  // Later in another association, if the order lasts so long.
  Progress wait() {
    const UtcNs due = transfer_.wait_until_s() * kNsPerSecond;
    if (transfer_.settled() && due >= order_.result.order.valid_until) {
      orders_.finish(order_, OrderOutcome::done);
    } else {
      orders_.postpone(order_, due);
    }
    return Progress::done;
  }

  Context& context_;
  MeterOrders& orders_;
  PendingOrder& order_;  // open until finish()
  const OrderId id_;
  const std::shared_ptr<const std::vector<std::uint8_t>> image_;  // which the transfer looks into
  Transfer transfer_;
  std::vector<std::uint8_t> room_;
};

}  // namespace

std::unique_ptr<Job> make_image_job(Context& context, MeterOrders& orders, PendingOrder& order) {
  return std::make_unique<ImageJob>(context, orders, order);
}

}  // namespace hes
