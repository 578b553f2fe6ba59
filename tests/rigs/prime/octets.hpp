// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/prime/control.hpp"
#include "tests/rigs/octets/octets.hpp"

namespace protocol::prime::test {

using rigs::copy;
using rigs::Draws;
using rigs::hex;
using rigs::Octets;

// A value of tests/vectors/prime.txt as text, as octets, as one octet a bit, as a list.
std::string vector_text(std::string_view name);
Octets vector_octets(std::string_view name);
Octets vector_bits(std::string_view name);
std::vector<std::size_t> vector_list(std::string_view name);

inline constexpr Sna kSna{0x00, 0x80, 0xE1, 0x00, 0x00, 0x01};
inline constexpr Eui48 kNode{0x00, 0x80, 0xE1, 0x00, 0x00, 0x02};
inline constexpr Sna kOtherSna{0x00, 0x80, 0xE1, 0x00, 0x00, 0x03};

template <typename Message>
Octets encoded(const Message& message) {
  Octets octets(600);
  Writer out(octets);
  encode(message, out);
  octets.resize(out.size());
  return octets;
}
Octets gpdu(const GenericHeader& header, const Packet& packet, const Sna& sna = kSna);
// A control packet, its message encoded.
template <typename Message>
Octets control(bool down, std::uint8_t level, ControlType type, std::uint8_t sid,
               std::uint16_t lnid, const Message& message, const Sna& sna = kSna) {
  const Octets payload = encoded(message);
  Packet packet;
  packet.priority = kControlPriority;
  packet.control = true;
  packet.lcid = static_cast<std::uint16_t>(type);
  packet.sid = sid;
  packet.lnid = lnid;
  packet.payload = payload;
  return gpdu({down, level}, packet, sna);
}

}  // namespace protocol::prime::test
