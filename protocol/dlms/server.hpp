// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/dlms/apdu.hpp"
#include "protocol/dlms/ciphering.hpp"
#include "protocol/dlms/exception.hpp"
#include "protocol/dlms/join_buffer.hpp"
#include "protocol/dlms/types.hpp"

namespace protocol::dlms {

struct DataBlock;
struct List;

// What a server offers to one client address. A table of constants in the firmware.
struct ClientRole {
  Sap sap;
  Authentication authentication;
  bool ciphered;         // context LN with ciphering required
  bool pre_established;  // no AARQ: associated from the start (push client)
};

// The objects behind the associations; the firmware implements it.
class Application {
 public:
  // Writes octets [offset, offset + out.space()) of the attribute's A-XDR value. `more` is set when
  // the value goes on behind them. The session asks again with a larger offset for the next block;
  // the value must not change in between (rows added later do not count).
  virtual cosem::AccessResult get(Sap client, const cosem::Attribute& attribute,
                                  const cosem::Selection& selection, std::size_t offset,
                                  Writer& out, bool& more) = 0;
  // `value` may be none, if it came in blocks: cut off, or with something behind it.
  virtual cosem::AccessResult set(Sap client, const cosem::Attribute& attribute, Bytes value) = 0;
  // Of a list of actions each before the first of them is run, so that what must be done together
  // or not at all is known together.
  virtual void announce(Sap client, const cosem::Method& method, Bytes parameter) {
    static_cast<void>(client);
    static_cast<void>(method);
    static_cast<void>(parameter);
  }
  // Return parameters, if any, as A-XDR into `out`.
  virtual cosem::AccessResult action(Sap client, const cosem::Method& method, Bytes parameter,
                                     Writer& out) = 0;
  // Told after each finished service, e.g. to declare CPU work or to log. An association is
  // finished when its last pass is: once, also with HLS.
  enum class Service : std::uint8_t {
    associate,
    release,
    get,
    set,
    action,
    authentication_failed,
    decryption_failed,
    replay_refused
  };
  virtual void served(Sap client, Service service, std::size_t reply_octets) = 0;
  // The next invocation counter for a ciphered APDU with the meter's own title; never repeats.
  virtual std::uint32_t next_invocation_counter() = 0;
  // True when `counter` is above every one accepted from this client before, and remembers it. Of
  // those from kFirstReservedCounter on only the next few are good: nobody jumps over them.
  virtual bool accept_invocation_counter(Sap client, std::uint32_t counter) = 0;

 protected:
  ~Application() = default;
};

// The last invocation counters of a key, with which nothing is accepted but what it takes to change
// the key: a client that spent all the others, or jumped over them, can still be let in again.
inline constexpr std::uint32_t kFirstReservedCounter = UINT32_MAX - 1023;

// Identity and secrets, owned by the firmware; may change while associations live (key transfer).
struct ServerIdentity {
  SystemTitle system_title{};
  Keys keys{};
  std::array<std::uint8_t, kMaxPasswordOctets> password{};
  std::uint8_t password_octets = 0;
  std::uint16_t max_pdu_octets = 1024;
};

// One association seen from the server, sans-I/O. State of a few dozen octets; the caller gives
// `scratch` (max_pdu_octets or more) for deciphering, free again when the call returns.
class ServerSession {
 public:
  // Without a join buffer, long SET and long ACTION are not offered (conformance) and refused.
  explicit ServerSession(const ClientRole& role, JoinBuffer* join = nullptr);

  // Handles one APDU; the reply (if any) is in `reply` (empty: nothing to answer). Anything that
  // cannot be read is answered with an exception-response or dropped and counted, as the Green Book
  // says; never an assert.
  void on_apdu(Bytes apdu, const ServerIdentity& identity, Application& application,
               crypto::Engine& crypto, MutableBytes scratch, Writer& reply);
  // The link below is gone.
  void reset();
  bool associated() const { return state_ == State::associated; }
  struct Negotiated {
    std::uint32_t conformance = 0;        // services
    std::uint16_t client_pdu_octets = 0;  // what the client can receive
  };
  const Negotiated& negotiated() const { return negotiated_; }
  const ClientRole& role() const { return *role_; }
  std::uint32_t malformed() const { return malformed_; }

 private:
  struct Exchange;                  // one call of on_apdu
  struct Admission;                 // what an AARQ came to
  using Fault = ExceptionResponse;  // State::none: no fault
  static constexpr std::size_t kOwnChallengeOctets = 16;
  enum class State : std::uint8_t { idle, authenticating, associated };
  enum class Long : std::uint8_t { none, get, get_list, set, action, action_return };
  // What lasts from one block to the next.
  struct Transfer {
    Long kind = Long::none;
    std::uint8_t invoke_id = 0;
    std::uint16_t list_at = 0;       // GET of a list: where the item stands that goes on
    std::uint16_t list_left = 0;     // and how many are left with it
    std::uint32_t block_number = 0;  // last block sent, or received
    std::uint32_t offset = 0;        // octets of the value sent; of a list: of the item
    JoinBuffer::Ticket join_ticket = JoinBuffer::kNoTicket;
    cosem::Attribute attribute{};  // or the method of a long ACTION
    cosem::Selection selection{};

