// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/cosem/types.hpp"

namespace protocol::cosem {

// DLMS units, Blue Book table of physical units.
inline constexpr std::uint8_t kWattHour = 30;
inline constexpr std::uint8_t kVarHour = 32;

enum class Power : std::uint8_t { active, reactive };
inline constexpr std::size_t kPowers = 2;

// Quadrants of power flow (IEC 62053-23), as a mask: I P+ Q+, II P- Q+, III P- Q-, IV P+ Q-.
enum Quadrants : std::uint8_t {
  kQ1 = 1,
  kQ2 = 2,
  kQ3 = 4,
  kQ4 = 8,
  kImporting = kQ1 | kQ4,
  kExporting = kQ2 | kQ3,
  kInductive = kQ1 | kQ2,
  kCapacitive = kQ3 | kQ4,
};
constexpr Quadrants quadrant_of(bool exporting, bool capacitive) {
  if (capacitive) return exporting ? kQ3 : kQ4;
  return exporting ? kQ2 : kQ1;
}

// One energy that a meter accumulates: the energy of one power while it flows in these quadrants.
struct Quantity {
  Obis obis;
  Power power;
  Quadrants quadrants;
  std::int8_t scaler;
  std::uint8_t unit;
  const char* name;     // in results, with its unit: "ap_wh"
  const char* meaning;  // for people: "+A"

  constexpr const char* unit_name() const { return power == Power::active ? "Wh" : "varh"; }
  // Of these every flow is in exactly one, so that their sum says how much there was altogether.
  constexpr bool single_quadrant() const { return (quadrants & (quadrants - 1)) == 0; }
};

// In the order of the columns of load profile and daily closing. The meter's accumulators, its
// flash rows and objects, what concentrators and head-end take, truth, result tables, CSV and
// figures all walk this table: a further register is a further row.
inline constexpr Quantity kQuantityTable[] = {
    {obis(1, 0, 1, 8, 0), Power::active, kImporting, 0, kWattHour, "ap_wh", "+A"},
    {obis(1, 0, 2, 8, 0), Power::active, kExporting, 0, kWattHour, "am_wh", "-A"},
    {obis(1, 0, 5, 8, 0), Power::reactive, kQ1, 0, kVarHour, "r1_varh", "quadrant I"},
    {obis(1, 0, 6, 8, 0), Power::reactive, kQ2, 0, kVarHour, "r2_varh", "quadrant II"},
    {obis(1, 0, 7, 8, 0), Power::reactive, kQ3, 0, kVarHour, "r3_varh", "quadrant III"},
    {obis(1, 0, 8, 8, 0), Power::reactive, kQ4, 0, kVarHour, "r4_varh", "quadrant IV"},
};
inline constexpr std::size_t kQuantities = sizeof kQuantityTable / sizeof kQuantityTable[0];

// Numbers the captured rows of a meter, in all its logs together; the last column of each.
inline constexpr Obis kCaptureCounter = obis(0, 0, 96, 15, 50);  // .0 to .49 count events

// Those that somebody speaks of by name.
enum QuantityIndex : std::uint8_t {
  kActiveImport,
  kActiveExport,
  kReactiveQ1,
  kReactiveQ2,
  kReactiveQ3,
  kReactiveQ4,
};
static_assert(kQuantityTable[kActiveExport].quadrants == kExporting &&
              kQuantityTable[kReactiveQ4].quadrants == kQ4);

}  // namespace protocol::cosem
