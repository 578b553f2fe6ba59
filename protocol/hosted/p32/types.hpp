// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "protocol/cosem/types.hpp"

// P3.2Ex, version 1: what a concentrator and a head-end say to each other. Our own interface in
// that role, compatible with nobody else's (docs/p32ex.md).

namespace protocol::p32 {

// Enumerations as they are written: names_of_type() beside each gives its words, in the order of
// its values. XSD, text and lint all take them from there.
using Names = std::span<const char* const>;

template <typename E>
concept Named = requires(E e) {
  names_of_type(e);
};

// "loadProfile", "relay", "communication".
template <Named E>
constexpr const char* name_of(E value) {
  return names_of_type(value)[static_cast<std::size_t>(value)];
}

// The same words as names of elements: "LoadProfile".
template <std::size_t n>
class ElementNames {
 public:
  constexpr explicit ElementNames(const char* const (&words)[n]) {
    for (std::size_t k = 0; k < n; ++k) {
      for (std::size_t i = 0; words[k][i] != 0; ++i) text_[k].at(i) = words[k][i];
      text_[k][0] = static_cast<char>(text_[k][0] - 'a' + 'A');
    }
  }
  constexpr const char* operator[](std::size_t k) const { return text_[k].data(); }

 private:
  static constexpr std::size_t kOctetsMax = 32;  // with the zero behind
  std::array<std::array<char, kOctetsMax>, n> text_{};
};

inline constexpr char kNamespace[] = "urn:amitwin:p32ex:1";

// Instants of the two systems (not of meters): milliseconds since 1970-01-01T00:00:00Z, written
// "2026-01-05T00:15:00.000Z".
using UtcMs = std::int64_t;
constexpr UtcMs utc_ms_of_ns(std::int64_t utc_ns) {  // rounds down
  return utc_ns / 1'000'000 - (utc_ns % 1'000'000 < 0 ? 1 : 0);
}
// Nanoseconds end in the year 2262, what is written here in 9999: the end of time stands for both.
constexpr std::int64_t utc_ns_of_ms(UtcMs utc_ms) {
  constexpr std::int64_t kLast = INT64_MAX / 1'000'000;
  return utc_ms > kLast ? INT64_MAX : utc_ms < -kLast ? INT64_MIN : utc_ms * 1'000'000;
}

// A meter's own time, exactly as it captured it: on the wire the local date and time, deviation
// (Blue Book sign) and clock status.
using MeterTime = cosem::DateTime;

using Octets = std::vector<std::uint8_t>;  // written as upper-case hexadecimal

// 1 before 2 before 3; a higher one goes before waiting lower ones.
enum class Priority : std::uint8_t { very_high = 1, high = 2, normal = 3 };

// Where an answer may come from: what the concentrator has stored, or the meter now.
enum class Source : std::uint8_t { cache, meter };
inline constexpr const char* kSourceNames[] = {"cache", "meter"};
constexpr Names names_of_type(Source) { return kSourceNames; }

enum class ReportKind : std::uint8_t {
  inventory,
  instantaneous,
  load_profile,
  daily_closing,
  monthly_closing,
  meter_events,
  alarms,
  concentrator_parameters,
  concentrator_events,
  relay_status,
  firmware_status,
  statistics,
  clock_status,
};
inline constexpr const char* kReportNames[] = {
    "inventory",          "instantaneous", "loadProfile",    "dailyClosing",
    "monthlyClosing",     "meterEvents",   "alarms",         "concentratorParameters",
    "concentratorEvents", "relayStatus",   "firmwareStatus", "statistics",
    "clockStatus"};
constexpr Names names_of_type(ReportKind) { return kReportNames; }
inline constexpr std::size_t kReportKinds = std::size(kReportNames);

enum class OrderKind : std::uint8_t {
  relay,
  meter_parameters,
  activity_calendar,
  power_limit,
  clock_sync,
  key_change,
  concentrator_parameters,
  concentrator_command,
  raw_dlms,
  firmware_campaign,
};
inline constexpr const char* kOrderNames[] = {
    "relay",     "meterParameters",        "activityCalendar",    "powerLimit", "clockSync",
    "keyChange", "concentratorParameters", "concentratorCommand", "rawDlms",    "firmwareCampaign"};
constexpr Names names_of_type(OrderKind) { return kOrderNames; }
inline constexpr std::size_t kOrderKinds = std::size(kOrderNames);

// Why something did not work, of one meter (inside a good report) or of a whole message (Error).
enum class ErrorCategory : std::uint8_t {
  message,        // no XML, breaks the XSD, value out of range, no HTTP/gzip
  access,         // signature, key, wrong concentrator, replayed, outside its window
  communication,  // the meter cannot be reached
  dlms,           // the meter refused; the code is its data-access-result or action-result
  data,           // what the meter answered makes no sense
  resource,       // queue full, store failed, too many
};
inline constexpr const char* kCategoryNames[] = {"message", "access", "communication",
                                                 "dlms",    "data",   "resource"};
constexpr Names names_of_type(ErrorCategory) { return kCategoryNames; }

// errCode within its category. For dlms it is the Blue Book code itself.
namespace error_code {
// message
inline constexpr std::uint16_t kNotXml = 1;
inline constexpr std::uint16_t kBreaksSchema = 2;
inline constexpr std::uint16_t kBadValue = 3;  // passes the XSD, yet no such date, window, ...
inline constexpr std::uint16_t kTooLarge = 4;
inline constexpr std::uint16_t kBadEncoding = 5;    // gzip damaged or a bomb, text not UTF-8
inline constexpr std::uint16_t kNotForUs = 6;       // `to` is somebody else
inline constexpr std::uint16_t kUnexpected = 7;     // a kind that this end does not take
inline constexpr std::uint16_t kUnknownTarget = 8;  // no such meter, request, order, campaign
// access
inline constexpr std::uint16_t kBadSignature = 1;
inline constexpr std::uint16_t kUnknownKey = 2;
inline constexpr std::uint16_t kWrongConcentrator = 3;
inline constexpr std::uint16_t kReplayed = 4;
inline constexpr std::uint16_t kExpired = 5;
inline constexpr std::uint16_t kNotSigned = 6;
// communication
inline constexpr std::uint16_t kUnknownMeter = 1;
inline constexpr std::uint16_t kNotRegistered = 2;
inline constexpr std::uint16_t kNoAnswer = 3;
inline constexpr std::uint16_t kAssociationRefused = 4;
inline constexpr std::uint16_t kConnectionLost = 5;
inline constexpr std::uint16_t kCancelled = 6;
inline constexpr std::uint16_t kNotFetched = 7;  // the image, from the head-end
// data
inline constexpr std::uint16_t kUndecodable = 1;
inline constexpr std::uint16_t kBadTime = 2;     // wildcards, year 0, a date that does not exist
inline constexpr std::uint16_t kBadTag = 3;      // deciphering failed
inline constexpr std::uint16_t kNotThere = 4;    // the meter has no such object or rows
inline constexpr std::uint16_t kReadBack = 5;    // the meter took it, and shows something else
inline constexpr std::uint16_t kOtherImage = 6;  // not of that SHA-256, or none that meters take
// resource
inline constexpr std::uint16_t kQueueFull = 1;
inline constexpr std::uint16_t kStoreFailed = 2;
inline constexpr std::uint16_t kBusy = 3;
inline constexpr std::uint16_t kNotSupported = 4;
}  // namespace error_code

struct Failure;
// In words, for the text of an Error: "the order's seq was used, or is too old".
const char* reason_of(const Failure& failure);

struct Failure {
  ErrorCategory category = ErrorCategory::communication;
  std::uint16_t code = 0;
  bool operator==(const Failure&) const = default;
};

// "2026-01-05T00:15:00.000Z"; years 1970 to 9999, clamped.
std::string utc_text(UtcMs at);

}  // namespace protocol::p32
