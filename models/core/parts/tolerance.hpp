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

struct DeviceSpread {
  // IEC 62054-21: at most 0.5 s a day at 23 degrees (5.787 ppm). The offset that is left after
  // factory compensation is taken as this sigma; what is 2.75 times off is scrapped.
  double clock_ppm = 2;
  double mcu_ppm = 20;  // uncompensated MHz crystal, at most
};

inline DeviceTolerance draw_device_tolerance(std::uint64_t seed, std::uint32_t meter,
                                             const DeviceSpread& spread = {}) {
  const double sigma_ppb = 1000 * spread.clock_ppm;
  const double limit_ppb = 2.75 * sigma_ppb;
  const double mcu_ppb = 1000 * spread.mcu_ppm;
  // Share of the tuning fork's parabola that digital compensation leaves: +-3 to 5 ppm over the
  // temperature range (metrology reference, clock).
  constexpr std::int32_t kUncompensatedPermille = 50;
  kernel::KeyedStream draw(seed, meter, kernel::kPurposeDeviceTolerance);
  DeviceTolerance tolerance;
  tolerance.rtc.offset_ppb =
      static_cast<std::int32_t>(std::clamp(draw.gaussian() * sigma_ppb, -limit_ppb, limit_ppb));
  tolerance.rtc.uncompensated_permille = kUncompensatedPermille;
  tolerance.mcu_ppb = static_cast<std::int32_t>(draw.uniform(-mcu_ppb, mcu_ppb));
  return tolerance;
}

}  // namespace models
