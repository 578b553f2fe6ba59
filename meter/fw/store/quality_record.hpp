// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace meter::fw {

// From where on a voltage is a sag or a swell, tenths of a volt; IEC 61000-4-30: 90 % and 110 % of
// the declared voltage (data sheet: 240 V), with 2 % of hysteresis.
struct QualityThresholds {
  std::uint16_t sag_dv = 2160;
  std::uint16_t swell_dv = 2640;
  std::uint16_t hysteresis_dv = 48;
  // So long it lasts before it is told and counted; 0: from its first cycle on.
  std::uint16_t sag_s = 0;
  std::uint16_t swell_s = 0;
  std::uint16_t long_outage_s = 180;
  // What holds for all of them together.
  bool are_sensible() const {
    return hysteresis_dv < sag_dv && sag_dv + hysteresis_dv < swell_dv - hysteresis_dv;
  }
};

// What variations of the voltage left behind: one block of flash, written when one is over.
struct QualityRecord {
  enum Kind : std::uint8_t { kSags, kSwells, kKinds };
  struct Last {
    std::uint32_t duration_ms = 0;
    std::uint16_t magnitude_dv = 0;  // residual voltage of a sag, the most of a swell
    std::uint16_t count = 0;
  };
  struct Outages {
    std::uint32_t last_long_s = 0;
    std::uint16_t count = 0;
    std::uint16_t long_count = 0;
  };

  QualityThresholds thresholds;
  std::array<std::array<Last, kKinds>, 3> of_phase{};
  Last last;  // of any kind, in any phase
  Outages outages;
};

// Rms voltage over the intervals of the load profile. In the instance alone: an interval that an
// outage cut shows what was measured since.
struct MeanVoltage {
  std::array<double, 3> sum_v2{};  // of windows
  std::uint32_t windows = 0;
  std::array<std::uint16_t, 3> last_dv{};  // of the last whole interval; 0: none since the start
};

}  // namespace meter::fw
