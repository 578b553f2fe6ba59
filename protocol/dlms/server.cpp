// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/dlms/server.hpp"

#include "protocol/cosem/classes/security_setup.hpp"
#include "protocol/dlms/server_exchange.hpp"
#include "protocol/dlms/services.hpp"

namespace protocol::dlms {
namespace {

using Service = Application::Service;

// What it takes to change a key, all that is let in with the last invocation counters.
bool changes_the_key(Bytes plain) {
  if (plain[0] == tag::kInitiateRequest) return true;
  const Result<ActionRequest> request = decode_action_request(plain);
  if (!request || request->kind != ActionRequest::Kind::normal) return false;
  const cosem::Method& method = request->method;
  return method == kReplyToHls ||
         (method.class_id == cosem::classes::SecuritySetup::kId &&
          method.index == cosem::classes::SecuritySetup::kGlobalKeyTransfer);
}

constexpr bool is_service_request(std::uint8_t tag) {
  return tag == tag::kGetRequest || tag == tag::kSetRequest || tag == tag::kActionRequest;
}

}  // namespace

ServerSession::ServerSession(const ClientRole& role, JoinBuffer* join) : role_(&role), join_(join) {
  reset();
}

void ServerSession::reset() {
  end_long_transfer();
  state_ = role_->pre_established ? State::associated : State::idle;
  negotiated_.conformance = role_->pre_established ? offered_conformance() : 0;
  negotiated_.client_pdu_octets = role_->pre_established ? UINT16_MAX : 0;
  last_counter_ = 0;
  client_title_ = {};
  own_challenge_ = {};
  client_challenge_ = {};
  client_challenge_octets_ = 0;
}

void ServerSession::end_long_transfer() {
  if (join_ != nullptr) join_->release(transfer_.join_ticket);
  transfer_.kind = Long::none;
}

std::uint32_t ServerSession::offered_conformance() const {
  std::uint32_t offered = conformance::kOffered;
  if (join_ == nullptr) offered &= ~(conformance::kBlockSet | conformance::kBlockAction);
  if (!role_->ciphered) offered &= ~conformance::kGeneralProtection;
  return offered;
}

void ServerSession::on_apdu(Bytes apdu, const ServerIdentity& identity, Application& application,
                            crypto::Engine& crypto, MutableBytes scratch, Writer& reply) {
  Exchange x{identity, application, crypto, scratch, reply};
  if (apdu.empty()) {
    ++malformed_;
    return;
  }
  if (apdu[0] == tag::kAarq) return associate(x, apdu);
  if (apdu[0] == tag::kRlrq) return release(x, apdu);
  const Fault fault = serve(x, apdu);
  const std::size_t before = reply.size();
  if (fault.state != Fault::State::none && !is_unconfirmed(apdu)) {
    encode(fault, reply);
    if (x.service) application.served(role_->sap, *x.service, reply.size() - before);
  }
}

ServerSession::Fault ServerSession::unreadable(Error error) {
  if (error == Error::unsupported) return kNotSupported;
  ++malformed_;
  return {Fault::State::service_not_allowed, Fault::Service::other_reason};
}

ServerSession::Fault ServerSession::serve(Exchange& x, Bytes apdu) {
  const std::uint8_t tag = apdu[0];
  const bool ciphered = is_glo_tag(tag) || tag == tag::kGeneralGloCiphering;
  if (!ciphered && !is_service_request(tag)) {
    ++malformed_;
    return kNotSupported;
  }
  if (state_ == State::idle || ciphered != role_->ciphered) return kNotAllowed;
  if (apdu.size() > x.identity.max_pdu_octets) return kPduTooLong;
  Bytes plain = apdu;
  if (ciphered) {
    const Fault fault = open(x, apdu, plain);
    if (fault.state != Fault::State::none) return fault;
  }
  return answer(x, plain);
}

ServerSession::Fault ServerSession::open(Exchange& x, Bytes apdu, Bytes& plain) {
  const Result<Ciphered> ciphered = decode_ciphered(apdu);
  if (!ciphered) return unreadable(ciphered.error());
  x.wrapping = ciphered->wrapping();
  if (x.wrapping == Wrapping::glo) {
    // A pre-established association has no AARQ to learn the client's title from.
    if (role_->pre_established) return kNotAllowed;
    return verify(x, *ciphered, client_title_, plain);
  }
  if ((negotiated_.conformance & conformance::kGeneralProtection) == 0) return kNotAllowed;
  SystemTitle title{};
  std::memcpy(title.data(), ciphered->title.data(), title.size());
  if (!role_->pre_established && title != client_title_) return kNotAllowed;
  return verify(x, *ciphered, title, plain);
}

ServerSession::Fault ServerSession::verify(Exchange& x, const Ciphered& ciphered,
                                           const SystemTitle& title, Bytes& plain) {
  // Authentication and encryption is the policy of every ciphered role; less is not let in.
  if (ciphered.control != kSecurityBoth) return kNotAllowed;
  const Result<Bytes> opened = open_ciphered(ciphered, x.identity.keys, title, x.crypto, x.scratch);
  if (!opened) {
    if (opened.error() == Error::no_space) return kPduTooLong;
    if (opened.error() != Error::bad_tag) return unreadable(opened.error());
    x.service = Service::decryption_failed;
    return {Fault::State::service_not_allowed, Fault::Service::deciphering_error};
  }
  if (ciphered.invocation_counter >= kFirstReservedCounter && !changes_the_key(*opened)) {
    return kNotAllowed;
  }
  // Only now: a counter that nobody vouches for must not lock the client out.
  if (!x.application.accept_invocation_counter(role_->sap, ciphered.invocation_counter)) {
    x.service = Service::replay_refused;
    return {Fault::State::service_not_allowed, Fault::Service::invocation_counter_error,
            last_counter_ + 1};
  }
  last_counter_ = ciphered.invocation_counter;
  plain = *opened;
  return kNoFault;
}

ServerSession::Fault ServerSession::answer(Exchange& x, Bytes plain) {
  const std::size_t head = head_octets(x.wrapping);
  const std::size_t tail = tail_octets(x.wrapping);
  MutableBytes frame = x.reply.free();
  if (frame.size() > negotiated_.client_pdu_octets)
    frame = frame.first(negotiated_.client_pdu_octets);
  if (frame.size() < head + tail + kMinPduOctets) return kPduTooLong;
  Writer out(frame.subspan(head, frame.size() - head - tail));
  const bool unconfirmed = is_unconfirmed(plain);
  const Fault fault = dispatch(x, plain, out);
  if (unconfirmed) {
    if (transfer_.kind == Long::action_return) end_long_transfer();
    if (x.service) x.application.served(role_->sap, *x.service, 0);
    return kNoFault;
  }
  if (fault.state != Fault::State::none) return fault;
  if (!out.ok()) return kPduTooLong;
  std::size_t octets = out.size();
  if (octets > 0 && x.wrapping != Wrapping::none) {
    const Sealing sealing{x.identity.keys, x.identity.system_title,
                          x.application.next_invocation_counter()};
    const Result<std::size_t> sealed = seal_in_place(x.wrapping, sealing, x.crypto, frame, octets);
    if (!sealed) return {Fault::State::service_not_allowed, Fault::Service::other_reason};
    octets = *sealed;
  }
  x.reply.commit(octets);
  if (x.service) x.application.served(role_->sap, *x.service, octets);
  return kNoFault;
}

ServerSession::Fault ServerSession::dispatch(Exchange& x, Bytes plain, Writer& out) {
  if (state_ == State::authenticating) return authenticate(x, plain, out);
  const auto may = [this](std::uint32_t bit) { return (negotiated_.conformance & bit) != 0; };
  switch (plain[0]) {
    case tag::kGetRequest:
      x.service = Service::get;
      return may(conformance::kGet) ? on_get(x, plain, out) : kNotAllowed;
    case tag::kSetRequest:
      x.service = Service::set;
      return may(conformance::kSet) ? on_set(x, plain, out) : kNotAllowed;
    case tag::kActionRequest:
      x.service = Service::action;
      return may(conformance::kAction) ? on_action(x, plain, out) : kNotAllowed;
    default:
      ++malformed_;
      return kNotSupported;
  }
}

}  // namespace protocol::dlms
