// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/cosem/class.hpp"

namespace protocol::cosem::classes {

// Blue Book 4.5.1.
struct Clock {
  static constexpr ClassId kId{8};
  static constexpr std::uint8_t kVersion = 0;
  static constexpr const char* kName = "clock";
  enum AttributeIndex : std::int8_t {
    kTime = 2,
    kTimeZone,
    kStatus,
    kDaylightSavingsBegin,
    kDaylightSavingsEnd,
    kDaylightSavingsDeviation,
    kDaylightSavingsEnabled,
    kClockBase
  };
  enum MethodIndex : std::int8_t {
    kAdjustToQuarter = 1,
    kAdjustToMeasuringPeriod,
    kAdjustToMinute,
    kAdjustToPresetTime,
    kPresetAdjustingTime,
    kShiftTime
  };
  static constexpr AttributeFacts kAttributes[] = {
      {kTime, "time", Tag::date_time, Right::read_write},
      {kTimeZone, "time_zone", Tag::long_, Right::read_write},
      {kStatus, "status", Tag::unsigned_, Right::read},
      {kDaylightSavingsBegin, "daylight_savings_begin", Tag::date_time, Right::read_write},
      {kDaylightSavingsEnd, "daylight_savings_end", Tag::date_time, Right::read_write},
      {kDaylightSavingsDeviation, "daylight_savings_deviation", Tag::integer, Right::read_write},
      {kDaylightSavingsEnabled, "daylight_savings_enabled", Tag::boolean, Right::read_write},
      {kClockBase, "clock_base", Tag::enum_, Right::read},
  };
  static constexpr MethodFacts kMethods[] = {
      {kAdjustToQuarter, "adjust_to_quarter", kChoice},
      {kAdjustToMeasuringPeriod, "adjust_to_measuring_period", kChoice},
      {kAdjustToMinute, "adjust_to_minute", kChoice},
      {kAdjustToPresetTime, "adjust_to_preset_time", kChoice},
      {kPresetAdjustingTime, "preset_adjusting_time", Tag::structure},
      {kShiftTime, "shift_time", Tag::long_},
  };
};

}  // namespace protocol::cosem::classes
