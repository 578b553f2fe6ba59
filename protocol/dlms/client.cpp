// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/dlms/client.hpp"

#include <algorithm>

#include "protocol/dlms/apdu.hpp"
#include "protocol/dlms/server.hpp"

namespace protocol::dlms {

using Kind = ClientEvent::Kind;

namespace {

// Unsolicited, at any time: no answer to anything.
constexpr bool is_notification(std::uint8_t octet) {
  return octet == tag::kDataNotification || octet == tag::kEventNotification;
}

// Of an answer that could not be opened.
ClientReason::Kind reason_of(Error error) {
  switch (error) {
    case Error::bad_tag:
      return ClientReason::Kind::not_authentic;
    case Error::replayed:
      return ClientReason::Kind::replayed;
    case Error::refused:
    case Error::unsupported:
      return ClientReason::Kind::control;
    case Error::no_space:
      return ClientReason::Kind::too_long;
    case Error::truncated:
    case Error::malformed:
    case Error::too_long:
    case Error::bad_checksum:
    case Error::wrong_state:
      return ClientReason::Kind::no_value;
  }
  return ClientReason::Kind::no_value;
}

}  // namespace

ClientSession::ClientSession(const ClientConfig& config, crypto::Engine& crypto, MutableBytes work)
    : config_(config),
      crypto_(crypto),
      work_(work),
      transfer_(work.subspan(std::min<std::size_t>(work.size(), config.max_pdu_octets))) {
  PROTOCOL_ASSERT(work.size() >= std::size_t{3} * config.max_pdu_octets);
  PROTOCOL_ASSERT(config.password_octets <= kMaxPasswordOctets);
  reset();
}

void ClientSession::reset() {
  state_ = State::idle;
  pending_ = Pending::none;
  meter_title_ = config_.meter_system_title;
  server_pdu_octets_ = config_.max_pdu_octets;
  conformance_ = 0;
  transfer_.clear();
}

std::optional<std::uint32_t> ClientSession::next_counter() {
  if (config_.shared_counter != nullptr) {
    config_.invocation_counter = std::max(config_.invocation_counter, *config_.shared_counter);
  }
  // The last value is never used, so that the counter cannot wrap round to a used one.
  if (config_.invocation_counter == UINT32_MAX) return std::nullopt;
  return config_.invocation_counter++;
}

// The plain APDU is written with room around it, and sealed where it lies.
Writer ClientSession::begin_apdu() const {
  const std::size_t octets = std::min(config_.max_pdu_octets, server_pdu_octets_);
  const std::size_t around = head_octets(wrapping()) + tail_octets(wrapping());
  if (octets < around) return Writer(MutableBytes{});
  return Writer(work_.subspan(head_octets(wrapping()), octets - around));
}

Result<Bytes> ClientSession::finish_apdu(const Writer& plain) {
  if (!plain.ok()) return Error::no_space;
  if (!config_.ciphered) return Bytes(work_).first(plain.size());
  const std::optional<std::uint32_t> counter = next_counter();
  if (!counter) return Error::refused;
  const Sealing sealing{config_.keys, config_.system_title, *counter};
  const Result<std::size_t> octets = seal_in_place(
      wrapping(), sealing, crypto_, work_.first(config_.max_pdu_octets), plain.size());
  if (!octets) return octets.error();
  return Bytes(work_).first(*octets);
}

// The next APDU of a transfer under way.
ClientEvent ClientSession::go_on(const Writer& plain) {
  const Result<Bytes> apdu = finish_apdu(plain);
  if (!apdu) return failed(ClientReason::Kind::too_long);
  ClientEvent event;
  event.kind = Kind::send;
  event.send = *apdu;
  return event;
}

ClientEvent ClientSession::ignored(ClientReason::Kind why) {
  ++malformed_;
  ClientEvent event;
  event.reason = why;
  return event;
}

ClientEvent ClientSession::failed(const ClientReason& why) {
  ClientEvent event = ended(Kind::exception);
  event.reason = why;
  return event;
}

ClientEvent ClientSession::ended(Kind kind, Bytes data, cosem::AccessResult result) {
  pending_ = Pending::none;
  transfer_.clear();
  ClientEvent event;
  event.kind = kind;
  event.data = data;
  event.access_result = result;
  return event;
}

// Deciphers behind the value being joined, which a block or notification in between must not touch.
Result<Bytes> ClientSession::open(Bytes apdu) {
  const Result<Ciphered> ciphered = decode_ciphered(apdu);
  if (!ciphered) return ciphered.error();
  if (ciphered->control != kSecurityBoth) return Error::refused;
  SystemTitle title = meter_title_;
  if (ciphered->wrapping() == Wrapping::general_glo) {
    std::copy(ciphered->title.begin(), ciphered->title.end(), title.begin());
    const bool known = meter_title_ != SystemTitle{};
    if ((known && title != meter_title_) || title == config_.system_title) return Error::refused;
  }
  const Result<Bytes> plain =
      open_ciphered(*ciphered, config_.keys, title, crypto_, transfer_.free());
  if (!plain) return plain.error();
  // Notifications are sealed when they come about and may be on the way for long: a series of
  // their own.
  std::uint32_t& last = is_notification((*plain)[0]) ? notification_counter_ : server_counter_;
  if (ciphered->invocation_counter <= last) return Error::replayed;
  last = ciphered->invocation_counter;
  return plain;
}

// The glo- form of what would answer the request under way.
bool ClientSession::is_answer(std::uint8_t octet) const {
  if (state_ == State::authenticating) return octet == glo_tag_of(tag::kActionResponse);
  switch (pending_) {
    case Pending::get:
      return octet == glo_tag_of(tag::kGetResponse);
    case Pending::set:
      return octet == glo_tag_of(tag::kSetResponse);
    case Pending::action:
      return octet == glo_tag_of(tag::kActionResponse);
    case Pending::none:
    case Pending::associate:
    case Pending::release:
      return false;
  }
  return false;
}

ClientEvent ClientSession::on_apdu(Bytes apdu) {
  if (apdu.empty()) return ignored();
  switch (apdu[0]) {
    case tag::kAare:
      return on_aare(apdu);
    case tag::kRlre:
      return on_rlre(apdu);
    case tag::kException:
      return on_plain(apdu);
    default:
      break;
  }
  const bool ciphered = is_glo_tag(apdu[0]) || apdu[0] == tag::kGeneralGloCiphering;
  if (!ciphered && config_.ciphered && is_notification(apdu[0])) {
    ClientEvent event;  // unsolicited, and nothing that an association with keys could trust
    event.kind = Kind::notification;
    return event;
  }
  if (ciphered != config_.ciphered) return ignored();
  if (!ciphered) return on_plain(apdu);
  const Result<Bytes> plain = open(apdu);
  if (plain) return on_plain(*plain);
  // A value that outgrows the store cannot be had at all. Anything else need not be the meter's:
  // the request goes on, and who asked is told.
  if (plain.error() == Error::no_space && pending_ == Pending::get) {
    return failed(ClientReason::Kind::too_long);
  }
  return ignored(is_answer(apdu[0]) ? reason_of(plain.error()) : ClientReason::Kind::none);
}

ClientEvent ClientSession::on_plain(Bytes plain) {
  ClientReason reason;
  switch (plain[0]) {
    case tag::kException: {
      const Result<ExceptionResponse> told = decode_exception_response(plain);
      if (!told || pending_ == Pending::none) return ignored();
      reason.kind = ClientReason::Kind::exception;
      reason.exception = *told;
      break;
    }
    case tag::kConfirmedServiceError: {
      const Result<ConfirmedServiceError> told = decode_confirmed_service_error(plain);
      if (!told || pending_ == Pending::none) return ignored();
      reason.kind = ClientReason::Kind::service_error;
      reason.service_error = *told;
      break;
    }
    case tag::kDataNotification:
    case tag::kEventNotification:
      return on_notification(plain);
    case tag::kGetResponse:
      return pending_ == Pending::get ? on_get(plain) : ignored();
    case tag::kSetResponse:
      return pending_ == Pending::set ? on_set(plain) : ignored();
    case tag::kActionResponse:
      if (state_ == State::authenticating) return on_token(plain);
      return pending_ == Pending::action ? on_action(plain) : ignored();
    default:
      return ignored();
  }
  // Exception or error: the request under way is over, an association in the making too.
  if (state_ == State::associated) return failed(reason);
  if (state_ == State::releasing) {
    reset();
    return ended(Kind::released);
  }
  return rejected(reason);
}

ClientEvent ClientSession::on_notification(Bytes plain) {
  ClientEvent event;
  event.kind = Kind::notification;
  if (plain[0] == tag::kEventNotification) return event;
  const Result<Notification> notification = decode_notification(plain);
  if (!notification) {
    ++malformed_;
    return event;
  }
  Bytes body = notification->body;
  if (!config_.ciphered) {
    Writer copy(transfer_.free());
    copy.bytes(body);
    if (!copy.ok()) return ignored();
    body = copy.written();
  }
  event.data = body;
  return event;
}

}  // namespace protocol::dlms
