// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernel/keyed_stream.hpp"
#include "kernel/purpose.hpp"
#include "models/core/parts/rtc.hpp"

namespace models {

// What differs between two meters off the same line, apart from the analogue front end.
struct DeviceTolerance {
  RtcCrystal rtc;
  std::int32_t mcu_ppb = 0;  // the processor's own crystal: uptime and alarms
};

inline DeviceTolerance draw_device_tolerance(std::uint64_t seed, std::uint32_t meter) {
  // IEC 62054-21: at most 0.5 s a day at 23 degrees (5.787 ppm). The offset that is left after
  // factory compensation is taken as sigma 2 ppm, what misses the limit is scrapped.
  constexpr double kSigmaPpb = 2000;
  constexpr double kLimitPpb = 5500;
  constexpr double kMcuPpb = 20'000;  // uncompensated MHz crystal, +-20 ppm
  // Share of the tuning fork's parabola that digital compensation leaves: +-3 to 5 ppm over the
  // temperature range (metrology reference, clock).
  constexpr std::int32_t kUncompensatedPermille = 50;
  kernel::KeyedStream draw(seed, meter, kernel::kPurposeDeviceTolerance);
  DeviceTolerance tolerance;
  tolerance.rtc.offset_ppb =
      static_cast<std::int32_t>(std::clamp(draw.gaussian() * kSigmaPpb, -kLimitPpb, kLimitPpb));
  tolerance.rtc.uncompensated_permille = kUncompensatedPermille;
  tolerance.mcu_ppb = static_cast<std::int32_t>(draw.uniform(-kMcuPpb, kMcuPpb));
  return tolerance;
}

}  // namespace models
