// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/meter/sample_block.hpp"

#include <algorithm>

#include "models/core/meter/window_feed.hpp"

namespace models {

struct SampleBlock::Made {
  std::uint64_t of_windows = 0;  // how many there had been
  bool any = false;
  meter_window window{};
  SampleBuffer buffer;
};

SampleBlock::SampleBlock(const WindowFeed& windows) : windows_(windows) {}
SampleBlock::SampleBlock(SampleBlock&&) noexcept = default;
SampleBlock::~SampleBlock() = default;

std::uint32_t SampleBlock::read(meter_channel channel, std::int32_t first,
                                std::span<std::int32_t> counts) {
  if (channel >= METER_CHANNELS || first < -static_cast<std::int32_t>(METER_WINDOW_LEAD)) return 0;
  if (made_ == nullptr || made_->of_windows != windows_.windows()) {
    if (made_ == nullptr) made_ = std::make_unique<Made>();
    made_->of_windows = windows_.windows();
    made_->any = windows_.feed().sample_last(made_->buffer, made_->window);
  }
  const std::int32_t* const from = made_->window.channel[channel];
  const auto end = static_cast<std::int32_t>(made_->window.n_samples);
  if (!made_->any || from == nullptr || first >= end) return 0;
  const std::size_t n = std::min(counts.size(), static_cast<std::size_t>(end - first));
  std::copy_n(from + first, n, counts.begin());
  return static_cast<std::uint32_t>(n);
}

void SampleBlock::forget() { made_.reset(); }

}  // namespace models
