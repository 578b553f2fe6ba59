// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/port/cortex_m4/link.hpp"

#include "protocol/hdlc/fcs.hpp"

namespace meter::port {
namespace {

constexpr std::uint16_t kFcsPreset = 0xFFFF;

std::uint16_t more_fcs(std::uint16_t fcs, Bytes octets) {
  for (const std::uint8_t octet : octets) {
    fcs = static_cast<std::uint16_t>((fcs >> 8) ^ protocol::hdlc::kFcsTable[(fcs ^ octet) & 0xFF]);
  }
  return fcs;
}

}  // namespace

void Link::begin(Kind kind, std::size_t payload_octets) {
  uart_.send({&kSync, 1});
  fcs_ = kFcsPreset;
  put_u8(static_cast<std::uint8_t>(kind));
  put_u32(static_cast<std::uint32_t>(payload_octets));
}

void Link::put(Bytes octets) {
  fcs_ = more_fcs(fcs_, octets);
  uart_.send(octets);
}

void Link::put_u32(std::uint32_t value) {
  std::uint8_t octets[4];
  protocol::Writer out{octets};
  out.u32(value);
  put(octets);
}

void Link::put_u64(std::uint64_t value) {
  std::uint8_t octets[8];
  protocol::Writer out{octets};
  out.u64(value);
  put(octets);
}

void Link::end() {
  const std::uint8_t octets[kFcsOctets] = {static_cast<std::uint8_t>((fcs_ ^ 0xFFFF) >> 8),
                                           static_cast<std::uint8_t>(fcs_ ^ 0xFFFF)};
  uart_.send(octets);
}

Kind Link::receive(MutableBytes memory, Bytes& payload) {
  for (;;) {
    const std::uint8_t sync = uart_.receive();
    if (sync != kSync && sync != kSyncInRam) continue;
    if (sync == kSync) receive_octets(memory);
    protocol::Reader in(memory);
    const auto kind = static_cast<Kind>(in.u8());
    const std::uint32_t n = in.u32();
    if (n <= memory.size() - kFrameOctets) {
      payload = in.take(n);
      const std::uint16_t fcs = in.u16();
      if (protocol::hdlc::fcs16(memory.first(kHeadOctets - 1 + n)) == fcs) return kind;
    }
    ++bad_frames_;
  }
}

void Link::receive_octets(MutableBytes memory) {
  constexpr std::size_t kHead = kHeadOctets - 1;
  for (std::size_t k = 0; k < kHead; ++k) memory[k] = uart_.receive();
  const std::uint32_t n = protocol::Reader(memory.subspan(1)).u32();
  if (n > memory.size() - kFrameOctets) return;
  for (std::size_t k = kHead; k < kFrameOctets + n; ++k) memory[k] = uart_.receive();
}

}  // namespace meter::port
