// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "protocol/hdlc/frame.hpp"

namespace protocol::hdlc {

// Sequence numbers are modulo 8, ISO/IEC 13239.
constexpr std::uint8_t next_sequence(std::uint8_t sequence, unsigned by = 1) {
  return static_cast<std::uint8_t>((sequence + by) & 7u);
}

// The sending half of a link: one APDU with its LLC header, cut into segments of at most
// max_information octets, go-back-N inside a window. The memory is the caller's and must stay until
// the whole is acknowledged or the sender is reset.
class Sender {
 public:
  struct Segment {
    Bytes information;
    std::uint8_t ns = 0;
    bool more = false;   // further segments of this APDU follow
    bool again = false;  // was sent before
  };

  // A new link: sequence from 0, nothing to send.
  void reset(std::uint16_t max_information, std::uint8_t window);
  // Replaces what was there; the first segment takes the number of the oldest unacknowledged one.
  void load(Bytes llc_and_apdu);
  void unload() { load({}); }

  // N(R) of a received frame. False when it acknowledges what was never sent.
  bool acknowledge(std::uint8_t nr);
  // Go back: the next segment is the oldest unacknowledged one.
  void rewind() { sent_ = acknowledged_; }

  // True while next() has a segment inside the window.
  bool can_send() const;
  Segment next();

  bool loaded() const { return !octets_.empty(); }
  bool all_acknowledged() const { return loaded() && acknowledged_ == segments(); }
  // Some, but not all of it, is known to have arrived.
  bool part_way() const { return acknowledged_ > 0 && acknowledged_ < segments(); }
  // V(S): the number the next new segment takes.
  std::uint8_t oldest() const { return oldest_; }  // N(S) of the oldest unacknowledged segment
  std::uint8_t vs() const { return next_sequence(oldest_, highest_ - acknowledged_); }

 private:
  unsigned segments() const;

  Bytes octets_;
  unsigned acknowledged_ = 0;  // segments the peer has
  unsigned sent_ = 0;          // where next() goes on
  unsigned highest_ = 0;       // segments ever sent; above sent_ after going back
  std::uint16_t max_information_ = 128;
  std::uint8_t window_ = 1;
  std::uint8_t oldest_ = 0;
};

}  // namespace protocol::hdlc
