// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hdlc/parameters.hpp"

#include <algorithm>

namespace protocol::hdlc {
namespace {

constexpr std::uint8_t kFormatIdentifier = 0x81;  // ISO/IEC 13239 5.5.3.2: parameter negotiation
constexpr std::uint8_t kGroupIdentifier = 0x80;
constexpr std::uint8_t kMaxInformationTransmit = 0x05;
constexpr std::uint8_t kMaxInformationReceive = 0x06;
constexpr std::uint8_t kWindowTransmit = 0x07;
constexpr std::uint8_t kWindowReceive = 0x08;

bool to_information(std::uint32_t value, std::uint16_t& information) {
  if (value < kMinInformation) return false;
  information = static_cast<std::uint16_t>(std::min<std::uint32_t>(value, kMaxInformation));
  return true;
}

bool to_window(std::uint32_t value, std::uint8_t& window) {
  if (value == 0) return false;
  window = static_cast<std::uint8_t>(std::min<std::uint32_t>(value, kMaxWindow));
  return true;
}

bool apply(std::uint8_t id, std::uint32_t value, Parameters& parameters) {
  switch (id) {
    case kMaxInformationTransmit:
      return to_information(value, parameters.max_information_transmit);
    case kMaxInformationReceive:
      return to_information(value, parameters.max_information_receive);
    case kWindowTransmit:
      return to_window(value, parameters.window_transmit);
    case kWindowReceive:
      return to_window(value, parameters.window_receive);
    default:
      return true;
  }
}

void encode_number(std::uint8_t id, std::uint32_t value, std::uint8_t octets, Writer& out) {
  out.u8(id);
  out.u8(octets);
  for (unsigned left = octets; left-- > 0;) out.u8(static_cast<std::uint8_t>(value >> (8 * left)));
}

void encode_information(std::uint8_t id, std::uint16_t value, Writer& out) {
  encode_number(id, value, value > 0xFF ? 2 : 1, out);
}

}  // namespace

Result<Parameters> decode_parameters(Bytes information) {
  Parameters parameters;
  if (information.empty()) return parameters;
  Reader in(information);
  if (in.u8() != kFormatIdentifier || in.u8() != kGroupIdentifier) return Error::malformed;
  Reader group(in.take(in.u8()));
  if (!in.ok() || !in.at_end()) return Error::truncated;
  while (!group.at_end()) {
    const std::uint8_t id = group.u8();
    const Bytes digits = group.take(group.u8());
    if (!group.ok()) return Error::truncated;
    if (digits.empty() || digits.size() > 4) return Error::malformed;
    std::uint32_t value = 0;
    for (const std::uint8_t digit : digits) value = value << 8 | digit;
    if (!apply(id, value, parameters)) return Error::malformed;
  }
  return parameters;
}

void encode_parameters(const Parameters& parameters, Writer& out) {
  out.u8(kFormatIdentifier);
  out.u8(kGroupIdentifier);
  const std::size_t length_at = out.size();
  out.u8(0);
  encode_information(kMaxInformationTransmit, parameters.max_information_transmit, out);
  encode_information(kMaxInformationReceive, parameters.max_information_receive, out);
  encode_number(kWindowTransmit, parameters.window_transmit, 4, out);
  encode_number(kWindowReceive, parameters.window_receive, 4, out);
  out.patch_u8(length_at, static_cast<std::uint8_t>(out.size() - length_at - 1));
}

Parameters negotiate(const Parameters& own, const Parameters& peer) {
  return {std::min(own.max_information_transmit, peer.max_information_receive),
          std::min(own.max_information_receive, peer.max_information_transmit),
          std::min(own.window_transmit, peer.window_receive),
          std::min(own.window_receive, peer.window_transmit)};
}

}  // namespace protocol::hdlc
