// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>

#include "protocol/bytes.hpp"

namespace protocol::cosem {

// A.B.C.D.E.F, IEC 62056-61.
struct Obis {
  std::array<std::uint8_t, 6> octets{};
  friend constexpr auto operator<=>(const Obis&, const Obis&) = default;
};
constexpr Obis obis(unsigned a, unsigned b, unsigned c, unsigned d, unsigned e, unsigned f = 255) {
  const auto octet = [](unsigned value) { return static_cast<std::uint8_t>(value); };
  return Obis{{octet(a), octet(b), octet(c), octet(d), octet(e), octet(f)}};
}

// Of an interface class; the classes themselves stand in classes/, as kId. Any number may come from
// the wire.
enum class ClassId : std::uint16_t {};

struct Attribute {
  ClassId class_id{};
  Obis instance;
  std::int8_t index = 0;  // 1 is the logical name
  friend constexpr bool operator==(const Attribute&, const Attribute&) = default;
};
struct Method {
  ClassId class_id{};
  Obis instance;
  std::int8_t index = 0;
  friend constexpr bool operator==(const Method&, const Method&) = default;
};

// Blue Book data-access-result.
enum class AccessResult : std::uint8_t {
  success = 0,
  hardware_fault = 1,
  temporary_failure = 2,
  read_write_denied = 3,
  object_undefined = 4,
  object_class_inconsistent = 9,
  object_unavailable = 11,
  type_unmatched = 12,
  scope_of_access_violated = 13,
  data_block_unavailable = 14,
  long_get_aborted = 15,
  no_long_get_in_progress = 16,
  long_set_aborted = 17,
  no_long_set_in_progress = 18,
  data_block_number_invalid = 19,
  other_reason = 250,
};

// Class 7 selective access, both ends included: rows by their clock column or by their capture
// counter (selector 1), or entries from..to counted from 1, to == 0 meaning the last (selector 2).
struct Selection {
  enum class Kind : std::uint8_t { all, range, numbers, entry } kind = Kind::all;
  std::int64_t from_utc_s = 0;
  std::int64_t to_utc_s = 0;
  std::uint32_t from_entry = 1;  // or the first capture counter
  std::uint32_t to_entry = 0;
};

// The 12-octet date-time, Blue Book 4.1.6.1. deviation_min + local time = UTC (CET: -60).
struct DateTime {
  std::int64_t utc_s = 0;  // seconds since 1970-01-01T00:00:00Z
  std::int16_t deviation_min = 0;
  std::uint8_t status = 0;      // 80h: daylight saving active
  std::uint8_t hundredths = 0;  // FFh on the wire: not specified, read as 0
  friend constexpr bool operator==(const DateTime&, const DateTime&) = default;
};
inline constexpr std::size_t kDateTimeOctets = 12;
// False when the buffer is too small (Writer::ok()).
void encode_date_time(const DateTime& value, Writer& out);
// Refuses dates that do not exist and wildcard fields (year, month, day, hour, minute).
// Deviation 8000h (not specified) reads as 0.
Result<DateTime> decode_date_time(Bytes octets);
// As every COSEM object carries it: octet-string of 12, type tag and length included.
inline constexpr std::size_t kDateTimeValueOctets = 2 + kDateTimeOctets;
void put_date_time(const DateTime& value, Writer& out);

}  // namespace protocol::cosem
