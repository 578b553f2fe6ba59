// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/prime/arq.hpp"

namespace protocol::prime {
namespace {

constexpr std::uint8_t kMore = 0x80;
constexpr std::uint8_t kFlush = 0x40;
constexpr std::uint8_t kNack = 0x40;
constexpr std::uint8_t kNumberMask = kArqModulus - 1;
constexpr std::uint8_t kWindowMask = 0x1F;

}  // namespace

Result<ArqHeader> take_arq(Bytes& payload) {
  Reader in(payload);
  const std::uint8_t first = in.u8();
  ArqHeader header;
  header.packet_id = first & kNumberMask;
  header.flush = (first & kFlush) != 0;
  bool more = (first & kMore) != 0;
  while (more && in.ok()) {
    const std::uint8_t octet = in.u8();
    more = (octet & kMore) != 0;
    if ((octet & kNack) != 0) {
      // More than we keep: the others are told again.
      if (header.n_nacks < kArqMaxNacks) header.nacks[header.n_nacks++] = octet & kNumberMask;
    } else if (more) {
      header.window = octet & kWindowMask;
    } else {
      header.has_ack = true;
      header.ack_id = octet & kNumberMask;
    }
  }
  if (!in.ok()) return Error::truncated;
  payload = in.rest();
  return header;
}

void encode(const ArqHeader& header, Writer& out) {
  PROTOCOL_ASSERT(header.n_nacks <= kArqMaxNacks);
  PROTOCOL_ASSERT(header.window == 0 || header.has_ack || header.n_nacks > 0);
  const bool more = header.has_ack || header.n_nacks > 0;
  out.u8(static_cast<std::uint8_t>((more ? kMore : 0) | (header.flush ? kFlush : 0) |
                                   (header.packet_id & kNumberMask)));
  if (header.window != 0) out.u8(kMore | (header.window & kWindowMask));
  for (unsigned i = 0; i < header.n_nacks; ++i) {
    const bool follows = header.has_ack || i + 1 < header.n_nacks;
    out.u8(
        static_cast<std::uint8_t>((follows ? kMore : 0) | kNack | (header.nacks[i] & kNumberMask)));
  }
  if (header.has_ack) out.u8(header.ack_id & kNumberMask);
}

}  // namespace protocol::prime
