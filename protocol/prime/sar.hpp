// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/prime/types.hpp"

namespace protocol::prime {

// Segmentation and reassembly of the convergence layer, clause 9.2: one octet in front of each
// segment. A whole SDU is a first segment with no others.
inline constexpr std::size_t kClMtuOctets = 256;  // data of one segment
inline constexpr unsigned kMaxSegments = 64;
inline constexpr std::size_t kSarOctets = 1;

enum class SegmentKind : std::uint8_t { first = 0, intermediate = 1, last = 2 };
struct SarHeader {
  SegmentKind kind = SegmentKind::first;
  std::uint8_t number = 0;  // first: how many follow; else the place in the row, from 1
  friend bool operator==(const SarHeader&, const SarHeader&) = default;
};
Result<SarHeader> decode_sar(std::uint8_t octet);  // type 3 is reserved: malformed
std::uint8_t encode(const SarHeader& header);

// How many segments an SDU takes, and each of them.
constexpr unsigned segment_count(std::size_t sdu_octets) {
  return sdu_octets == 0 ? 1
                         : static_cast<unsigned>((sdu_octets + kClMtuOctets - 1) / kClMtuOctets);
}
struct Segment {
  SarHeader header;
  Bytes data;
};
Segment segment_of(Bytes sdu, unsigned index);

// Puts the segments of one SDU together in a buffer of the owner; they come in order (ARQ, or a
// broadcast that loses some).
class Reassembler {
 public:
  void use(MutableBytes buffer) { buffer_ = buffer, restart(); }
  MutableBytes release();  // the buffer back; empty when it had none
  void restart() { size_ = 0, expected_ = 0, whole_ = false; }

  // False: out of order, too long or without its first segment; what was there is thrown away.
  bool add(const SarHeader& header, Bytes data);
  bool complete() const { return whole_; }
  bool has_buffer() const { return !buffer_.empty(); }
  bool part_way() const { return expected_ > 0 && !whole_; }
  Bytes sdu() const { return Bytes(buffer_).first(size_); }

 private:
  MutableBytes buffer_;
  std::uint32_t size_ = 0;
  std::uint8_t expected_ = 0;  // number of the next segment; 0: a first one
  std::uint8_t last_ = 0;      // number of the last segment
  bool whole_ = false;
};

}  // namespace protocol::prime
