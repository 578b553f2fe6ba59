// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/prime/csma.hpp"
#include "protocol/prime/sar.hpp"

namespace protocol::prime {

// ARQ subheader in front of each packet of an ARQ connection, clause 8.4.7 / 8.6.2: selective
// repeat, packet numbers modulo 64. A packet without data carries the number the next one will
// have (unverified).
inline constexpr std::uint8_t kArqModulus = 64;
// Packet numbers are modulo kArqModulus.
constexpr unsigned arq_distance(std::uint8_t from, std::uint8_t to) {
  return static_cast<unsigned>(to - from) & (kArqModulus - 1);
}
constexpr std::uint8_t arq_next(std::uint8_t number, unsigned by = 1) {
  return static_cast<std::uint8_t>((number + by) & (kArqModulus - 1));
}
inline constexpr unsigned kArqMaxTxCount = 5;
inline constexpr unsigned kArqMaxNacks = 8;
struct ArqHeader {
  std::uint8_t packet_id = 0;
  bool flush = false;  // the receiver should acknowledge at once
  bool has_ack = false;
  std::uint8_t ack_id = 0;  // the next number expected: everything before it has come (unverified)
  std::uint8_t window = 0;  // WINSIZE; 0: not said
  std::uint8_t n_nacks = 0;
  std::array<std::uint8_t, kArqMaxNacks> nacks{};  // numbers missing below what has come
  friend bool operator==(const ArqHeader&, const ArqHeader&) = default;
};
// Takes the subheader off the front of `payload`.
Result<ArqHeader> take_arq(Bytes& payload);
void encode(const ArqHeader& header, Writer& out);
inline constexpr std::size_t kMaxArqOctets = 1 + 1 + kArqMaxNacks + 1;
// Longest packet payload an ArqLink makes: subheader, SAR octet, one segment.
inline constexpr std::size_t kMaxArqPayload = kMaxArqOctets + kSarOctets + kClMtuOctets;

struct ArqConfig {
  std::uint8_t window = 4;  // packets in flight, 1 .. kArqWindow
  // From the end of a transmission to giving an acknowledgement up; doubled at the second try.
  // It must cover the way there and back over all switches.
  std::int32_t retry_us = 2'000'000;
  // How long an acknowledgement may wait for data to ride on: asked for with FLUSH, and not.
  std::int32_t flush_hold_us = 0;
  std::int32_t hold_us = 1'000'000;  // <= ARQMaxAckHoldTime, 7 s
};
inline constexpr unsigned kArqWindow = 4;  // what this receiver keeps out of order
inline constexpr unsigned kMaxQueuedSdus = 4;
inline constexpr std::size_t kSduBufferOctets = 2048;

class ArqOwner {
 public:
  // A buffer of kSduBufferOctets; empty when there is none now (the packet is then not
  // acknowledged and comes again).
  virtual MutableBytes take_buffer() = 0;
  virtual void give_buffer(MutableBytes buffer) = 0;
  virtual void on_sdu(Bytes sdu) = 0;  // valid during the call
  virtual void on_sdu_done(std::uint32_t cookie, bool delivered) = 0;

 protected:
  ~ArqOwner() = default;
};

struct ArqCounters {
  std::uint32_t sent = 0;
  std::uint32_t repeated = 0;
  std::uint32_t acks_alone = 0;
  std::uint32_t received = 0;
  std::uint32_t duplicates = 0;
  std::uint32_t malformed = 0;
};

// One end of one ARQ connection: SDUs in, packet payloads out, and back. Sans-I/O. The owner keeps
// at most one packet of a link in its transmit queue: while has_packet(), it takes the next one and
// says with on_transmitted() what became of it.
class ArqLink {
 public:
  void open(const ArqConfig& config);
  // Gives every buffer back and reports what was not delivered.
  void close(ArqOwner& owner);
  bool is_open() const { return open_; }

  // `buffer` came from take_buffer(), its first `size` octets are the SDU; it goes back when the
  // SDU is delivered or failed. False: queue full (the buffer stays the caller's).
  bool send(MutableBytes buffer, std::size_t size, std::uint32_t cookie);
  std::size_t queued() const { return n_queued_; }