    void begin(Long what, std::uint8_t invoke_id_and_priority) {
      kind = what;
      invoke_id = invoke_id_and_priority & kInvokeIdMask;
      block_number = 0;
    }
    bool goes_on(std::uint8_t invoke_id_and_priority) const {
      return (invoke_id_and_priority & kInvokeIdMask) == invoke_id;
    }
    bool holds(const JoinBuffer* join) const { return join != nullptr && join->holds(join_ticket); }
    bool claim(JoinBuffer& join, const ClientRole& role) {
      join_ticket = join.claim(static_cast<std::uint8_t>(role.authentication));
      return join.holds(join_ticket);
    }
    bool put_items(Application& application, Sap sap, Bytes items, bool in_blocks, Writer& body);
  };

  // server.cpp
  Fault serve(Exchange& x, Bytes apdu);
  Fault open(Exchange& x, Bytes apdu, Bytes& plain);
  Fault verify(Exchange& x, const Ciphered& ciphered, const SystemTitle& title, Bytes& plain);
  Fault answer(Exchange& x, Bytes plain);
  Fault dispatch(Exchange& x, Bytes plain, Writer& out);
  Fault unreadable(Error error);
  void end_long_transfer();
  std::uint32_t offered_conformance() const;

  // server_association.cpp
  void associate(Exchange& x, Bytes apdu);
  void release(Exchange& x, Bytes apdu);
  Admission admit(Exchange& x, Bytes apdu);
  Fault open_initiate(Exchange& x, Bytes user_information, Bytes& plain);
  void negotiate(const ServerIdentity& identity, Bytes initiate, Admission& admission);
  void reply_to_aarq(Exchange& x, const Admission& admission);
  Bytes initiate_response(Exchange& x, MutableBytes buffer) const;
  Fault authenticate(Exchange& x, Bytes plain, Writer& out);

  // server_get.cpp
  Fault on_get(Exchange& x, Bytes apdu, Writer& out);
  void get_first(Exchange& x, std::uint8_t invoke_id, Writer& out);
  void get_next(Exchange& x, std::uint8_t invoke_id, std::uint32_t number, Writer& out);
  Fault get_list(Exchange& x, std::uint8_t invoke_id, const List& items, Writer& out);

  // server_set.cpp
  Fault on_set(Exchange& x, Bytes apdu, Writer& out);
  Fault set_block(Exchange& x, std::uint8_t invoke_id, const DataBlock& block, Writer& out);

  // server_action.cpp
  Fault on_action(Exchange& x, Bytes apdu, Writer& out);
  Fault action_block(Exchange& x, std::uint8_t invoke_id, const DataBlock& block, Writer& out);
  void run_action(Exchange& x, std::uint8_t invoke_id, const cosem::Method& method, Bytes parameter,
                  Writer& out);
  void put_return(std::uint8_t invoke_id, Bytes value, Writer& out);
  void put_return_block(std::uint8_t invoke_id, Writer& out);
  void return_next(std::uint8_t invoke_id, std::uint32_t number, Writer& out);

  const ClientRole* role_;
  JoinBuffer* join_;
  std::uint32_t malformed_ = 0;
  std::uint32_t last_counter_ = 0;  // accepted in this association
  Negotiated negotiated_;
  Transfer transfer_;
  State state_ = State::idle;
  std::uint8_t client_challenge_octets_ = 0;
  SystemTitle client_title_{};
  std::array<std::uint8_t, kOwnChallengeOctets> own_challenge_{};
  std::array<std::uint8_t, kMaxChallengeOctets> client_challenge_{};
};

// Builds a data-notification (0F) around `body` (A-XDR), ciphered as general-glo-ciphering (DB,
// with our system title, SC 30h). `long_invoke_id` numbers notifications; `date_time` may be empty.
bool encode_ciphered_notification(const ServerIdentity& identity, std::uint32_t invocation_counter,
                                  std::uint32_t long_invoke_id, Bytes date_time, Bytes body,
                                  crypto::Engine& crypto, MutableBytes scratch, Writer& out);
// The same without ciphering: CM1's announcement and heartbeat.
bool encode_notification(std::uint32_t long_invoke_id, Bytes date_time, Bytes body, Writer& out);

struct Notification {
  std::uint32_t long_invoke_id = 0;
  Bytes date_time;  // empty or 12 octets
  Bytes body;       // A-XDR
};
Result<Notification> decode_notification(Bytes apdu);

// Who sealed a general-glo-ciphering APDU, before any key is known.
Result<SystemTitle> sender_of_general_glo(Bytes apdu);
// Opens it into `out`; the plain APDU is the result. The caller checks the counter.
struct Opened {
  Bytes apdu;
  std::uint32_t invocation_counter = 0;
};
Result<Opened> open_general_glo(Bytes apdu, const Keys& keys, crypto::Engine& crypto,
                                MutableBytes out);

}  // namespace protocol::dlms
