// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hdlc/frame.hpp"

#include "protocol/hdlc/fcs.hpp"

namespace protocol::hdlc {
namespace {

constexpr std::uint16_t kFormatType3 = 0xA000;
constexpr std::uint16_t kFormatMask = 0xF000;
constexpr std::uint16_t kSegmentationBit = 0x0800;
constexpr std::size_t kChecksumOctets = 2;

// Control octets, ISO/IEC 13239 5.5; N(R) sits in bits 5..7, N(S) in 1..3.
constexpr std::uint8_t kPollFinalBit = 0x10;
constexpr std::uint8_t kSupervisoryMask = 0x0F;
struct ControlCode {
  FrameKind kind;
  std::uint8_t octet;
};
constexpr ControlCode kSupervisory[] = {{FrameKind::receive_ready, 0x01},
                                        {FrameKind::receive_not_ready, 0x05}};
constexpr ControlCode kUnnumbered[] = {{FrameKind::snrm, 0x83}, {FrameKind::disconnect, 0x43},
                                       {FrameKind::ua, 0x63},   {FrameKind::dm, 0x0F},
                                       {FrameKind::frmr, 0x87}, {FrameKind::ui, 0x03}};

void decode_control(std::uint8_t control, Frame& frame) {
  frame.control = control;
  frame.poll_final = (control & kPollFinalBit) != 0;
  frame.kind = FrameKind::unknown;
  if ((control & 0x01) == 0) {
    frame.kind = FrameKind::information;
    frame.ns = (control >> 1) & 7;
    frame.nr = control >> 5;
    return;
  }
  for (const ControlCode& code : kSupervisory) {
    if ((control & kSupervisoryMask) == code.octet) {
      frame.kind = code.kind;
      frame.nr = control >> 5;
      return;
    }
  }
  for (const ControlCode& code : kUnnumbered) {
    if ((control & ~kPollFinalBit) == code.octet) frame.kind = code.kind;
  }
}

std::uint8_t encode_control(const Frame& frame) {
  const unsigned poll_final = frame.poll_final ? kPollFinalBit : 0;
  const unsigned nr = (frame.nr & 7u) << 5;
  if (frame.kind == FrameKind::information) {
    return static_cast<std::uint8_t>(nr | poll_final | (frame.ns & 7u) << 1);
  }
  for (const ControlCode& code : kSupervisory) {
    if (code.kind == frame.kind) return static_cast<std::uint8_t>(nr | poll_final | code.octet);
  }
  for (const ControlCode& code : kUnnumbered) {
    if (code.kind == frame.kind) return static_cast<std::uint8_t>(poll_final | code.octet);
  }
  PROTOCOL_ASSERT(false);  // unknown is for received frames only
}

// Bit 0 of an address octet marks the last one; the other seven carry the address.
bool decode_address(Reader& in, Address& address) {
  std::uint32_t value = 0;
  std::uint8_t octets = 0;
  bool last = false;
  while (!last && octets < 4 && in.ok()) {
    const std::uint8_t octet = in.u8();
    value = value << 7 | octet >> 1;
    last = (octet & 1) != 0;
    ++octets;
  }
  if (!last || octets == 3 || !in.ok()) return false;
  const unsigned half_bits = octets == 4 ? 14 : 7;
  const std::uint32_t half_mask = (1u << half_bits) - 1;
  address.octets = octets;
  address.upper = static_cast<std::uint16_t>(octets == 1 ? value : value >> half_bits);
  address.lower = static_cast<std::uint16_t>(octets == 1 ? 0 : value & half_mask);
  return true;
}

void encode_address(const Address& address, Writer& out) {
  const unsigned half_bits = address.octets == 4 ? 14 : 7;
  PROTOCOL_ASSERT(address.octets == 1 || address.octets == 2 || address.octets == 4);
  PROTOCOL_ASSERT(address.upper >> half_bits == 0 && address.lower >> half_bits == 0);
  const std::uint32_t value =
      address.octets == 1 ? address.upper
                          : static_cast<std::uint32_t>(address.upper) << half_bits | address.lower;
  for (unsigned left = address.octets; left-- > 0;) {
    const std::uint32_t seven = (value >> (7 * left)) & 0x7F;
    out.u8(static_cast<std::uint8_t>(seven << 1 | (left == 0 ? 1 : 0)));
  }
}

// Checksums travel low octet first, unlike every other number.
bool checksum_holds(Bytes covered, Bytes received) {
  const std::uint16_t fcs = fcs16(covered);
  return received[0] == (fcs & 0xFF) && received[1] == fcs >> 8;
}
void append_checksum(Bytes covered, Writer& out) {
  const std::uint16_t fcs = fcs16(covered);
  out.u8(static_cast<std::uint8_t>(fcs & 0xFF));
  out.u8(static_cast<std::uint8_t>(fcs >> 8));
}

}  // namespace

Result<Header> decode_header(Bytes octets) {
  Reader in(octets);
  const std::uint16_t format = in.u16();
  if (!in.ok()) return Error::truncated;
  if ((format & kFormatMask) != kFormatType3) return Error::malformed;
  Header header;
  header.length = format & kMaxLength;
  if (header.length < kMinLength) return Error::malformed;
  header.frame.segmented = (format & kSegmentationBit) != 0;
  // A header with a wrong address form is told from one that has not wholly arrived yet.
  const bool addresses_valid =
      decode_address(in, header.frame.destination) && decode_address(in, header.frame.source);
  if (!addresses_valid) return in.ok() ? Error::malformed : Error::truncated;
  const std::uint8_t control = in.u8();
  if (!in.ok()) return Error::truncated;
  decode_control(control, header.frame);
  header.octets = in.position();
  const std::size_t with_fcs = header.octets + kChecksumOctets;
  if (header.length == with_fcs) return header;  // no information: the FCS is the only checksum
  // HCS and FCS without information between them is no frame either.
  if (header.length < with_fcs + kChecksumOctets + 1) return Error::malformed;
  const Bytes hcs = in.take(kChecksumOctets);
  if (!in.ok()) return Error::truncated;
  if (!checksum_holds(octets.first(header.octets), hcs)) return Error::bad_checksum;
  header.octets += kChecksumOctets;
  return header;
}

Result<Frame> decode(Bytes octets) {
  const Result<Header> header = decode_header(octets);
  if (!header) return header.error();
  if (header->length != octets.size()) {
    return header->length > octets.size() ? Error::truncated : Error::malformed;
  }
  if (!checksum_holds(octets.first(octets.size() - kChecksumOctets),
                      octets.last(kChecksumOctets))) {
    return Error::bad_checksum;
  }
  Frame frame = header->frame;
  frame.information =
      octets.subspan(header->octets, octets.size() - header->octets - kChecksumOctets);
  return frame;
}

bool encode(const Frame& frame, Writer& out) {
  const std::size_t header_octets = 2u + frame.destination.octets + frame.source.octets + 1u;
  const std::size_t information_octets =
      frame.information.empty() ? 0 : kChecksumOctets + frame.information.size();
  const std::size_t length = header_octets + information_octets + kChecksumOctets;
  if (length > kMaxLength) return false;

  out.u8(kFlag);
  const std::size_t start = out.size();
  out.u16(
      static_cast<std::uint16_t>(kFormatType3 | (frame.segmented ? kSegmentationBit : 0) | length));
  encode_address(frame.destination, out);
  encode_address(frame.source, out);
  out.u8(encode_control(frame));
  if (!out.ok()) return false;
  if (!frame.information.empty()) {
    append_checksum(out.written().subspan(start), out);
    out.bytes(frame.information);
    if (!out.ok()) return false;
  }
  append_checksum(out.written().subspan(start), out);
  out.u8(kFlag);
  return out.ok();
}

}  // namespace protocol::hdlc
