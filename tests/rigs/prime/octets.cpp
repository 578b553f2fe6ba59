// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/rigs/prime/octets.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

namespace protocol::prime::test {
namespace {

std::map<std::string, std::string, std::less<>> read_vectors() {
  std::map<std::string, std::string, std::less<>> vectors;
  std::ifstream file("tests/vectors/prime.txt");
  EXPECT_TRUE(file.good()) << "run from the root of the tree";
  for (std::string line; std::getline(file, line);) {
    const std::size_t equals = line.find(" = ");
    if (line.empty() || line[0] == '#' || equals == std::string::npos) continue;
    vectors[line.substr(0, equals)] = line.substr(equals + 3);
  }
  return vectors;
}

}  // namespace

std::string vector_text(std::string_view name) {
  const auto vectors = read_vectors();
  const auto found = vectors.find(name);
  if (found == vectors.end()) {
    ADD_FAILURE() << "no vector " << name;
    return "";
  }
  return found->second;
}
Octets vector_octets(std::string_view name) { return hex(vector_text(name)); }
Octets vector_bits(std::string_view name) {
  Octets bits;
  for (const char c : vector_text(name)) bits.push_back(c == '1' ? 1 : 0);
  return bits;
}
std::vector<std::size_t> vector_list(std::string_view name) {
  std::istringstream in(vector_text(name));
  std::vector<std::size_t> list;
  for (std::size_t value = 0; in >> value;) list.push_back(value);
  return list;
}

Octets gpdu(const GenericHeader& header, const Packet& packet, const Sna& sna) {
  Octets octets(kGpduOverhead + kMaxPacketPayload);
  Writer out(octets);
  if (!encode_gpdu(header, packet, NetworkSeed(sna), out)) return {};
  octets.resize(out.size());
  return octets;
}

}  // namespace protocol::prime::test
