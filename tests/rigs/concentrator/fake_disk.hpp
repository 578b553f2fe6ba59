// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "dcu/app/ports/ports.hpp"

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

// Draws that a seed repeats.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15 + 1) {}
  std::uint64_t next() {  // SplitMix64
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  std::uint64_t below(std::uint64_t n) { return next() % n; }

 private:
  std::uint64_t state_;
};

}  // namespace dcu_test