  // The payload of a packet of this connection. False: malformed, dropped.
  bool on_packet(std::int64_t now_us, Bytes payload, ArqOwner& owner);

  // Something to send now: data inside the window, or an acknowledgement that is due.
  bool has_packet(std::int64_t now_us) const;
  struct Sent {
    bool data = false;
    std::uint8_t number = 0;
    std::uint8_t try_count = 0;  // 1: for the first time
  };
  // Writes the next packet's payload (kMaxArqPayload octets suffice).
  Sent take_packet(std::int64_t now_us, Writer& out);
  void on_transmitted(std::int64_t now_us, const Sent& what, bool sent);

  // Retransmission and acknowledgement timers; after on_time() look at has_packet() and failed().
  void on_time(std::int64_t now_us);
  std::int64_t deadline_us() const;
  // kArqMaxTxCount tries of one packet were in vain: the connection is to be closed.
  bool failed() const { return failed_; }
  const ArqCounters& counters() const { return counters_; }

 private:
  struct Flight {  // one packet of the send window
    bool used = false;
    bool due = false;           // to be sent (again)
    bool in_air = false;        // handed out, on_transmitted() to come
    bool before_probe = false;  // sent, but not since the oldest one was sent again
    std::uint8_t tries = 0;
    std::int64_t retry_at_us = kNoDeadline;
  };
  struct Queued {
    MutableBytes buffer;
    std::uint32_t size = 0;
    std::uint32_t cookie = 0;
  };
  struct Early {  // a packet that came before its turn, SAR octet and data
    bool used = false;
    std::uint8_t place = 0;  // in the receive buffer
    std::uint16_t size = 0;
  };

  unsigned segments_left() const;  // from the oldest not acknowledged one on
  Segment segment_at(unsigned offset, bool& last_of_sdu) const;
  void fill_window();
  int first_due() const;
  std::int64_t patience_us(const Flight& flight) const;
  void send_again(Flight& flight);
  void accept_ack(std::int64_t now_us, const ArqHeader& header, ArqOwner& owner);
  void accept_nacks(std::int64_t now_us, const ArqHeader& header);
  void acknowledged(unsigned packets, ArqOwner& owner);
  void accept_data(std::int64_t now_us, const ArqHeader& header, Bytes data, ArqOwner& owner);
  bool keep_early(unsigned ahead, Bytes data, ArqOwner& owner);
  bool take_in_turn(Bytes data, ArqOwner& owner);
  void take_early_ones(ArqOwner& owner);
  bool ensure_receive_buffer(ArqOwner& owner);
  void release_idle_buffer(ArqOwner& owner);
  MutableBytes early_place(const Early& early) const;
  std::uint8_t free_place() const;
  void ack_by(std::int64_t at_us);
  void fill_ack(ArqHeader& header);

  ArqConfig config_;
  bool open_ = false;
  bool failed_ = false;

  std::array<Queued, kMaxQueuedSdus> queue_{};
  std::uint8_t n_queued_ = 0;
  std::uint8_t first_segment_ = 0;  // of queue_[0]: the oldest not acknowledged
  std::uint8_t oldest_ = 0;         // its packet number
  std::uint8_t in_window_ = 0;
  std::uint8_t peer_window_ = kArqWindow;
  std::array<Flight, kArqWindow> flights_{};  // by distance from oldest_

  bool probing_ = false;  // a timer sent the oldest one again: the next answer tells the rest

  std::uint8_t expected_ = 0;
  std::array<Early, kArqWindow> early_{};  // [i]: number expected_ + i; [0] never used
  MutableBytes receive_buffer_;            // front: the SDU; back: early packets, in free places
  Reassembler reassembler_;
  std::int64_t ack_at_us_ = kNoDeadline;
  bool ack_due_ = false;
  bool heard_ = false;        // something came: acknowledgements have a meaning
  bool window_told_ = false;  // our WINSIZE went out
  ArqCounters counters_;
};

}  // namespace protocol::prime
