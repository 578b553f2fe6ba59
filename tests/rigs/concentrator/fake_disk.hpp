// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "dcu/app/ports/ports.hpp"
#include "tests/rigs/octets/octets.hpp"

namespace dcu_test {

// A disk in memory that loses its power in the middle of a write when told to.
class FakeDisk final : public dcu::app::Disk {
 public:
  explicit FakeDisk(std::uint32_t pages = 512) : octets(std::size_t{pages} * kPageOctets, 0) {}

  std::uint32_t pages() const override {
    return static_cast<std::uint32_t>(octets.size() / kPageOctets);
  }
  void read(std::uint64_t offset, protocol::MutableBytes out) override {
    std::copy_n(octets.begin() + static_cast<std::ptrdiff_t>(offset), out.size(), out.begin());
  }
  bool write(std::uint64_t offset, protocol::Bytes data) override {
    if (dead) return false;
    ++writes;
    std::size_t n = data.size();
    if (cut_at_write != 0 && writes == cut_at_write) {
      dead = true;
      n = std::min(n, cut_after_octets);
    }
    std::copy_n(data.begin(), n, octets.begin() + static_cast<std::ptrdiff_t>(offset));
    return !dead;
  }

  std::vector<std::uint8_t> octets;
  std::uint64_t writes = 0;
  std::uint64_t cut_at_write = 0;  // the write of this number is cut short; 0: none
  std::size_t cut_after_octets = 0;
  bool dead = false;
};

using rigs::Draws;

}  // namespace dcu_test
