// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "meter/hal/meter_hal.h"

namespace models {

class WindowFeed;

// The converter's memory of the last window. The fleet's windows have no samples until somebody
// asks for those of one: they are made then, the same as in the detailed tier.
class SampleBlock {
 public:
  explicit SampleBlock(const WindowFeed& windows);
  SampleBlock(SampleBlock&&) noexcept;
  ~SampleBlock();

  // ---- hal: samples ----
  std::uint32_t read(meter_channel channel, std::int32_t first, std::span<std::int32_t> counts);

  // The upcall is over.
  void forget();

 private:
  struct Made;

  const WindowFeed& windows_;
  std::unique_ptr<Made> made_;
};

}  // namespace models
