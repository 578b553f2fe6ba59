// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "protocol/axdr/encode.hpp"
#include "protocol/dlms/hls.hpp"
#include "protocol/dlms/server_exchange.hpp"
#include "protocol/dlms/services.hpp"

namespace protocol::dlms {
namespace {

using Service = Application::Service;

// A ciphered answer needs its 30 octets of protection and the HLS token besides.
constexpr std::uint16_t kMinCipheredPduOctets = 64;

// Diagnostic of the ACSE service provider, Green Book 9.4.2.
constexpr std::uint8_t kNoCommonAcseVersion = 2;
// RLRE reason, Green Book 9.4.2.
constexpr std::uint8_t kReleaseNormal = 0;
constexpr std::uint8_t kReleaseNotFinished = 1;

}  // namespace

void ServerSession::associate(Exchange& x, Bytes apdu) {
  // A pre-established association cannot be opened; on the others a good AARQ starts from nothing,
  // also when the client comes back after losing its own state. One that is refused changes
  // nothing: whoever cannot prove who he is must not end what another one opened.
  if (role_->pre_established) {
    Admission refused;
    refused.diagnostic = Diagnostic::no_reason_given;
    return reply_to_aarq(x, refused);
  }
  ServerSession next(*role_, join_);
  next.malformed_ = malformed_;
  const Admission admission = next.admit(x, apdu);
  malformed_ = next.malformed_;
  if (admission.accepted()) {
    end_long_transfer();
    *this = next;
  }
  reply_to_aarq(x, admission);
}

ServerSession::Admission ServerSession::admit(Exchange& x, Bytes apdu) {
  Admission admission;
  const auto refuse = [&admission](Diagnostic diagnostic) {
    admission.diagnostic = diagnostic;
    return admission;
  };
  admission.context = role_->ciphered ? Context::ln_ciphered : Context::ln;
  const Result<Aarq> aarq = decode_aarq(apdu);
  if (!aarq) {
    ++malformed_;
    return refuse(Diagnostic::no_reason_given);
  }
  if (!aarq->version1) {
    admission.common_version = false;
    return admission;
  }
  if (aarq->context != admission.context) {
    return refuse(Diagnostic::application_context_name_not_supported);
  }
  if (role_->authentication != Authentication::none) {
    if (!aarq->mechanism) return refuse(Diagnostic::mechanism_name_required);
    admission.mechanism = role_->authentication;
  }
  if (aarq->mechanism.value_or(Authentication::none) != role_->authentication) {
    return refuse(Diagnostic::mechanism_name_not_recognised);
  }
  // A mechanism whose functional unit is not asked for is none.
  if (role_->authentication != Authentication::none && !aarq->authenticates) {
    return refuse(Diagnostic::authentication_required);
  }
  const bool needs_title = role_->ciphered || role_->authentication == Authentication::hls5_gmac;
  if (needs_title) {
    if (aarq->calling_title.size() != kSystemTitleOctets) {
      return refuse(Diagnostic::calling_title_not_recognised);
    }
    std::copy(aarq->calling_title.begin(), aarq->calling_title.end(), client_title_.begin());
    // With our own title a client could make us answer our own challenge.
    if (client_title_ == x.identity.system_title) {
      return refuse(Diagnostic::calling_title_not_recognised);
    }
  }
  const Bytes value = aarq->authentication_value;
  if (role_->authentication == Authentication::lls) {
    const Bytes password = Bytes(x.identity.password).first(x.identity.password_octets);
    if (!equal_in_constant_time(value, password)) {
      x.service = Service::authentication_failed;
      return refuse(Diagnostic::authentication_failure);
    }
  } else if (role_->authentication == Authentication::hls5_gmac) {
    if (value.size() < kMinChallengeOctets || value.size() > kMaxChallengeOctets) {
      return refuse(Diagnostic::authentication_failure);
    }
    std::copy(value.begin(), value.end(), client_challenge_.begin());
    client_challenge_octets_ = static_cast<std::uint8_t>(value.size());
  }
  Bytes initiate = aarq->user_information;
  if (role_->ciphered) {
    const Fault fault = open_initiate(x, aarq->user_information, initiate);
    if (fault.state != Fault::State::none) return refuse(Diagnostic::authentication_failure);
  }
  negotiate(x.identity, initiate, admission);
  return admission;
}

ServerSession::Fault ServerSession::open_initiate(Exchange& x, Bytes user_information,
                                                  Bytes& plain) {
  const Result<Ciphered> ciphered = decode_ciphered(user_information);
  if (!ciphered) return unreadable(ciphered.error());
  if (ciphered->tag != tag::kGloInitiateRequest) return kNotAllowed;
  return verify(x, *ciphered, client_title_, plain);
}

void ServerSession::negotiate(const ServerIdentity& identity, Bytes initiate,
                              Admission& admission) {
  const Result<InitiateRequest> request = decode_initiate_request(initiate);
  if (!request) {
    ++malformed_;
    admission.diagnostic = Diagnostic::no_reason_given;
    return;
  }
  const std::uint16_t asked = request->max_pdu_octets;
  const bool protected_answers =
      role_->ciphered || role_->authentication == Authentication::hls5_gmac;
  negotiated_.conformance = request->conformance & offered_conformance();
  negotiated_.client_pdu_octets =
      asked == 0 ? identity.max_pdu_octets : std::min(asked, identity.max_pdu_octets);
  constexpr std::uint32_t kAnyService =
      conformance::kGet | conformance::kSet | conformance::kAction;
  if (request->dlms_version < kDlmsVersion) {
    admission.initiate_error = initiate_error::kDlmsVersionTooLow;
  } else if ((negotiated_.conformance & kAnyService) == 0) {
    admission.initiate_error = initiate_error::kIncompatibleConformance;
  } else if (!request->dedicated_key.empty()) {
    // Accepted, it would only fail with the first request that it seals.
    admission.initiate_error = initiate_error::kRefusedByVdeHandler;
  } else if (negotiated_.client_pdu_octets <
             (protected_answers ? kMinCipheredPduOctets : kMinPduOctets)) {
    admission.initiate_error = initiate_error::kPduSizeTooShort;
  }
}

Bytes ServerSession::initiate_response(Exchange& x, MutableBytes buffer) const {
  const Wrapping wrapping = role_->ciphered ? Wrapping::glo : Wrapping::none;
  Writer plain(buffer.subspan(head_octets(wrapping)));
  InitiateResponse response;
  response.conformance = negotiated_.conformance;
  response.max_pdu_octets = x.identity.max_pdu_octets;
  encode(response, plain);
  if (wrapping == Wrapping::none) return plain.written();
  const Sealing sealing{x.identity.keys, x.identity.system_title,
                        x.application.next_invocation_counter()};
  const Result<std::size_t> sealed =
      seal_in_place(wrapping, sealing, x.crypto, buffer, plain.size());
  return sealed ? Bytes(buffer).first(*sealed) : Bytes{};
}

void ServerSession::reply_to_aarq(Exchange& x, const Admission& admission) {
  const std::size_t before = x.reply.size();
  std::array<std::uint8_t, 48> buffer{};
  Aare aare;
  aare.context = admission.context;
  if (admission.accepted()) {
    const bool hls = role_->authentication == Authentication::hls5_gmac;
    if (hls || role_->ciphered) aare.responding_title = x.identity.system_title;
    if (hls) {
      x.crypto.random(own_challenge_);
      aare.diagnostic = Diagnostic::authentication_required;
      aare.mechanism = admission.mechanism;
      aare.authentication_value = own_challenge_;
    }
    aare.user_information = initiate_response(x, buffer);
    state_ = hls ? State::authenticating : State::associated;
    x.service = Service::associate;
  } else {
    aare.result = AssociationResult::rejected_permanent;
    aare.diagnostic =
        admission.initiate_error != 0 ? Diagnostic::no_reason_given : admission.diagnostic;
    if (!admission.common_version) {
      aare.of_provider = true;
      aare.diagnostic = static_cast<Diagnostic>(kNoCommonAcseVersion);
    }
    if (admission.initiate_error != 0) {
      Writer error(buffer);
      encode(ConfirmedServiceError{1, 6, admission.initiate_error}, error);
      aare.user_information = error.written();
    }
  }
  encode(aare, x.reply);
  if (x.service && !(admission.accepted() && state_ == State::authenticating)) {
    x.application.served(role_->sap, *x.service, x.reply.size() - before);
  }
}

// Passes 3 and 4 of HLS: the only service of an association that is not yet authenticated.
ServerSession::Fault ServerSession::authenticate(Exchange& x, Bytes plain, Writer& out) {
  const Result<ActionRequest> request = decode_action_request(plain);
  if (!request || request->kind != ActionRequest::Kind::normal || request->method != kReplyToHls) {
    return kNotAllowed;
  }
  ActionResponse response;
  response.invoke_id = request->invoke_id;
  axdr::Cursor parameter(request->parameter);
  const Bytes token = parameter.octet_string();
  HlsToken answer_token{};
  const Bytes challenge = Bytes(client_challenge_).first(client_challenge_octets_);
  const bool authentic =
      verify_hls_token(x.identity.keys, client_title_, token, own_challenge_, x.crypto) &&
      make_hls_token(x.identity.keys, x.identity.system_title,
                     x.application.next_invocation_counter(), challenge, x.crypto, answer_token);
  std::array<std::uint8_t, 2 + kHlsTokenOctets> value;
  Writer value_out(value);
  if (authentic) {
    axdr::put_octet_string(answer_token, value_out);
    response.data = value_out.written();
    state_ = State::associated;
  } else {
    response.result = static_cast<std::uint8_t>(cosem::AccessResult::read_write_denied);
    state_ = State::idle;
  }
  x.service = authentic ? Service::associate : Service::authentication_failed;
  encode(response, out);
  return kNoFault;
}

void ServerSession::release(Exchange& x, Bytes apdu) {
  const std::size_t before = x.reply.size();
  const Result<Release> request = decode_rlrq(apdu);
  if (!request || role_->pre_established) {
    ++malformed_;
    return;
  }
  std::array<std::uint8_t, 48> buffer{};
  Release response;
  response.reason = kReleaseNormal;
  if (state_ != State::idle && role_->ciphered) {
    // Whoever has no key ends nobody's association. One that only left out the ciphered initiate,
    // as many clients do, is told so: the association lives as long as the link below.
    if (request->user_information.empty()) {
      response.reason = kReleaseNotFinished;
      return encode_rlre(response, x.reply);
    }
    Bytes plain;
    const Fault fault = open_initiate(x, request->user_information, plain);
    if (fault.state != Fault::State::none) {
      if (x.service) x.application.served(role_->sap, *x.service, 0);
      return;
    }
  }
  if (state_ != State::idle && !request->user_information.empty()) {
    response.user_information = initiate_response(x, buffer);
  }
  encode_rlre(response, x.reply);
  reset();
  x.application.served(role_->sap, Service::release, x.reply.size() - before);
}

}  // namespace protocol::dlms
