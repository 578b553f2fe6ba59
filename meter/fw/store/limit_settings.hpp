// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "meter/fw/store/columns.hpp"

namespace meter::fw {

// What the crossing of a threshold does. The numbers are the selectors of the disconnector's
// scripts, 0.0.10.0.106.
enum class LimitAction : std::uint8_t { none, disconnect, reconnect };
inline constexpr std::uint8_t kLimitActions = 3;
struct CrossingActions {
  LimitAction over = LimitAction::none;
  LimitAction under = LimitAction::none;
};

// Thresholds in the unit of the register that is watched; no value is above this one.
inline constexpr std::uint32_t kNoThreshold = 0xFFFFFFFF;

// Class 71. In force is `normal`, or `emergency` while the emergency profile is: its id is among
// the groups, and the time is its.
struct LimiterSettings {
  static constexpr std::size_t kGroups = 8;

  std::uint32_t normal = kNoThreshold;
  std::uint32_t emergency = kNoThreshold;
  std::uint32_t over_s = 0;            // above the threshold for so long: act
  std::uint32_t under_s = 0;           // not above it any more for so long: act
  std::uint32_t emergency_from_s = 0;  // UTC; 0: never
  std::uint32_t emergency_for_s = 0;
  // As it was written; nothing specified: no profile.
  std::array<std::uint8_t, 12> emergency_time{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                              0xFF, 0xFF, 0xFF, 0x80, 0x00, 0xFF};
  std::uint16_t emergency_id = 0;
  std::array<std::uint16_t, kGroups> groups{};
  std::uint8_t n_groups = 0;
  ColumnId watched = kPowerColumns;  // active import
  CrossingActions actions{};
};

// Class 21: thresholds and what each does, in one order.
struct MonitorSettings {
  static constexpr std::size_t kThresholds = 4;

  std::array<std::uint32_t, kThresholds> thresholds{};
  std::array<CrossingActions, kThresholds> actions{};
  std::uint8_t n_thresholds = 0;
  std::uint8_t n_actions = 0;
  ColumnId watched = kNoColumn;
};
inline constexpr std::size_t kMonitors = 2;
// What they watch as a meter comes from the production line: current and voltage of phase L1.
inline constexpr std::array<ColumnId, kMonitors> kMonitored{kCurrentColumns, kVoltageColumns};

// One block of flash, so that a change is whole or none.
struct LimitSettings {
  LimiterSettings limiter;
  std::array<MonitorSettings, kMonitors> monitors;

  constexpr LimitSettings() : limiter{}, monitors{} {
    for (std::size_t k = 0; k < kMonitors; ++k) monitors[k].watched = kMonitored[k];
  }
};

}  // namespace meter::fw
