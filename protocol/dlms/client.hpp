// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "protocol/dlms/acse.hpp"
#include "protocol/dlms/block_transfer.hpp"
#include "protocol/dlms/ciphering.hpp"
#include "protocol/dlms/exception.hpp"
#include "protocol/dlms/types.hpp"

namespace protocol::dlms {

struct ClientConfig {
  Sap client_sap = kPublicClient;
  Authentication authentication = Authentication::none;
  bool ciphered = false;  // context LN with ciphering: every service travels as glo-..., SC 30h
  SystemTitle system_title{};        // our own
  SystemTitle meter_system_title{};  // zeros: learnt from the AARE (HLS)
  Keys keys{};
  std::array<std::uint8_t, kMaxPasswordOctets> password{};
  std::uint8_t password_octets = 0;
  std::uint32_t invocation_counter = 1;  // the next one to use; never reused with the same key
  // Where other associations with the same key write theirs: none below it is used. It outlives the
  // session.
  const std::uint32_t* shared_counter = nullptr;
  std::uint16_t max_pdu_octets = 1024;
  std::uint32_t max_blocks = 20'000;  // of one answer: a transfer longer than that never ends
};

// Why something ended without what was asked for, or why an APDU was passed over. Names for people
// are in names.hpp.
struct ClientReason {
  enum class Kind : std::uint8_t {
    none,
    // What the meter said.
    diagnostic,     // AARE: `diagnostic`, of the service user or `of_provider`
    service_error,  // ConfirmedServiceError, by itself or inside the AARE: `service_error`
    exception,      // exception-response: `exception`
    // What this end found.
    other_context,  // the AARE accepts an application context that was not proposed
    bad_initiate,   // the AARE carries no InitiateResponse that can be worked with
    stranger,       // a system title other than the meter's, or our own
    control,        // protected in another way than SC 30h
    not_authentic,  // the authentication tag, or f(CtoS), does not fit
    replayed,       // an invocation counter not above that of the answer before
    block_number,   // a block came twice, or one is missing
    too_long,       // the value outgrows the store
    endless,        // a block without octets, or more than max_blocks
    no_value,       // the blocks joined are no A-XDR value
  } kind;
  constexpr ClientReason(Kind why = Kind::none) : kind(why) {}
  Diagnostic diagnostic = Diagnostic::none;
  bool of_provider = false;
  ConfirmedServiceError service_error;
  ExceptionResponse exception;
};

// What happened when an APDU came in.
struct ClientEvent {
  enum class Kind : std::uint8_t {
    nothing,     // ignored (counted in malformed()); `reason` of an answer that cannot be trusted
    send,        // the session goes on by itself: transmit `send`
    associated,  // ready for requests
    rejected,    // association refused for `reason`; the session is idle again
    released,
    data,          // answer to get: `data` is the whole A-XDR value, blocks joined
    done,          // answer to set, or to an action; `data` is the return value, if any
    refused,       // get, set or action answered with `access_result`
    exception,     // the request is over for `reason`
    notification,  // data-notification, `data` is its body (A-XDR), already deciphered; or
                   // event-notification, or a plain one in a ciphered association: without `data`
  } kind = Kind::nothing;
  Bytes send;  // valid until the next call
  Bytes data;  // valid until the next call
  cosem::AccessResult access_result = cosem::AccessResult::success;
  ClientReason reason{};
};

// One application association seen from the client, sans-I/O: every request returns the APDU to
// send (valid until the next call), on_apdu takes what comes back. One request at a time. Block
// transfer in both directions is inside. The work buffer holds the outgoing APDU and the joined
// value: 3 * max_pdu_octets at the least, more bounds the longest value that can be read.
class ClientSession {
 public:
  ClientSession(const ClientConfig& config, crypto::Engine& crypto, MutableBytes work);

  Result<Bytes> associate();
  Result<Bytes> release();
  Result<Bytes> get(const cosem::Attribute& attribute, const cosem::Selection& selection = {});
  Result<Bytes> set(const cosem::Attribute& attribute, Bytes value);
  Result<Bytes> action(const cosem::Method& method, Bytes parameter);
  ClientEvent on_apdu(Bytes apdu);

  // Forget the association and any pending request, e.g. when the link is gone.
  void reset();
  bool associated() const { return state_ == State::associated; }
  bool busy() const { return pending_ != Pending::none; }
  std::uint32_t invocation_counter() const { return config_.invocation_counter; }
  std::uint32_t malformed() const { return malformed_; }

 private:
  static constexpr std::size_t kOwnChallengeOctets = 16;
  enum class State : std::uint8_t { idle, associating, authenticating, associated, releasing };
  enum class Pending : std::uint8_t { none, associate, get, set, action, release };

  // client.cpp
  Wrapping wrapping() const { return config_.ciphered ? Wrapping::glo : Wrapping::none; }
  Writer begin_apdu() const;
  Result<Bytes> finish_apdu(const Writer& plain);
  ClientEvent go_on(const Writer& plain);
  std::optional<std::uint32_t> next_counter();
  Result<Bytes> open(Bytes apdu);
  ClientEvent on_plain(Bytes plain);
  ClientEvent on_notification(Bytes plain);
  ClientEvent ignored(ClientReason::Kind why = ClientReason::Kind::none);
  ClientEvent failed(const ClientReason& why);
  bool is_answer(std::uint8_t tag) const;
  ClientEvent ended(ClientEvent::Kind kind, Bytes data = {},
                    cosem::AccessResult result = cosem::AccessResult::success);

  // client_association.cpp
  Result<Bytes> initiate_request(MutableBytes buffer);
  ClientEvent on_aare(Bytes apdu);
  ClientEvent on_rlre(Bytes apdu);
  ClientEvent rejected(const ClientReason& reason);
  ClientReason refusal(const Aare& aare);
  bool learn_title(Bytes title);
  ClientReason::Kind accept_initiate(Bytes user_information);
  ClientEvent send_token(Bytes challenge);
  ClientEvent on_token(Bytes plain);

  // client_service.cpp
  bool ready() const { return state_ == State::associated && pending_ == Pending::none; }
  std::uint8_t new_invoke_id();
  Result<Bytes> started(Pending pending, const Writer& plain);
  ClientEvent on_get(Bytes plain);
  ClientEvent on_set(Bytes plain);
  ClientEvent on_action(Bytes plain);
  // One block of the answer more; `kind` and the whole value with the last one, nothing before.
  std::optional<ClientEvent> joined(const DataBlock& block, ClientEvent::Kind kind);
  void put_set_block(Writer& out);
  void put_action_block(Writer& out);

  ClientConfig config_;
  crypto::Engine& crypto_;
  MutableBytes work_;
  State state_ = State::idle;
  Pending pending_ = Pending::none;
  std::uint32_t malformed_ = 0;
  SystemTitle meter_title_{};               // as configured or learnt
  std::uint32_t server_counter_ = 0;        // of the last answer accepted
  std::uint32_t notification_counter_ = 0;  // of the last notification accepted
  std::uint32_t conformance_ = 0;           // negotiated
  BlockTransfer transfer_;                  // a value in blocks, and what is deciphered
  std::uint16_t server_pdu_octets_ = 0;     // what the server can receive
  std::uint8_t invoke_id_ = 0;
  cosem::Attribute attribute_{};  // of a long SET, or the method of a long ACTION
  std::array<std::uint8_t, kOwnChallengeOctets> own_challenge_{};
};

}  // namespace protocol::dlms
