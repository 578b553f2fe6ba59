// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/image/transfer.hpp"

#include <algorithm>

#include "protocol/axdr/cursor.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/cosem/classes/clock.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/classes/image_transfer.hpp"
#include "protocol/cosem/classes/single_action_schedule.hpp"

namespace protocol::image {
namespace {

namespace classes = cosem::classes;
using axdr::Cursor;
using classes::ImageStatus;
using classes::ImageTransfer;
using cosem::AccessResult;

constexpr cosem::Attribute kRevision{classes::Data::kId, cosem::obis(1, 0, 0, 2, 0),
                                     classes::Data::kValue};
// A meter starts its other firmware within a minute or two, and connects again.
constexpr std::int64_t kActivationS = 180;
// It verifies, or is at something else that ends by itself.
constexpr std::int64_t kBusyS = 60;

}  // namespace

std::uint32_t Transfer::blocks() const {
  const auto octets = static_cast<std::uint32_t>(plan_.container.size());
  return block_octets_ == 0 ? 0 : (octets + block_octets_ - 1) / block_octets_;
}

void Transfer::begin() {
  step_ = Step::status;
  settled_ = runs_another_ = false;
  result_ = AccessResult::success;
}

Transfer::Next Transfer::ask(Step step) {
  step_ = step;
  return Next::ask;
}
Transfer::Next Transfer::wait(std::int64_t until_s) {
  wait_until_s_ = until_s;
  return Next::wait;
}
Transfer::Next Transfer::refuse(AccessResult why) {
  result_ = why;
  return Next::refused;
}

Transfer::Request Transfer::request(MutableBytes room) const {
  using Service = Request::Service;
  const auto get = [](std::int8_t attribute) {
    return Request{Service::get, {ImageTransfer::kId, classes::kImageTransferName, attribute}, {}};
  };
  Writer out(room);
  put_value(out);
  const auto call = [&out](std::int8_t method) {
    return Request{
        Service::action, {ImageTransfer::kId, classes::kImageTransferName, method}, out.written()};
  };
  switch (step_) {
    case Step::status:
      return get(ImageTransfer::kImageTransferStatus);
    case Step::ready_image:
      return get(ImageTransfer::kImageToActivateInfo);
    case Step::initiate:
      return call(ImageTransfer::kImageTransferInitiate);
    case Step::block_size:
      return get(ImageTransfer::kImageBlockSize);
    case Step::first_missing:
      return get(ImageTransfer::kImageFirstNotTransferredBlockNumber);
    case Step::block:
      return call(ImageTransfer::kImageBlockTransfer);
    case Step::verify:
      return call(ImageTransfer::kImageVerify);
    case Step::activate:
      return call(ImageTransfer::kImageActivate);
    case Step::time:
      return {Service::get,
              {classes::Clock::kId, cosem::obis(0, 0, 1, 0, 0), classes::Clock::kTime},
              {}};
    case Step::schedule:
      return {Service::set,
              {classes::SingleActionSchedule::kId, classes::kImageActivationSchedule,
               classes::SingleActionSchedule::kExecutionTime},
              out.written()};
    case Step::revision:
      return {Service::get, kRevision, {}};
  }
  return {};
}

void Transfer::put_value(Writer& out) const {
  switch (step_) {
    case Step::initiate:
      axdr::begin_structure(2, out);
      axdr::put_octet_string(identifier_of(plan_.head).bytes(), out);
      axdr::put_double_long_unsigned(static_cast<std::uint32_t>(plan_.container.size()), out);
      return;
    case Step::block:
      return put_block(out);
    case Step::verify:
    case Step::activate:
      return axdr::put_integer(0, out);
    case Step::schedule:
      return classes::put_execution_time(plan_.activate_at_s, plan_.offset_min, out);
    case Step::status:
    case Step::ready_image:
    case Step::block_size:
    case Step::first_missing:
    case Step::time:
    case Step::revision:
      return;
  }
}

void Transfer::put_block(Writer& out) const {
  const std::size_t at = std::size_t{next_} * block_octets_;
  const std::size_t left = plan_.container.size() - at;
  axdr::begin_structure(2, out);
  axdr::put_double_long_unsigned(next_, out);
  axdr::put_octet_string(plan_.container.subspan(at, std::min<std::size_t>(block_octets_, left)),
                         out);
}

Transfer::Next Transfer::on_answer(AccessResult result, Bytes value, std::int64_t now_s) {
  if (result == AccessResult::temporary_failure) return wait(now_s + kBusyS);
  if (result != AccessResult::success) return refuse(result);
  switch (step_) {
    case Step::status: {
      Cursor in(value);
      status_ = in.enumeration();
      return in.at_end() ? on_status(now_s) : Next::unreadable;
    }
    case Step::ready_image:
      return on_ready_image(value, now_s);
    case Step::initiate:
      return ask(Step::block_size);
    case Step::block_size:
      return on_block_size(value);
    case Step::first_missing:
      return on_first_missing(value);
    case Step::block:
      ++next_;
      return send();
    case Step::verify:
      return activate(now_s);
    case Step::time:
      return on_time(value);
    case Step::activate:
    case Step::schedule:
      return settle(now_s);
    case Step::revision:
      return on_revision(value);
  }
  return Next::unreadable;
}

Transfer::Next Transfer::on_status(std::int64_t now_s) {
  const bool activation_sent = stage_ == Stage::activation_sent;
  const auto status = static_cast<ImageStatus>(status_);
  if (status > ImageStatus::activation_failed) return Next::unreadable;
  switch (status) {
    case ImageStatus::activation_initiated:
      // Of somebody else's image, too: what is under way ends by itself.
      return activation_sent ? settle(now_s) : wait(now_s + kActivationS);
    case ImageStatus::verification_initiated:
      return wait(now_s + kBusyS);
    case ImageStatus::verification_successful:
      return ask(Step::ready_image);
    case ImageStatus::verification_failed:
      // The answer to the verification was lost.
      if (stage_ == Stage::verification_sent) return refuse(AccessResult::other_reason);
      break;
    case ImageStatus::not_initiated:
    case ImageStatus::initiated:
    case ImageStatus::activation_successful:
    case ImageStatus::activation_failed:
      break;
  }
  return activation_sent ? ask(Step::revision) : initiate();
}

// One image, of our size, name and signature.
Transfer::Next Transfer::on_ready_image(Bytes value, std::int64_t now_s) {
  Cursor in(value);
  const std::uint32_t images = in.array();
  if (!in.ok()) return Next::unreadable;
  if (images != 1) return initiate();
  in.structure(3);
  const std::uint64_t octets = in.unsigned_number();
  const Bytes name = in.octet_string();
  const Bytes signature = in.octet_string();
  if (!in.at_end()) return Next::unreadable;
  const auto identifier = identifier_of(plan_.head);
  const bool ours = octets == plan_.container.size() &&
                    std::ranges::equal(name, identifier.bytes()) &&
                    std::ranges::equal(signature, plan_.head.signature);
  if (!ours) return initiate();
  // Its time was set, and has not come yet.
  const bool later = now_s < plan_.activate_at_s;
  return stage_ == Stage::activation_sent && later ? settle(now_s) : activate(now_s);
}

// The meter keeps what it has of this very image.
Transfer::Next Transfer::initiate() {
  stage_ = Stage::sending;
  return ask(Step::initiate);
}

Transfer::Next Transfer::on_block_size(Bytes value) {
  Cursor in(value);
  const std::uint64_t octets = in.unsigned_number();
  const bool good = in.at_end() && octets > 0 && octets <= plan_.most_block_octets;
  if (!good) return Next::unreadable;
  block_octets_ = static_cast<std::uint32_t>(octets);
  return ask(Step::first_missing);
}

Transfer::Next Transfer::on_first_missing(Bytes value) {
  Cursor in(value);
  const std::uint64_t block = in.unsigned_number();
  if (!in.at_end() || block > blocks()) return Next::unreadable;
  next_ = static_cast<std::uint32_t>(block);
  return send();
}

Transfer::Next Transfer::send() {
  if (next_ < blocks()) return ask(Step::block);
  stage_ = Stage::verification_sent;
  return ask(Step::verify);
}

Transfer::Next Transfer::activate(std::int64_t now_s) {
  if (now_s < plan_.activate_at_s) return ask(Step::time);
  stage_ = Stage::activation_sent;
  return ask(Step::activate);
}

// Where the meter's time is not the client's, its summer is taken to begin and end with the
// client's.
Transfer::Next Transfer::on_time(Bytes value) {
  Cursor in(value);
  const Bytes octets = in.date_time();
  const auto time = cosem::decode_date_time(octets);
  if (!in.at_end() || !time) return Next::unreadable;
  if (cosem::deviation_specified(octets)) {
    plan_.offset_min -= time->deviation_min + plan_.offset_now_min;
    plan_.offset_now_min = -time->deviation_min;
  }
  stage_ = Stage::activation_sent;
  return ask(Step::schedule);
}

Transfer::Next Transfer::settle(std::int64_t now_s) {
  settled_ = true;
  return wait(std::max(now_s, plan_.activate_at_s) + kActivationS);
}

Transfer::Next Transfer::on_revision(Bytes value) {
  Cursor in(value);
  const Bytes text = in.octet_string();
  if (!in.at_end()) return Next::unreadable;
  const auto& version = plan_.head.version;
  const bool ours = std::equal(text.begin(), text.end(), version.begin(),
                               std::find(version.begin(), version.end(), '\0'));
  const auto status = static_cast<ImageStatus>(status_);
  if (ours && status != ImageStatus::activation_failed) return Next::done;
  const bool over =
      status == ImageStatus::activation_successful || status == ImageStatus::activation_failed;
  if (!over) return initiate();  // somebody else began another transfer before ours was activated
  runs_another_ = true;
  return refuse(AccessResult::other_reason);
}

}  // namespace protocol::image
