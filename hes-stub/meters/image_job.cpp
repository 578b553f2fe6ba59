// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// An order of kind image: what the meter says of its transfer decides how it goes on, so an attempt
// begins where the one before it stopped.
#include <algorithm>

#include "hes-stub/meters/jobs.hpp"
#include "hes-stub/orders/image_order.hpp"
#include "protocol/axdr/cursor.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/cosem/classes/image_transfer.hpp"
#include "protocol/cosem/classes/single_action_schedule.hpp"
#include "protocol/image/container.hpp"

namespace hes {
namespace {

using classes::ImageStatus;
using classes::ImageTransfer;
using protocol::Bytes;
using protocol::Writer;
using protocol::axdr::Cursor;
using protocol::cosem::AccessResult;
using protocol::dlms::ClientEvent;

class ImageJob final : public Job {
 public:
  ImageJob(Context& context, MeterOrders& orders, PendingOrder& order)
      : context_(context),
        orders_(orders),
        order_(order),
        id_(order.result.id),
        container_(order.result.order.image),
        head_(*protocol::image::decode(*container_)) {
    order.in_hand = true;
  }
  ~ImageJob() override { orders_.let_go(id_); }

  MessageKind kind() const override { return MessageKind::order; }

  Progress begin(Session& session) override {
    ++order_.result.attempts;
    if (order_.result.first_sent == 0) order_.result.first_sent = context_.now();
    if (order_.result.settled) return get_revision(session);
    return get(session, Step::status, ImageTransfer::kImageTransferStatus);
  }

  Progress on_answer(Session& session, const ClientEvent& event) override {
    const bool refused = event.kind == ClientEvent::Kind::refused;
    if (refused) {
      order_.result.access_result = event.access_result;
      orders_.finish(order_, OrderOutcome::refused);
      return Progress::done;
    }
    switch (step_) {
      case Step::status:
        return on_status(session, Cursor(event.data).enumeration());
      case Step::ready_image:
        return is_ours(event.data) ? activate(session) : initiate(session);
      case Step::initiate:
        return get(session, Step::block_size, ImageTransfer::kImageBlockSize);
      case Step::block_size:
        block_octets_ = Cursor(event.data).unsigned_number();
        return get(session, Step::first_missing,
                   ImageTransfer::kImageFirstNotTransferredBlockNumber);
      case Step::first_missing:
        next_ = Cursor(event.data).unsigned_number();
        return send_next(session);
      case Step::block:
        ++next_;
        return send_next(session);
      case Step::verify:
        return activate(session);
      case Step::activate:
      case Step::schedule:
        return settle();
      case Step::revision:
        return on_revision(event.data);
    }
    return Progress::hopeless;
  }

 private:
  enum class Step : std::uint8_t {
    status,
    ready_image,
    initiate,
    block_size,
    first_missing,
    block,
    verify,
    activate,
    schedule,
    revision
  };

  Progress get(Session& session, Step step, std::int8_t attribute) {
    step_ = step;
    return session.ask(
        session.client().get({ImageTransfer::kId, classes::kImageTransferName, attribute}));
  }
  Progress call(Session& session, Step step, std::int8_t method, Bytes parameter) {
    step_ = step;
    return session.ask(session.client().action(
        {ImageTransfer::kId, classes::kImageTransferName, method}, parameter));
  }
  Progress call(Session& session, Step step, std::int8_t method) {
    std::array<std::uint8_t, 2> parameter;
    Writer out(parameter);
    protocol::axdr::put_integer(0, out);
    return call(session, step, method, out.written());
  }
  Progress get_revision(Session& session) {
    step_ = Step::revision;
    return session.ask(session.client().get(kRevisionAttribute));
  }

