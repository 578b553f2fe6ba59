// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "models/core/meter/meter_supply.hpp"
#include "models/core/parts/rtc.hpp"

namespace models {

// The thermometer beside the clock's crystal, without an error of its own.
class ThermometerBlock {
 public:
  explicit ThermometerBlock(const Rtc& rtc) : rtc_(rtc) {}

  // ---- hal: thermometer ----
  std::int32_t centi_celsius() const {
    return static_cast<std::int32_t>(std::lround(rtc_.temperature() * 100));
  }

 private:
  const Rtc& rtc_;
};

// The backup battery: a lithium thionyl chloride cell, whose voltage is flat until it is empty.
class BatteryBlock {
 public:
  explicit BatteryBlock(const MeterSupply& supply) : supply_(supply) {}

  // ---- hal: battery ----
  std::uint32_t voltage_mv() const { return supply_.battery_good() ? kNominal_mv : 0; }

 private:
  static constexpr std::uint32_t kNominal_mv = 3600;  // of the chemistry

  const MeterSupply& supply_;
};

}  // namespace models
