// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "protocol/dlms/ciphering.hpp"
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
  std::uint16_t max_pdu_octets = 1024;
};

// What happened when an APDU came in.
struct ClientEvent {
  enum class Kind : std::uint8_t {
    nothing,     // ignored (counted in malformed())
    send,        // the session goes on by itself: transmit `send`
    associated,  // ready for requests
    rejected,    // association refused; the session is idle again
    released,
    data,          // answer to get: `data` is the whole A-XDR value, blocks joined
    done,          // answer to set, or to an action; `data` is the return value, if any
    refused,       // get, set or action answered with `access_result`
    exception,     // exception-response or confirmed-service-error; the request is over
    notification,  // data-notification: `data` is its body (A-XDR), already deciphered
  } kind = Kind::nothing;
  Bytes send;  // valid until the next call
  Bytes data;  // valid until the next call
  cosem::AccessResult access_result = cosem::AccessResult::success;
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
  MutableBytes store() const { return work_.subspan(config_.max_pdu_octets); }
  Wrapping wrapping() const { return config_.ciphered ? Wrapping::glo : Wrapping::none; }
  Writer begin_apdu() const;
  Result<Bytes> finish_apdu(const Writer& plain);
  ClientEvent go_on(const Writer& plain);
  std::optional<std::uint32_t> next_counter();
  Result<Bytes> open(Bytes apdu);
  ClientEvent on_plain(Bytes plain);
  ClientEvent on_notification(Bytes plain);
  ClientEvent ignored();
  ClientEvent ended(ClientEvent::Kind kind, Bytes data = {},
                    cosem::AccessResult result = cosem::AccessResult::success);

  // client_association.cpp
  Result<Bytes> initiate_request(MutableBytes buffer);
  ClientEvent on_aare(Bytes apdu);
  ClientEvent on_rlre(Bytes apdu);
  ClientEvent rejected();
  bool learn_title(Bytes title);
  bool accept_initiate(Bytes user_information);
  ClientEvent send_token(Bytes challenge);
  ClientEvent on_token(Bytes plain);

  // client_service.cpp
  bool ready() const { return state_ == State::associated && pending_ == Pending::none; }
  std::uint8_t new_invoke_id();
  Result<Bytes> started(Pending pending, const Writer& plain);
  ClientEvent on_get(Bytes plain);
  ClientEvent on_set(Bytes plain);
  ClientEvent on_action(Bytes plain);
  bool keep(Bytes value);
  bool append(Bytes raw);
  void put_set_block(Writer& out);
  void put_action_block(Writer& out);
  Bytes joined() const { return Bytes(store()).first(stored_); }

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
  std::uint32_t block_number_ = 0;          // last block received, or sent
  std::size_t stored_ = 0;                  // octets of the value in store()
  std::size_t sent_ = 0;                    // octets of it that went out
  std::uint16_t server_pdu_octets_ = 0;     // what the server can receive
  std::uint8_t invoke_id_ = 0;
  cosem::Attribute attribute_{};  // of a long SET, or the method of a long ACTION
  std::array<std::uint8_t, kOwnChallengeOctets> own_challenge_{};
};

}  // namespace protocol::dlms
