// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/prime/sar.hpp"

#include <algorithm>
#include <utility>

namespace protocol::prime {

Result<SarHeader> decode_sar(std::uint8_t octet) {
  if (octet >> 6 == 3) return Error::malformed;
  return SarHeader{static_cast<SegmentKind>(octet >> 6), static_cast<std::uint8_t>(octet & 0x3F)};
}

std::uint8_t encode(const SarHeader& header) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(header.kind) << 6 |
                                   (header.number & 0x3Fu));
}

Segment segment_of(Bytes sdu, unsigned index) {
  const unsigned count = segment_count(sdu.size());
  PROTOCOL_ASSERT(index < count && count <= kMaxSegments);
  Segment segment;
  if (index > 0) {
    segment.header.kind = index + 1 == count ? SegmentKind::last : SegmentKind::intermediate;
  }
  segment.header.number = static_cast<std::uint8_t>(index == 0 ? count - 1 : index);
  const std::size_t offset = index * kClMtuOctets;
  segment.data = sdu.subspan(offset, std::min(kClMtuOctets, sdu.size() - offset));
  return segment;
}

MutableBytes Reassembler::release() {
  restart();
  return std::exchange(buffer_, MutableBytes{});
}

bool Reassembler::add(const SarHeader& header, Bytes data) {
  const bool first = header.kind == SegmentKind::first;
  if (first || whole_) restart();
  bool good = size_ + data.size() <= buffer_.size() && data.size() <= kClMtuOctets;
  if (first) {
    last_ = header.number;
  } else {
    // The last one says so by its type and by its place; the two must agree.
    const bool is_last = header.kind == SegmentKind::last;
    good = good && expected_ > 0 && header.number == expected_ && is_last == (expected_ == last_);
  }
  if (!good) {
    restart();
    return false;
  }
  std::copy(data.begin(), data.end(), buffer_.begin() + size_);
  size_ += static_cast<std::uint32_t>(data.size());
  whole_ = expected_ == last_;
  ++expected_;
  return true;
}

}  // namespace protocol::prime
