// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// An order of kind key: both keys in one global_key_transfer, then an association under them.
// Whether the meter has them is known by the keys of the association that the job finds.
#include <array>

#include "hes-stub/meters/jobs.hpp"
#include "hes-stub/orders/key_order.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/cosem/classes/security_setup.hpp"

namespace hes {
namespace {

using classes::SecuritySetup;
using protocol::dlms::ClientEvent;

constexpr Obis kSecuritySetup = protocol::cosem::obis(0, 0, 43, 0, 0);  // of client 1
// key_id of global_key_transfer, Blue Book 4.4.7.
constexpr std::uint8_t kKeyIds[] = {0, 2};  // unicast, authentication

class KeyJob final : public Job {
 public:
  KeyJob(Context& context, MeterOrders& orders, PendingOrder& order)
      : context_(context), orders_(orders), order_(order), id_(order.result.id) {
    order.in_hand = true;
  }
  ~KeyJob() override { orders_.let_go(id_); }

  MessageKind kind() const override { return MessageKind::order; }

  Progress begin(Session& session) override {
    // They were sent, and this association settled the change.
    reads_back_ = order_.uncertain && !context_.keys.changing(session.meter());
    return reads_back_ ? get_time(session) : transfer(session);
  }

  Progress on_answer(Session& session, const ClientEvent& event) override {
    if (reads_back_) {  // whatever it says is sealed with the new keys
      orders_.finish(order_, OrderOutcome::done);
      return Progress::done;
    }
    if (event.kind != ClientEvent::Kind::refused) return Progress::renewed;
    context_.keys.give_up(session.meter());
    order_.result.access_result = event.access_result;
    orders_.finish(order_, OrderOutcome::refused);
    return Progress::done;
  }

 private:
  Progress transfer(Session& session) {
    const MeterIndex meter = session.meter();
    const protocol::dlms::Keys* const keys = context_.keys.change(meter);
    if (keys == nullptr) {
      context_.log("meter " + context_.inventory[meter].serial +
                   ": new keys cannot be kept, so it is given none");
      orders_.postpone(order_, context_.now() + context_.config.backoff_s * kNsPerSecond);
      return Progress::concluded;
    }
    const auto wrapped = wrap_keys(context_, *context_.inventory[meter].master_key, *keys);
    if (!wrapped) return Progress::hopeless;
    std::array<std::uint8_t, 80> parameter;
    protocol::Writer out(parameter);
    protocol::axdr::begin_array(wrapped->size(), out);
    for (std::size_t k = 0; k < wrapped->size(); ++k) {
      protocol::axdr::begin_structure(2, out);
      protocol::axdr::put_enum(kKeyIds[k], out);
      protocol::axdr::put_octet_string((*wrapped)[k], out);
    }
    const auto request = session.client().action(
        {SecuritySetup::kId, kSecuritySetup, SecuritySetup::kGlobalKeyTransfer}, out.written());
    ++order_.result.attempts;
    if (order_.result.first_sent == 0) order_.result.first_sent = context_.now();
    // From now on either set may be the meter's; the new one more likely.
    context_.keys.try_new(meter);
    order_.uncertain = true;
    return session.ask(request);
  }

  Context& context_;
  MeterOrders& orders_;
  PendingOrder& order_;  // open until finish()
  const OrderId id_;
  bool reads_back_ = false;
};

}  // namespace

std::unique_ptr<Job> make_key_job(Context& context, MeterOrders& orders, PendingOrder& order) {
  return std::make_unique<KeyJob>(context, orders, order);
}

}  // namespace hes
