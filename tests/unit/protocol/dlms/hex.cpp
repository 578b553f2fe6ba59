// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hex.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace protocol_test {

Octets from_hex(std::string_view text) {
  Octets octets;
  int high = -1;
  for (const char c : text) {
    if (c == ' ') continue;
    int digit = -1;
    if (c >= '0' && c <= '9') digit = c - '0';
    if (c >= 'A' && c <= 'F') digit = c - 'A' + 10;
    if (c >= 'a' && c <= 'f') digit = c - 'a' + 10;
    EXPECT_GE(digit, 0) << "not hex: " << text;
    if (high < 0) {
      high = digit;
    } else {
      octets.push_back(static_cast<std::uint8_t>(high << 4 | digit));
      high = -1;
    }
  }
  EXPECT_LT(high, 0) << "odd number of digits: " << text;
  return octets;
}

std::string to_hex(protocol::Bytes octets) {
  std::string text;
  for (const std::uint8_t octet : octets) {
    text += "0123456789ABCDEF"[octet >> 4];
    text += "0123456789ABCDEF"[octet & 0xF];
  }
  return text;
}

Octets copy(protocol::Bytes octets) { return Octets(octets.begin(), octets.end()); }

const Octets& golden(const std::string& name) {
  static const std::map<std::string, Octets> all = [] {
    std::map<std::string, Octets> vectors;
    std::ifstream file("tests/vectors/dlms.txt");
    for (std::string line; std::getline(file, line);) {
      const std::size_t equals = line.find(" = ");
      if (line.empty() || line[0] == '#' || equals == std::string::npos) continue;
      vectors[line.substr(0, equals)] = from_hex(std::string_view(line).substr(equals + 3));
    }
    return vectors;
  }();
  static const Octets none;
  const auto found = all.find(name);
  EXPECT_NE(found, all.end()) << "no vector " << name;
  return found == all.end() ? none : found->second;
}

std::uint64_t Dice::next() {
  state_ ^= state_ << 13;
  state_ ^= state_ >> 7;
  state_ ^= state_ << 17;
  return state_ * 0x2545F4914F6CDD1Du;
}

Octets Dice::octets(std::size_t n) {
  Octets octets(n);
  for (std::uint8_t& octet : octets) octet = this->octet();
  return octets;
}

}  // namespace protocol_test
