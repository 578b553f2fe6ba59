// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// Events of the concentrator, by group as in P3.2Ex's concentratorEvents; docs/concentrator.md.
namespace dcu::app::event_code {

// standard
inline constexpr std::uint16_t kStarted = 1;
inline constexpr std::uint16_t kTornWrite = 2;     // the store was being written when it stopped
inline constexpr std::uint16_t kStoreDamaged = 3;  // stored pages that do not read back
inline constexpr std::uint16_t kStoreFull = 4;     // oldest acknowledged rows were dropped
inline constexpr std::uint16_t kDataLost = 5;      // full, and data not yet acknowledged went
inline constexpr std::uint16_t kParametersSet = 6;
inline constexpr std::uint16_t kReboot = 7;
inline constexpr std::uint16_t kClockStepped = 8;  // text: by how many milliseconds
// access
inline constexpr std::uint16_t kBadSignature = 1;
inline constexpr std::uint16_t kReplayedOrder = 2;
inline constexpr std::uint16_t kMalformedMessage = 3;
inline constexpr std::uint16_t kGatewayDamaged = 4;  // a stream that was no wrapper
// communication
inline constexpr std::uint16_t kHeadEndUp = 1;
inline constexpr std::uint16_t kHeadEndDown = 2;
inline constexpr std::uint16_t kReportRefused = 3;
inline constexpr std::uint16_t kImageRefused = 4;  // text: its SHA-256
// meters
inline constexpr std::uint16_t kMeterJoined = 1;
inline constexpr std::uint16_t kMeterLeft = 2;
inline constexpr std::uint16_t kUnknownMeter = 3;
inline constexpr std::uint16_t kMeterFailed = 4;  // retries used up
inline constexpr std::uint16_t kClockCorrected = 5;
inline constexpr std::uint16_t kClockFarOff = 6;  // beyond clock_limit_s: left alone
inline constexpr std::uint16_t kMeterRemoved = 7;
inline constexpr std::uint16_t kKeysChanged = 8;
inline constexpr std::uint16_t kRowsLeftOut =
    9;  // without a date, or a value that fits no register
inline constexpr std::uint16_t kColumnsChanged = 10;  // of a profile, in the meter: not collected
// orders
inline constexpr std::uint16_t kOrderAccepted = 1;
inline constexpr std::uint16_t kOrderDone = 2;
inline constexpr std::uint16_t kOrderFailed = 3;
inline constexpr std::uint16_t kOrderExpired = 4;
inline constexpr std::uint16_t kOrderCancelled = 5;

}  // namespace dcu::app::event_code
