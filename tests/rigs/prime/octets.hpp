// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/prime/control.hpp"

namespace protocol::prime::test {

using Octets = std::vector<std::uint8_t>;

Octets hex(std::string_view text);
inline Octets copy(Bytes bytes) { return Octets(bytes.begin(), bytes.end()); }
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

// splitmix64: draws for randomized tests, printed by their seed.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(next() % n); }
  Octets octets(std::size_t n) {
    Octets all(n);
    for (std::uint8_t& octet : all) octet = static_cast<std::uint8_t>(next());
    return all;
  }

 private:
  std::uint64_t state_;
};

}  // namespace protocol::prime::test
