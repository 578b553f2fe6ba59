// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hex.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace protocol_test {

std::string to_hex(protocol::Bytes octets) {
  std::string text;
  for (const std::uint8_t octet : octets) {
    text += "0123456789ABCDEF"[octet >> 4];
    text += "0123456789ABCDEF"[octet & 0xF];
  }
  return text;
}

const Octets& golden(const std::string& name) {
  static const std::map<std::string, Octets> all = [] {
    std::map<std::string, Octets> vectors;
    std::ifstream file("tests/vectors/dlms.txt");
    for (std::string line; std::getline(file, line);) {
      const std::size_t equals = line.find(" = ");
      if (line.empty() || line[0] == '#' || equals == std::string::npos) continue;
      vectors[line.substr(0, equals)] = hex(std::string_view(line).substr(equals + 3));
    }
    return vectors;
  }();
  static const Octets none;
  const auto found = all.find(name);
  EXPECT_NE(found, all.end()) << "no vector " << name;
  return found == all.end() ? none : found->second;
}

}  // namespace protocol_test
