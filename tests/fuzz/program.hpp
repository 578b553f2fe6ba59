// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "protocol/bytes.hpp"

// An input of a device's target is a program: steps of an operation and its arguments. What is
// missing at its end reads as zero.
namespace fuzz {

using Octets = std::vector<std::uint8_t>;

// A broken property must stop the fuzzer in release builds too.
inline void require(bool condition, const char* property) {
  if (condition) return;
  std::fprintf(stderr, "broken: %s\n", property);
  std::abort();
}

class Program {
 public:
  explicit Program(protocol::Bytes octets) : octets_(octets) {}
  bool done() const { return octets_.empty(); }
  std::uint8_t u8() {
    if (octets_.empty()) return 0;
    const std::uint8_t octet = octets_.front();
    octets_ = octets_.subspan(1);
    return octet;
  }
  std::uint16_t u16() {
    const unsigned high = u8();
    return static_cast<std::uint16_t>(high << 8 | u8());
  }
  std::uint32_t u32() {
    const std::uint32_t high = u16();
    return high << 16 | u16();
  }
  protocol::Bytes take(std::size_t n) {
    const protocol::Bytes taken = octets_.first(std::min(n, octets_.size()));
    octets_ = octets_.subspan(taken.size());
    return taken;
  }
  // Behind a length of two octets.
  protocol::Bytes string() { return take(u16()); }

 private:
  protocol::Bytes octets_;
};

// Writes such programs: how the seeds are made.
class Script {
 public:
  Script& u8(unsigned octet) {
    octets.push_back(static_cast<std::uint8_t>(octet));
    return *this;
  }
  Script& u16(unsigned number) { return u8(number >> 8).u8(number & 0xFF); }
  Script& u32(std::uint32_t number) { return u16(number >> 16).u16(number & 0xFFFF); }
  Script& raw(protocol::Bytes more) {
    octets.insert(octets.end(), more.begin(), more.end());
    return *this;
  }
  Script& string(protocol::Bytes more) { return u16(static_cast<unsigned>(more.size())).raw(more); }
  Octets octets;
};

// Takes a seed by its name.
using Keep = std::function<void(const std::string& name, const Octets& seed)>;

}  // namespace fuzz
