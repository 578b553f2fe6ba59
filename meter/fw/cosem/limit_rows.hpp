// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The objects of the disconnector, of limiter and register monitors: rows of object_rows.hpp.
#pragma once

#include "meter/fw/cosem/object_row.hpp"
#include "meter/fw/store/limit_settings.hpp"

namespace meter::fw {

inline constexpr Obis kDisconnectorName = protocol::cosem::obis(0, 0, 96, 3, 10);
// `which` of script tables.
inline constexpr std::uint8_t kTariffScriptTable = 0;
inline constexpr std::uint8_t kDisconnectScriptTable = 1;

inline constexpr auto kLimitRows = [] {
  using classes::Limiter;
  using classes::RegisterMonitor;
  std::array<Row, 4 + kMonitors> rows{
      row<classes::DisconnectControl>(kDisconnectorName, kMetering)
          .writable(kManagers, {classes::DisconnectControl::kControlMode})
          .callable(kManagers, {classes::DisconnectControl::kRemoteDisconnect,
                                classes::DisconnectControl::kRemoteReconnect}),
      // Operations of the relay so far. E 128 to 254 is the manufacturer's.
      data(protocol::cosem::obis(0, 0, 96, 3, 138), kMetering,
           [](const Core& core, std::uint8_t, Writer& out) {
             axdr::put_double_long_unsigned(core.settings.relay_operations, out);
           }),
      row<classes::ScriptTable>(classes::kDisconnectScripts, kMetering, kDisconnectScriptTable)
          .callable(kManagers, {classes::ScriptTable::kExecute}),
      row<Limiter>(classes::kLimiterName, kMetering)
          .writable(kManagers, {Limiter::kMonitoredValue, Limiter::kThresholdNormal,
                                Limiter::kThresholdEmergency, Limiter::kMinOverThresholdDuration,
                                Limiter::kMinUnderThresholdDuration, Limiter::kEmergencyProfile,
                                Limiter::kEmergencyProfileGroupIdList, Limiter::kActions}),
  };
  for (std::uint8_t k = 0; k < kMonitors; ++k) {
    rows[4 + k] =
        row<RegisterMonitor>(classes::register_monitor_name(k), kMetering, k)
            .writable(kManagers, {RegisterMonitor::kThresholds, RegisterMonitor::kMonitoredValue,
                                  RegisterMonitor::kActions});
  }
  return rows;
}();

}  // namespace meter::fw
