// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/bytes.hpp"

// What nearly every test of a wire needs: octets from text, and draws that a seed repeats.
namespace rigs {

using Octets = std::vector<std::uint8_t>;

// Blanks are ignored; anything else that is no hex digit, or half an octet, throws.
inline Octets hex(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEFabcdef";
  Octets octets;
  std::size_t nibbles = 0;
  for (const char c : text) {
    if (c == ' ') continue;
    const std::size_t digit = kDigits.find(c);
    if (digit == kDigits.npos) throw std::invalid_argument("not hex: " + std::string(text));
    const auto nibble = static_cast<std::uint8_t>(digit < 16 ? digit : digit - 6);
    if (nibbles++ % 2 == 0) {
      octets.push_back(static_cast<std::uint8_t>(nibble << 4));
    } else {
      octets.back() |= nibble;
    }
  }
  if (nibbles % 2 != 0) throw std::invalid_argument("half an octet: " + std::string(text));
  return octets;
}

inline Octets copy(protocol::Bytes bytes) { return {bytes.begin(), bytes.end()}; }

inline Octets concat(std::initializer_list<Octets> parts) {
  Octets all;
  for (const Octets& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

// splitmix64; the seed is printed by the test that uses it.
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
  bool chance(unsigned per_mille) { return below(1000) < per_mille; }
  std::uint8_t octet() { return static_cast<std::uint8_t>(next()); }
  Octets octets(std::size_t n) {
    Octets all(n);
    for (std::uint8_t& value : all) value = octet();
    return all;
  }

 private:
  std::uint64_t state_;
};

}  // namespace rigs
