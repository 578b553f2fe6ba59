// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/axdr/encode.hpp"
#include "protocol/cosem/class.hpp"

namespace protocol::cosem::classes {

// Blue Book 4.5.7.
struct SingleActionSchedule {
  static constexpr ClassId kId{22};
  static constexpr std::uint8_t kVersion = 0;
  static constexpr const char* kName = "single action schedule";
  enum AttributeIndex : std::int8_t { kExecutedScript = 2, kType, kExecutionTime };
  static constexpr AttributeFacts kAttributes[] = {
      {kExecutedScript, "executed_script", Tag::structure, Right::read_write},
      {kType, "type", Tag::enum_, Right::read_write},
      {kExecutionTime, "execution_time", Tag::array, Right::read_write},
  };
  static constexpr std::span<const MethodFacts> kMethods{};
};
// One execution, at a date without wildcards.
inline constexpr std::uint8_t kScheduleOnce = 1;
// When an image is activated, and the script that does it: selector 1 of this table.
inline constexpr Obis kImageActivationSchedule{{0, 0, 15, 0, 2, 255}};
inline constexpr Obis kImageActivationScripts{{0, 0, 10, 0, 107, 255}};
inline constexpr std::uint16_t kScriptActivatesImage = 1;

// execution_time of one instant, in the local time of the meter (minus UTC); 0: never. A date-time
// has the date first, these have the time first.
inline constexpr std::size_t kExecutionTimeOctets = 4;
inline constexpr std::size_t kExecutionDateOctets = 5;
inline void put_execution_time(std::int64_t at_utc_s, int offset_min, Writer& out) {
  axdr::begin_array(at_utc_s == 0 ? 0 : 1, out);
  if (at_utc_s == 0) return;
  std::array<std::uint8_t, kDateTimeOctets> octets;
  Writer all{octets};
  encode_date_time({at_utc_s, static_cast<std::int16_t>(-offset_min), 0, 0}, all);
  const Bytes local(octets);
  axdr::begin_structure(2, out);
  axdr::put_octet_string(local.subspan(kExecutionDateOctets, kExecutionTimeOctets), out);
  axdr::put_octet_string(local.first(kExecutionDateOctets), out);
}

}  // namespace protocol::cosem::classes
