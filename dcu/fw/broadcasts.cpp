// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/fw/broadcasts.hpp"

#include "protocol/prime/sar.hpp"

namespace dcu::fw {
namespace {

// After a packet of a broadcast: until its copy, so that switches can repeat the first; until the
// next segment, so that all copies and echoes of this one are gone (a node knows an echo by what it
// heard last). Engineering judgement.
constexpr std::int64_t kCopyUs = 400'000;
constexpr std::int64_t kNextUs = 1'500'000;

}  // namespace

void Broadcasts::clear() {
  segment_ = copy_ = 0;
  after_us_ = core_.now_us();
}

bool Broadcasts::send(std::uint8_t d_lsap, std::uint8_t s_lsap, Bytes lsdu) {
  return core_.buffers.take_lpdu(Buffer::Use::broadcast, {d_lsap, s_lsap, lsdu}) != nullptr;
}

std::int64_t Broadcasts::deadline_us() const {
  return core_.buffers.has_broadcast() ? after_us_ : kNoDeadline;
}

bool Broadcasts::serve() {
  Buffer* buffer = core_.buffers.first_broadcast();
  const std::int64_t now_us = core_.now_us();
  if (buffer == nullptr || now_us < after_us_) return false;
  const Bytes sdu = Bytes(buffer->octets).first(buffer->size);
  const auto segment = protocol::prime::segment_of(sdu, segment_);
  std::array<std::uint8_t, protocol::prime::kSarOctets + protocol::prime::kClMtuOctets> octets;
  protocol::Writer out(octets);
  out.u8(protocol::prime::encode(segment.header));
  out.bytes(segment.data);
  const bool pushed = line_.push_broadcast(out.written());
  PROTOCOL_ASSERT(pushed);  // there was a place
  const bool again = ++copy_ < core_.config.broadcast_copies;
  after_us_ = now_us + (again ? kCopyUs : kNextUs);
  if (again) return true;
  copy_ = 0;
  if (++segment_ == protocol::prime::segment_count(buffer->size)) {
    segment_ = 0;
    core_.buffers.give(*buffer);
  }
  return true;
}

}  // namespace dcu::fw