  Progress on_status(Session& session, std::uint8_t status) {
    switch (static_cast<ImageStatus>(status)) {
      case ImageStatus::activation_initiated:
        return settle();  // the answer to the activation was lost
      case ImageStatus::verification_successful:
        return get(session, Step::ready_image, ImageTransfer::kImageToActivateInfo);
      case ImageStatus::not_initiated:
      case ImageStatus::initiated:
      case ImageStatus::verification_initiated:
      case ImageStatus::verification_failed:
      case ImageStatus::activation_successful:
      case ImageStatus::activation_failed:
        return initiate(session);
    }
    return Progress::hopeless;  // a status that the standard does not have
  }
  bool is_ours(Bytes info) const {
    Cursor in(info);
    if (in.array() != 1) return false;
    in.structure(3);
    const std::uint64_t octets = in.unsigned_number();
    const Bytes name = in.octet_string();
    const auto identifier = protocol::image::identifier_of(head_);
    return in.ok() && octets == container_->size() && std::ranges::equal(name, identifier.bytes());
  }
  // The meter keeps what it has of this very image.
  Progress initiate(Session& session) {
    std::array<std::uint8_t, 64> parameter;
    Writer out(parameter);
    protocol::axdr::begin_structure(2, out);
    protocol::axdr::put_octet_string(protocol::image::identifier_of(head_).bytes(), out);
    protocol::axdr::put_double_long_unsigned(static_cast<std::uint32_t>(container_->size()), out);
    return call(session, Step::initiate, ImageTransfer::kImageTransferInitiate, out.written());
  }
  Progress send_next(Session& session) {
    if (block_octets_ == 0) return Progress::hopeless;
    const std::uint64_t at = next_ * block_octets_;
    if (at >= container_->size()) return call(session, Step::verify, ImageTransfer::kImageVerify);
    const Bytes block = Bytes(*container_)
                            .subspan(at)
                            .first(std::min<std::size_t>(block_octets_, container_->size() - at));
    std::vector<std::uint8_t> parameter(block.size() + 16);
    Writer out(parameter);
    protocol::axdr::begin_structure(2, out);
    protocol::axdr::put_double_long_unsigned(static_cast<std::uint32_t>(next_), out);
    protocol::axdr::put_octet_string(block, out);
    return call(session, Step::block, ImageTransfer::kImageBlockTransfer, out.written());
  }

  Progress activate(Session& session) {
    const std::int64_t at_s = order_.result.order.value_s;
    if (at_s == 0) return call(session, Step::activate, ImageTransfer::kImageActivate);
    std::array<std::uint8_t, 40> value;
    Writer out(value);
    classes::put_execution_time(at_s, context_.config.zone.offset_min(at_s), out);
    step_ = Step::schedule;
    return session.ask(
        session.client().set({classes::SingleActionSchedule::kId, classes::kImageActivationSchedule,
                              classes::SingleActionSchedule::kExecutionTime},
                             out.written()));
  }
  // To be read back once it runs, if the order lasts so long.
  Progress settle() {
    const UtcNs due = read_back_due(order_.result.order, context_.now());
    if (due >= order_.result.order.valid_until) {
      orders_.finish(order_, OrderOutcome::done);
    } else {
      order_.result.settled = true;
      orders_.postpone(order_, due);
    }
    return Progress::done;
  }
  Progress on_revision(Bytes value) {
    const bool right = is_revision_of(order_.result.order, value);
    order_.result.data.assign(value.begin(), value.end());
    if (!right) order_.result.access_result = AccessResult::other_reason;
    orders_.finish(order_, right ? OrderOutcome::done : OrderOutcome::refused);
    return Progress::done;
  }

  Context& context_;
  MeterOrders& orders_;
  PendingOrder& order_;  // open until finish()
  const OrderId id_;
  const std::shared_ptr<const std::vector<std::uint8_t>> container_;
  const protocol::image::Head head_;
  Step step_ = Step::status;
  std::uint64_t block_octets_ = 0;
  std::uint64_t next_ = 0;  // block
};

}  // namespace

std::unique_ptr<Job> make_image_job(Context& context, MeterOrders& orders, PendingOrder& order) {
  return std::make_unique<ImageJob>(context, orders, order);
}

}  // namespace hes
