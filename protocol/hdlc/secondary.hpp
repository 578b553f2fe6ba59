// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>

#include "protocol/hdlc/parameters.hpp"
#include "protocol/hdlc/transfer.hpp"

namespace protocol::hdlc {

inline constexpr std::int64_t kNoDeadline = std::numeric_limits<std::int64_t>::max();

// Why a link ended.
enum class LinkEnd : std::uint8_t {
  disconnected,  // DISC
  reopened,      // SNRM on an open link; on_opened follows
  inactive,      // nothing heard for the inactivity timeout
  reset,         // Secondary::reset()
};

// What the owner of a Secondary (the meter's firmware) does for it. Called from inside on_bytes()
// and on_time(), which must not be entered again from here. Links are named by the client's SAP.
class SecondaryOwner {
 public:
  // One frame with its flags, to be sent after those before. The memory is free when it returns.
  virtual void send_frame(Bytes frame) = 0;

  // A whole APDU from this client, LLC header taken off. The answer APDU goes into `reply`; left
  // empty, the client gets RR and nothing more. A reply that overflows its buffer is dropped.
  virtual void on_request(std::uint16_t client_sap, Bytes apdu, Writer& reply) = 0;

  // The client polls (RR with P = 1) and nothing is under way: write one APDU it should get
  // unasked, e.g. a pending push, or nothing. Asked again at the next poll if the client was not
  // heard to acknowledge it, so hand out the same rows until on_delivered.
  virtual void on_poll(std::uint16_t client_sap, Writer& push) = 0;

  // The last segment of what on_poll wrote was acknowledged by N(R). Not called for answers: on a
  // link that carries both, a request may take the place of a push that was never heard.
  virtual void on_delivered(std::uint16_t client_sap) = 0;

  // Whether a client address exists here. SNRM from any other is answered with DM, so strangers
  // cannot take the links that the known clients need.
  virtual bool knows(std::uint16_t client_sap) {
    static_cast<void>(client_sap);
    return true;
  }
  virtual void on_opened(std::uint16_t client_sap) = 0;
  // The association on top is gone too (ServerSession::reset()); an APDU not delivered is dropped.
  virtual void on_closed(std::uint16_t client_sap, LinkEnd why) = 0;

  // An unconfirmed APDU (UI frame), maybe broadcast; never answered.
  virtual void on_unconfirmed(std::uint16_t client_sap, Bytes apdu) {
    static_cast<void>(client_sap);
    static_cast<void>(apdu);
  }

  // Memory for one APDU and its LLC header. Taken for an answer or a push, kept until it is
  // acknowledged or the link ends; taken for a segmented request until on_request has returned.
  // Empty: none left (the client gets RNR and asks again). The same spans come back.
  virtual MutableBytes take_buffer() = 0;
  virtual void give_buffer(MutableBytes buffer) = 0;

 protected:
  ~SecondaryOwner() = default;
};

struct SecondaryConfig {
  std::uint16_t logical_device = 1;   // upper address; the only address on one octet
  std::uint16_t physical_device = 0;  // lower address on two and four octets; 0: any
  Parameters limits{512, 512, 1, 1};  // the most this station grants
  std::int64_t inactivity_us = 120'000'000;
  // One client may rest longer between its polls, e.g. the push client.
  std::uint16_t patient_client_sap = 0;
  std::int64_t patient_inactivity_us = 0;
};

// State of the link with one client. The owner provides an array, one for each client that may be
// connected at the same time; further ones are told DM.
struct SecondaryLink {
  bool open = false;
  bool rejecting = false;   // FRMR sent: only SNRM or DISC help
  bool peer_busy = false;   // RNR heard
  bool pushing = false;     // what is being sent is a push, not an answer
  bool discarding = false;  // the request outgrew its buffer: skip to its last segment
  Address client;
  Address server;  // in the form the client used
  std::uint8_t vr = 0;
  std::uint8_t reject_reason = 0;
  std::uint8_t rejected_control = 0;
  Parameters parameters;
  Sender sender;
  MutableBytes send_buffer;
  MutableBytes receive_buffer;
  std::size_t received = 0;
  std::int64_t inactive_at_us = kNoDeadline;
};

struct SecondaryCounters {
  std::uint32_t frames_in = 0;  // good ones addressed to us
  std::uint32_t frames_out = 0;
  std::uint32_t damaged = 0;        // checksum, length or noise
  std::uint32_t not_for_us = 0;     // other stations on the bus
  std::uint32_t out_of_order = 0;   // I frames with an unexpected N(S), e.g. repeated ones
  std::uint32_t rejected = 0;       // answered with FRMR
  std::uint32_t refused = 0;        // answered with DM
  std::uint32_t malformed = 0;      // LLC header, parameters, oversized APDU
  std::uint32_t retransmitted = 0;  // I frames sent again
  std::uint32_t no_buffer = 0;
};

// The meter's side of one port (RS-485 or optical): links with several clients side by side, each
// with its own state. Sans-I/O: octets and time in, frames and the next deadline out. It speaks
// only when spoken to (normal response mode), so a bus needs no arbitration.
class Secondary {
 public:
  Secondary(const SecondaryConfig& config, std::span<SecondaryLink> links, SecondaryOwner& owner);

  // Octets as idle-line detection cut them: one frame, several, or a damaged one. A frame cut in
  // two is lost (use Splitter and on_frame() where chunks mean nothing).
  void on_bytes(std::int64_t now_us, Bytes chunk);
  void on_frame(std::int64_t now_us, const Frame& frame);
  // To be called at deadline_us() or later; early calls do no harm.
  void on_time(std::int64_t now_us);
  std::int64_t deadline_us() const;

  bool is_open(std::uint16_t client_sap) const;
  // All links end (on_closed is called), counters stay.
  void reset();
  const SecondaryCounters& counters() const { return counters_; }

 private:
  bool addressed_to_us(const Address& destination) const;
  SecondaryLink* find(std::uint16_t client_sap);
  SecondaryLink* allocate(std::uint16_t client_sap);
  void touch(SecondaryLink& link, std::int64_t now_us) const;
  void close(SecondaryLink& link, LinkEnd why);
  void release_buffers(SecondaryLink& link);

  void on_snrm(std::int64_t now_us, const Frame& frame);
  void on_disconnect(const Frame& frame);
  void on_unconfirmed(const Frame& frame);
  void on_link_frame(SecondaryLink& link, const Frame& frame);
  bool accept_acknowledgement(SecondaryLink& link, const Frame& frame);
  void on_information(SecondaryLink& link, const Frame& frame);
  static bool is_whole(const SecondaryLink& link, const Frame& frame);
  bool make_room(SecondaryLink& link, const Frame& frame);
  void collect(SecondaryLink& link, const Frame& frame);
  void on_whole_request(SecondaryLink& link, Bytes llc_and_apdu);
  void answer_poll(SecondaryLink& link);
  void offer_push(SecondaryLink& link);
  // Runs `write` over a fresh send buffer and loads what it wrote.
  template <typename Write>
  void load_from_owner(SecondaryLink& link, Write&& write);

  void send_segments(SecondaryLink& link);
  void send_supervisory(const SecondaryLink& link, FrameKind kind);
  void reject(SecondaryLink& link, const Frame& frame, std::uint8_t reason);
  void send_reject(const SecondaryLink& link);
  void respond(const Frame& to, FrameKind kind, Bytes information = {});
  void transmit(const Frame& frame);

  SecondaryConfig config_;
  std::span<SecondaryLink> links_;
  SecondaryOwner& owner_;
  SecondaryCounters counters_;
};

}  // namespace protocol::hdlc
