// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "protocol/cosem/classes/association_ln.hpp"
#include "protocol/dlms/acse.hpp"
#include "protocol/dlms/apdu.hpp"
#include "protocol/dlms/client.hpp"
#include "protocol/dlms/hls.hpp"
#include "protocol/dlms/initiate.hpp"
#include "protocol/dlms/services.hpp"

namespace protocol::dlms {
namespace {

using Kind = ClientEvent::Kind;

constexpr cosem::Method kReplyToHls{cosem::classes::AssociationLn::kId, cosem::obis(0, 0, 40, 0, 0),
                                    cosem::classes::AssociationLn::kReplyToHlsAuthentication};
constexpr std::size_t kInitiateBuffer = 48;  // InitiateRequest and its protection

}  // namespace

// InitiateRequest, ciphered in a ciphered context.
Result<Bytes> ClientSession::initiate_request(MutableBytes buffer) {
  Writer plain(buffer.subspan(head_octets(wrapping())));
  InitiateRequest request;
  request.conformance = conformance::kOffered;
  if (!config_.ciphered) request.conformance &= ~conformance::kGeneralProtection;
  request.max_pdu_octets = config_.max_pdu_octets;
  encode(request, plain);
  if (!config_.ciphered) return plain.written();
  const std::optional<std::uint32_t> counter = next_counter();
  if (!counter) return Error::refused;
  const Sealing sealing{config_.keys, config_.system_title, *counter};
  const Result<std::size_t> octets =
      seal_in_place(wrapping(), sealing, crypto_, buffer, plain.size());
  if (!octets) return octets.error();
  return Bytes(buffer).first(*octets);
}

Result<Bytes> ClientSession::associate() {
  if (state_ != State::idle || pending_ != Pending::none) return Error::wrong_state;
  reset();
  std::array<std::uint8_t, kInitiateBuffer> buffer{};
  const Result<Bytes> initiate = initiate_request(buffer);
  if (!initiate) return initiate.error();
  const bool hls = config_.authentication == Authentication::hls5_gmac;
  Aarq aarq;
  aarq.context = config_.ciphered ? Context::ln_ciphered : Context::ln;
  if (config_.ciphered || hls) aarq.calling_title = config_.system_title;
  if (config_.authentication != Authentication::none) aarq.mechanism = config_.authentication;
  if (config_.authentication == Authentication::lls) {
    aarq.authentication_value = Bytes(config_.password).first(config_.password_octets);
  } else if (hls) {
    crypto_.random(own_challenge_);
    aarq.authentication_value = own_challenge_;
  }
  aarq.user_information = *initiate;
  Writer out(work_.first(config_.max_pdu_octets));
  encode(aarq, out);
  if (!out.ok()) return Error::no_space;
  state_ = State::associating;
  pending_ = Pending::associate;
  return out.written();
}

ClientEvent ClientSession::rejected(const ClientReason& reason) {
  reset();
  ClientEvent event = ended(Kind::rejected);
  event.reason = reason;
  return event;
}

// What an AARE that refuses says: the InitiateError inside, if there is one, says more than the
// diagnostic.
ClientReason ClientSession::refusal(const Aare& aare) {
  ClientReason reason = ClientReason::Kind::diagnostic;
  reason.diagnostic = aare.diagnostic;
  reason.of_provider = aare.of_provider;
  Bytes information = aare.user_information;
  if (!information.empty() && information[0] == tag::kGloConfirmedServiceError &&
      config_.ciphered && learn_title(aare.responding_title)) {
    const Result<Bytes> opened = open(information);
    if (opened) information = *opened;
  }
  const Result<ConfirmedServiceError> error = decode_confirmed_service_error(information);
  if (error) {
    reason.kind = ClientReason::Kind::service_error;
    reason.service_error = *error;
  }
  return reason;
}

// False when the meter is not the one that was asked for.
bool ClientSession::learn_title(Bytes title) {
  if (title.empty()) return meter_title_ != SystemTitle{};
  if (title.size() != kSystemTitleOctets) return false;
  SystemTitle told{};
  std::copy(title.begin(), title.end(), told.begin());
  if (meter_title_ == SystemTitle{}) meter_title_ = told;
  return meter_title_ == told && told != config_.system_title;
}

// None: it was taken over.
ClientReason::Kind ClientSession::accept_initiate(Bytes user_information) {
  Bytes plain = user_information;
  if (config_.ciphered) {
    const bool right_kind =
        !user_information.empty() && user_information[0] == tag::kGloInitiateResponse;
    const Result<Bytes> opened = right_kind ? open(user_information) : Error::malformed;
    if (!opened) {
      return opened.error() == Error::bad_tag ? ClientReason::Kind::not_authentic
                                              : ClientReason::Kind::bad_initiate;
    }
    plain = *opened;
  }
  const Result<InitiateResponse> response = decode_initiate_response(plain);
  if (!response || response->dlms_version != kDlmsVersion || response->vaa_name != kVaaNameLn) {
    return ClientReason::Kind::bad_initiate;
  }
  conformance_ = response->conformance & conformance::kOffered;
  const std::uint16_t told = response->max_pdu_octets;
  server_pdu_octets_ = told == 0 ? config_.max_pdu_octets : told;
  return ClientReason::Kind::none;
}

ClientEvent ClientSession::on_aare(Bytes apdu) {
  if (state_ != State::associating) return ignored();
  const Result<Aare> aare = decode_aare(apdu);
  if (!aare) return ignored();
  const bool hls = config_.authentication == Authentication::hls5_gmac;
  const Context context = config_.ciphered ? Context::ln_ciphered : Context::ln;
  const Diagnostic expected = hls ? Diagnostic::authentication_required : Diagnostic::none;
  if (aare->result != AssociationResult::accepted || aare->diagnostic != expected) {
    return rejected(refusal(*aare));
  }
  if (aare->context != context) return rejected(ClientReason::Kind::other_context);
  if ((hls || config_.ciphered) && !learn_title(aare->responding_title)) {
    return rejected(ClientReason::Kind::stranger);
  }
  const ClientReason::Kind fault = accept_initiate(aare->user_information);
  if (fault != ClientReason::Kind::none) return rejected(fault);
  if (hls) return send_token(aare->authentication_value);
  state_ = State::associated;
  return ended(Kind::associated);
}

// Pass 3: f(StoC) goes to the server.
ClientEvent ClientSession::send_token(Bytes challenge) {
  // Our own challenge sent back would have us compute the server's answer.
  if (equal_in_constant_time(challenge, own_challenge_)) {
    return rejected(ClientReason::Kind::stranger);
  }
  const std::optional<std::uint32_t> counter = next_counter();
  HlsToken token{};
  if (!counter ||
      !make_hls_token(config_.keys, config_.system_title, *counter, challenge, crypto_, token)) {
    return rejected(ClientReason::Kind::bad_initiate);
  }
  std::array<std::uint8_t, 2 + kHlsTokenOctets> parameter;
  Writer parameter_out(parameter);
  axdr::put_octet_string(token, parameter_out);
  ActionRequest request;
  request.invoke_id = new_invoke_id();
  request.method = kReplyToHls;
  request.parameter = parameter_out.written();
  Writer out = begin_apdu();
  encode(request, out);
  const Result<Bytes> sealed = finish_apdu(out);
  if (!sealed) return rejected(ClientReason::Kind::too_long);
  state_ = State::authenticating;
  ClientEvent event;
  event.kind = Kind::send;
  event.send = *sealed;
  return event;
}

// Pass 4: f(CtoS) proves the server.
ClientEvent ClientSession::on_token(Bytes plain) {
  const Result<ActionResponse> response = decode_action_response(plain);
  if (!response || response->invoke_id != invoke_id_) return ignored();
  if (response->kind != ActionResponse::Kind::normal || response->result != 0) {
    ClientReason reason = ClientReason::Kind::diagnostic;
    reason.diagnostic = Diagnostic::authentication_failure;
    return rejected(reason);
  }
  axdr::Cursor value(response->data);
  const Bytes token = value.octet_string();
  if (!verify_hls_token(config_.keys, meter_title_, token, own_challenge_, crypto_)) {
    return rejected(ClientReason::Kind::not_authentic);
  }
  state_ = State::associated;
  return ended(Kind::associated);
}

Result<Bytes> ClientSession::release() {
  if (!ready()) return Error::wrong_state;
  std::array<std::uint8_t, kInitiateBuffer> buffer{};
  Release request;
  request.reason = 0;
  if (config_.ciphered) {  // proves that it is us who release
    const Result<Bytes> initiate = initiate_request(buffer);
    if (!initiate) return initiate.error();
    request.user_information = *initiate;
  }
  Writer out(work_.first(config_.max_pdu_octets));
  encode_rlrq(request, out);
  if (!out.ok()) return Error::no_space;
  state_ = State::releasing;
  pending_ = Pending::release;
  return out.written();
}

ClientEvent ClientSession::on_rlre(Bytes apdu) {
  if (state_ != State::releasing || !decode_rlre(apdu)) return ignored();
  reset();
  return ended(Kind::released);
}

}  // namespace protocol::dlms
