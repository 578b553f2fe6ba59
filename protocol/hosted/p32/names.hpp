// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <iterator>
#include <span>

#include "protocol/hosted/p32/message.hpp"

// Enumerations as they are written, in the order of their values. The XSD has the same words.
namespace protocol::p32 {

using Names = std::span<const char* const>;

inline constexpr const char* kReportNames[] = {
    "inventory",          "instantaneous", "loadProfile",    "dailyClosing",
    "monthlyClosing",     "meterEvents",   "alarms",         "concentratorParameters",
    "concentratorEvents", "relayStatus",   "firmwareStatus", "statistics"};
static_assert(std::size(kReportNames) == kReportKinds);
inline constexpr const char* kReportElements[] = {
    "Inventory",          "Instantaneous", "LoadProfile",    "DailyClosing",
    "MonthlyClosing",     "MeterEvents",   "Alarms",         "ConcentratorParameters",
    "ConcentratorEvents", "RelayStatus",   "FirmwareStatus", "Statistics"};
static_assert(std::size(kReportElements) == kReportKinds);
inline constexpr const char* kOrderNames[] = {
    "relay",     "meterParameters",        "activityCalendar",    "powerLimit", "clockSync",
    "keyChange", "concentratorParameters", "concentratorCommand", "rawDlms",    "firmwareCampaign"};
static_assert(std::size(kOrderNames) == kOrderKinds);
inline constexpr const char* kOrderElements[] = {
    "Relay",     "MeterParameters",        "ActivityCalendar",    "PowerLimit", "ClockSync",
    "KeyChange", "ConcentratorParameters", "ConcentratorCommand", "RawDlms",    "FirmwareCampaign"};
static_assert(std::size(kOrderElements) == kOrderKinds);
inline constexpr const char* kBodyElements[] = {
    "Hello", "Report", "Request", "Query", "SignedOrder", "Poll", "Work", "Ack", "Error"};
static_assert(std::size(kBodyElements) == std::variant_size_v<Body>);

inline constexpr const char* kCategoryNames[] = {"message", "access", "communication",
                                                 "dlms",    "data",   "resource"};
inline constexpr const char* kTaskNames[] = {
    "loadProfile",        "dailyClosing", "monthlyClosing",
    "meterEvents",        "clockCheck",   "inventory",
    "instantaneous",      "relayStatus",  "concentratorParameters",
    "concentratorEvents", "statistics"};
inline constexpr const char* kTransferNames[] = {
    "idle", "transferring", "transferred", "verified", "activated", "failed", "cancelled"};
inline constexpr const char* kOrderStateNames[] = {"accepted", "running", "done",
                                                   "failed",   "expired", "cancelled"};
inline constexpr const char* kMeterStateNames[] = {"registered", "disconnected", "failed"};
inline constexpr const char* kSourceNames[] = {"cache", "meter"};
inline constexpr const char* kUplinkNames[] = {"gprs", "ethernet"};
inline constexpr const char* kCauseNames[] = {"schedule", "request", "event", "order"};
inline constexpr const char* kLogNames[] = {"standard", "relay"};
inline constexpr const char* kGroupNames[] = {"standard", "access", "communication", "meters",
                                              "orders"};
inline constexpr const char* kRelayNames[] = {"open", "close", "arm"};
inline constexpr const char* kLimiterNames[] = {"none", "disconnect"};
inline constexpr const char* kClockSyncNames[] = {"check", "shift", "set"};
inline constexpr const char* kKeyNames[] = {"unicast", "broadcast", "authentication", "master"};
inline constexpr const char* kCommandNames[] = {"reboot", "cancel", "purge", "sync"};
inline constexpr const char* kServiceNames[] = {"get", "set", "action"};

constexpr Names names_of_type(ReportKind) { return kReportNames; }
constexpr Names names_of_type(OrderKind) { return kOrderNames; }
constexpr Names names_of_type(ErrorCategory) { return kCategoryNames; }
constexpr Names names_of_type(TaskKind) { return kTaskNames; }
constexpr Names names_of_type(TransferState) { return kTransferNames; }
constexpr Names names_of_type(OrderState) { return kOrderStateNames; }
constexpr Names names_of_type(MeterState) { return kMeterStateNames; }
constexpr Names names_of_type(Source) { return kSourceNames; }
constexpr Names names_of_type(Uplink) { return kUplinkNames; }
constexpr Names names_of_type(Cause) { return kCauseNames; }
constexpr Names names_of_type(EventLog) { return kLogNames; }
constexpr Names names_of_type(EventGroup) { return kGroupNames; }
constexpr Names names_of_type(RelayAction) { return kRelayNames; }
constexpr Names names_of_type(LimiterAction) { return kLimiterNames; }
constexpr Names names_of_type(ClockSyncMode) { return kClockSyncNames; }
constexpr Names names_of_type(KeyId) { return kKeyNames; }
constexpr Names names_of_type(Command) { return kCommandNames; }
constexpr Names names_of_type(DlmsService) { return kServiceNames; }

template <typename E>
concept Named = requires(E e) {
  names_of_type(e);
};

}  // namespace protocol::p32
