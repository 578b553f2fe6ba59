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

constexpr std::int64_t kSoonS = 90;
// So often a meter may say that it verifies.
constexpr std::uint32_t kPatience = 8;

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
    return get(session, Step::status, ImageTransfer::kImageTransferStatus);
  }

  Progress on_answer(Session& session, const ClientEvent& event) override {
    const bool refused = event.kind == ClientEvent::Kind::refused;
    if (refused && event.access_result == AccessResult::temporary_failure) return come_again();
    if (refused) {
      order_.result.access_result = event.access_result;
      orders_.finish(order_, OrderOutcome::refused);
      return Progress::done;
    }
    switch (step_) {
      case Step::status:
        status_ = static_cast<ImageStatus>(Cursor(event.data).enumeration());
        return order_.result.settled ? on_status_afterwards(session) : on_status(session);
      case Step::ready_image:
        return on_ready_image(session, is_ours(event.data));
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
      case Step::time:
        return schedule(session, its_offset_min(Cursor(event.data).date_time()));
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
    time,
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

  Progress on_status(Session& session) {
    switch (status_) {
      case ImageStatus::activation_initiated:
      case ImageStatus::verification_successful:
        return get(session, Step::ready_image, ImageTransfer::kImageToActivateInfo);
      case ImageStatus::activation_successful:
      case ImageStatus::activation_failed:
        // The answer to the activation was lost, and by now it is over.
        if (order_.activation_sent) return get_revision(session);
        return initiate(session);
      case ImageStatus::verification_initiated:
        if (order_.result.attempts < kPatience) return come_again();
        return initiate(session);
      case ImageStatus::not_initiated:
      case ImageStatus::initiated:
      case ImageStatus::verification_failed:
        return initiate(session);
    }
    return Progress::hopeless;  // a status that the standard does not have
  }
  // A meter whose supply failed at the instant is late.
  Progress on_status_afterwards(Session& session) {
    const bool to_come = status_ == ImageStatus::activation_initiated ||
                         status_ == ImageStatus::verification_successful;
    return to_come ? come_again() : get_revision(session);
  }
  Progress on_ready_image(Session& session, bool ours) {
    if (status_ == ImageStatus::activation_initiated) {
      return ours ? settle() : come_again();  // somebody else's goes first
    }
    return ours ? activate(session) : initiate(session);
  }
  // The longer it takes, the rarer.
  Progress come_again() {
    const UtcNs now = context_.now();
    const UtcNs since =
        std::max(order_.result.first_sent, order_.result.order.value_s * kNsPerSecond);
    orders_.postpone(order_, now + std::max((now - since) / 2, kSoonS * kNsPerSecond));
    return Progress::done;
  }
  bool is_ours(Bytes info) const {
    Cursor in(info);
    if (in.array() != 1) return false;
    in.structure(3);
    const std::uint64_t octets = in.unsigned_number();
    const Bytes name = in.octet_string();
    const Bytes signature = in.octet_string();
    const auto identifier = protocol::image::identifier_of(head_);
    return in.ok() && octets == container_->size() &&
           std::ranges::equal(name, identifier.bytes()) &&
           std::ranges::equal(signature, head_.signature);
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
    if (order_.result.order.value_s != 0) {
      step_ = Step::time;
      return get_time(session);
    }
    order_.activation_sent = true;
    return call(session, Step::activate, ImageTransfer::kImageActivate);
  }
  // Of the meter's local time at the activation. Where it is not ours, its summer is taken to begin
  // and end with ours.
  int its_offset_min(Bytes its_time) const {
    const protocol::LocalZone& zone = context_.config.zone;
    const int ours_min = zone.offset_min(order_.result.order.value_s);
    const auto time = protocol::cosem::decode_date_time(its_time);
    if (!time || !protocol::cosem::deviation_specified(its_time)) return ours_min;
    return ours_min - time->deviation_min - zone.offset_min(context_.now_s());
  }
  Progress schedule(Session& session, int offset_min) {
    const std::int64_t at_s = order_.result.order.value_s;
    std::array<std::uint8_t, 40> value;
    Writer out(value);
    classes::put_execution_time(at_s, offset_min, out);
    step_ = Step::schedule;
    order_.activation_sent = true;
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
    const bool right =
        status_ != ImageStatus::activation_failed && is_revision_of(order_.result.order, value);
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
  ImageStatus status_ = ImageStatus::not_initiated;
  std::uint64_t block_octets_ = 0;
  std::uint64_t next_ = 0;  // block
};

}  // namespace

std::unique_ptr<Job> make_image_job(Context& context, MeterOrders& orders, PendingOrder& order) {
  return std::make_unique<ImageJob>(context, orders, order);
}

}  // namespace hes
