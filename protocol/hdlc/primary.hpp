// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>

#include "protocol/hdlc/parameters.hpp"
#include "protocol/hdlc/transfer.hpp"

namespace protocol::hdlc {

// Why a primary gave an exchange up. The link is closed then and open() starts again, but for
// no_answer: a meter that has taken what was sent and is ready keeps the link.
enum class LinkFailure : std::uint8_t {
  timeout,    // no answer to any try
  refused,    // DM: the meter knows no link with us, or has no room for one
  rejected,   // FRMR
  no_answer,  // the meter acknowledges and stays ready, but never answers
  too_long,   // the answer outgrew the buffer, or had no end
};

// What the owner of a Primary does for it. One operation is under way at a time and ends in exactly
// one of the calls below, from inside which the next operation may be started.
class PrimaryOwner {
 public:
  // One frame with its flags; the memory is free when the call returns.
  virtual void send_frame(Bytes frame) = 0;
  virtual void on_opened() = 0;
  // The answer to send(), or what poll() brought, LLC header taken off; valid during the call.
  // Empty when the meter sent something without an LLC header.
  virtual void on_apdu(Bytes apdu) = 0;
  // poll() brought nothing, or what was sent unconfirmed has arrived.
  virtual void on_nothing() = 0;
  // close() is done, answered or not.
  virtual void on_closed() = 0;
  virtual void on_failed(LinkFailure why) = 0;

 protected:
  ~PrimaryOwner() = default;
};

struct PrimaryConfig {
  Address client{16, 0, 1};
  Address server{1, 0, 1};
  Parameters proposal{512, 512, 1, 1};
  bool propose = true;  // false: SNRM without parameters, defaults both ways
  // From handing a frame over to having its answer whole, both at the line's speed.
  std::int64_t response_timeout_us = 2'000'000;
  std::uint8_t tries = 3;
  // RR or RNR instead of an answer: ask again after this time, give up after the other.
  std::int64_t repoll_us = 200'000;
  std::int64_t answer_timeout_us = 15'000'000;
};

struct PrimaryCounters {
  std::uint32_t frames_in = 0;
  std::uint32_t frames_out = 0;
  std::uint32_t damaged = 0;
  std::uint32_t ignored = 0;        // not for us, or not expected now
  std::uint32_t retransmitted = 0;  // frames sent again after a timeout
  std::uint32_t malformed = 0;      // LLC header, parameters, N(R)
};

// The client's side of one link, sans-I/O: octets and time in, frames and the next deadline out.
// Several primaries may share a line and their buffers if their owner lets one work at a time.
class Primary {
 public:
  // `send_buffer` holds an outgoing APDU with its LLC header, `receive_buffer` a segmented answer;
  // both are free while idle().
  Primary(const PrimaryConfig& config, MutableBytes send_buffer, MutableBytes receive_buffer,
          PrimaryOwner& owner);

  // ---- Operations, only while idle() ----
  void open(std::int64_t now_us);
  // On an open link. False (and nothing happens) when the APDU does not fit the buffer.
  // Unconfirmed: no answer is due, so RR ends the exchange with on_nothing().
  bool send(std::int64_t now_us, Bytes apdu, bool confirmed = true);
  void poll(std::int64_t now_us);
  // Behind an APDU that was no answer: the one to the last send() is still due.
  void await(std::int64_t now_us);
  void close(std::int64_t now_us);
  // Forget the link without a word.
  void reset();

  void on_bytes(std::int64_t now_us, Bytes chunk);  // as idle-line detection cut them
  void on_frame(std::int64_t now_us, const Frame& frame);
  void on_time(std::int64_t now_us);
  std::int64_t deadline_us() const { return deadline_us_; }

  bool idle() const { return phase_ == Phase::closed || phase_ == Phase::open; }
  bool is_open() const { return phase_ == Phase::open || phase_ == Phase::exchanging; }
  const Parameters& parameters() const { return parameters_; }
  const PrimaryCounters& counters() const { return counters_; }

 private:
  enum class Phase : std::uint8_t { closed, opening, open, exchanging, closing };

  void begin(Phase phase, std::int64_t now_us);
  void transmit_current(std::int64_t now_us);
  void send_segments();
  void send_unnumbered(FrameKind kind, Bytes information = {});
  void send_receive_ready();
  void transmit(const Frame& frame);

  void on_unnumbered_answer(std::int64_t now_us, const Frame& frame);
  void on_exchange_frame(std::int64_t now_us, const Frame& frame);
  void on_information(std::int64_t now_us, const Frame& frame);
  void on_ready(std::int64_t now_us, const Frame& frame);
  bool append(const Frame& frame, Bytes& whole);
  void progress(std::int64_t now_us);
  void finish(Phase phase);
  void fail(LinkFailure why);

  PrimaryConfig config_;
  MutableBytes send_buffer_;
  MutableBytes receive_buffer_;
  PrimaryOwner& owner_;
  Phase phase_ = Phase::closed;
  // What ends the exchange: an answer; with a poll RR as well, and RR alone when none is due.
  enum class Due : std::uint8_t { answer, push, nothing };
  Due due_ = Due::answer;
  bool resting_ = false;  // between RR from the meter and our next poll
  std::uint8_t tries_ = 0;
  std::uint8_t vr_ = 0;
  Parameters parameters_;
  Sender sender_;
  std::size_t received_ = 0;
  std::int64_t deadline_us_ = std::numeric_limits<std::int64_t>::max();
  std::int64_t give_up_at_us_ = 0;
  PrimaryCounters counters_;
};

}  // namespace protocol::hdlc
