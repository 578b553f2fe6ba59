// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>

#include "models/core/parts/device.hpp"
#include "protocol/crc32.hpp"

namespace models {

// Program memory as the firmware reads it. A native firmware's code is not in it: a page that all
// meters share stands for it, and a bit of one meter's may have turned.
class ProgramBlock {
 public:
  static constexpr std::uint32_t kOctets = 1024;

  explicit ProgramBlock(DeviceLife& life) : life_(life) {}

  // ---- hal: program ----
  std::uint32_t octets() const { return kOctets; }
  bool read(std::uint32_t offset, std::span<std::uint8_t> out) {
    if (offset > kOctets || out.size() > kOctets - offset) return life_.refuse();
    std::copy_n(page().begin() + offset, out.size(), out.begin());
    if (turned_ >= offset * 8 && turned_ < (offset + out.size()) * 8) {
      out[turned_ / 8 - offset] ^= static_cast<std::uint8_t>(1u << turned_ % 8);
    }
    return true;
  }

  // ---- The world around it: a bit turns, and stays so ----
  void turn(std::uint32_t bit) { turned_ = bit; }
  // Another image runs, out of memory of its own; or the one before it again.
  void use_other() { before_ = std::exchange(turned_, kNone); }
  void use_before() { turned_ = before_; }

 private:
  using Page = std::array<std::uint8_t, kOctets>;
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static const Page& page() {
    static const Page made = [] {
      Page octets{};
      std::uint32_t word = 1;
      for (std::uint8_t& octet : octets) {
        word = word * 1'664'525u + 1'013'904'223u;
        octet = static_cast<std::uint8_t>(word >> 24);
      }
      const std::uint32_t crc = protocol::crc32(std::span(octets).first(kOctets - 4));
      for (std::size_t k = 0; k < 4; ++k) {
        octets[kOctets - 4 + k] = static_cast<std::uint8_t>(crc >> (8 * k));
      }
      return octets;
    }();
    return made;
  }

  DeviceLife& life_;
  std::uint32_t turned_ = kNone;
  std::uint32_t before_ = kNone;  // of the image before
};

}  // namespace models
