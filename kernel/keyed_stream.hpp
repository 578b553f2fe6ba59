// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "kernel/assert.hpp"
#include "kernel/det_math.hpp"
#include "kernel/philox.hpp"

namespace kernel {

// A sequence of draws that belongs to one (seed, entity, purpose) and nobody else: an extra draw
// here shifts nothing elsewhere. first_index starts it at a block of its own, e.g. one a day; leave
// room between two starts for the blocks (four words each) that one start may use.
class KeyedStream {
 public:
  KeyedStream(std::uint64_t key, std::uint32_t entity, std::uint32_t purpose,
              std::uint64_t first_index = 0)
      : key_(key), index_(first_index), entity_(entity), purpose_(purpose) {}

  std::uint32_t next_u32() {
    if (at_ == words_.size()) {
      words_ = philox4x32(key_, entity_, purpose_, index_++);
      at_ = 0;
    }
    return words_[at_++];
  }
  std::uint64_t next_u64() {
    const std::uint64_t high = next_u32();
    return (high << 32) | next_u32();
  }
  // In [0, 1), 53 bits.
  double uniform() { return static_cast<double>(next_u64() >> 11) * (1.0 / 9007199254740992.0); }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  double gaussian() {
    if (has_spare_) {
      has_spare_ = false;
      return spare_;
    }
    const std::uint32_t radius = next_u32();
    const auto pair = gaussian_pair(radius, next_u32());
    spare_ = pair[1];
    has_spare_ = true;
    return pair[0];
  }
  double exponential(double mean) { return -mean * det_log(unit_open(next_u32())); }
  // Uniform in [0, n), n > 0, without bias (Lemire's rejection).
  std::uint32_t below(std::uint32_t n) {
    TWIN_ASSERT(n > 0, n);
    const std::uint32_t threshold = (0u - n) % n;
    for (;;) {
      const std::uint64_t product = std::uint64_t{next_u32()} * n;
      if (static_cast<std::uint32_t>(product) >= threshold) {
        return static_cast<std::uint32_t>(product >> 32);
      }
    }
  }
  bool chance(double probability) { return uniform() < probability; }

 private:
  std::uint64_t key_;
  std::uint64_t index_;
  std::uint32_t entity_;
  std::uint32_t purpose_;
  std::array<std::uint32_t, 4> words_{};
  std::size_t at_ = 4;
  double spare_ = 0;
  bool has_spare_ = false;
};

}  // namespace kernel
