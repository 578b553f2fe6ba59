// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernel/philox.hpp"
#include "kernel/purpose.hpp"
#include "models/core/afe/afe.hpp"

namespace models {

// Noise of one channel over a window and its lead. Word k of the channel belongs to ADC sample
// k - METER_WINDOW_LEAD, so a sample has the same noise as lead of one window and tail of the last.
class NoiseWords {
 public:
  void draw(std::uint64_t seed, std::uint32_t meter, std::uint64_t channel,
            std::int64_t first_sample, std::size_t n) {
    const auto first_word = static_cast<std::uint64_t>(first_sample);
    skip_ = first_word % 4;
    kernel::philox4x32_fill(seed, meter, kernel::kPurposeAfeSampleNoise,
                            (channel << 56) | (first_word / 4), (skip_ + n + 3) / 4, words_);
  }
  const std::uint32_t* at(std::size_t k) const { return words_ + skip_ + k; }

 private:
  std::size_t skip_ = 0;
  alignas(32) std::uint32_t words_[SampleBuffer::kStride + 8];
};

}  // namespace models
