// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "protocol/hdlc/frame.hpp"

namespace protocol::hdlc::test {

using Octets = std::vector<std::uint8_t>;

inline Octets hex(std::string_view text) {
  Octets octets;
  unsigned value = 0;
  int nibbles = 0;
  for (const char c : text) {
    if (c == ' ') continue;
    value = value * 16 + static_cast<unsigned>(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
    if (++nibbles % 2 == 0) octets.push_back(static_cast<std::uint8_t>(value & 0xFF));
  }
  return octets;
}

inline Octets copy(Bytes bytes) { return Octets(bytes.begin(), bytes.end()); }

inline Octets concat(std::initializer_list<Octets> parts) {
  Octets all;
  for (const Octets& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

// The frame with its flags.
inline Octets encoded(const Frame& frame) {
  Octets octets(kMaxFrameOctets);
  Writer out(octets);
  if (!encode(frame, out)) return {};
  octets.resize(out.size());
  return octets;
}

inline Bytes without_flags(const Octets& frame) {
  return Bytes(frame).subspan(1, frame.size() - 2);
}

inline constexpr Address kPublicClient{16, 0, 1};
inline constexpr Address kMeter{1, 0, 1};

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

}  // namespace protocol::hdlc::test
