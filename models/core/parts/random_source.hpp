// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>

#include "kernel/keyed_stream.hpp"

namespace models {

// A device's own random octets, the same in every run.
class RandomSource {
 public:
  RandomSource(std::uint64_t seed, std::uint32_t device, std::uint32_t purpose)
      : stream_(seed, device, purpose) {}

  void fill(std::span<std::uint8_t> out) {
    for (std::size_t i = 0; i < out.size(); i += 4) {
      const std::uint32_t word = stream_.next_u32();
      std::memcpy(out.data() + i, &word, std::min<std::size_t>(4, out.size() - i));
    }
  }

 private:
  kernel::KeyedStream stream_;
};

}  // namespace models
