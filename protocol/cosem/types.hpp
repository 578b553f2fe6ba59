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
  // Of an end of a range that came without deviation: local time of the clock object (Blue Book
  // 4.1.6.1), counted in seconds as if it were UTC. Which of the two hours that autumn has is meant
  // stands in the status octet, if that is specified.
  enum class Time : std::uint8_t { utc, local, local_standard, local_daylight_saving };
  Time from_time = Time::utc;
  Time to_time = Time::utc;
  // Columns: of entries by number from 1, last == 0 meaning the last one; of a range by name, as
  // many capture objects in `columns` (A-XDR, without the head of the array), in the order wanted.
  std::uint8_t first_column = 1;
  std::uint8_t last_column = 0;
  std::uint8_t n_columns = 0;  // 0: all
  std::int64_t from_utc_s = 0;
  std::int64_t to_utc_s = 0;
  std::uint32_t from_entry = 1;  // or the first capture counter
  std::uint32_t to_entry = 0;
  Bytes columns{};  // valid during the call in which the selection comes first

  constexpr bool selects_columns() const {
    return n_columns != 0 || first_column > 1 || last_column != 0;
  }
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
// Deviation 8000h (not specified) reads as 0: what is in utc_s then is local time.
Result<DateTime> decode_date_time(Bytes octets);
inline constexpr std::uint16_t kDeviationNotSpecified = 0x8000;  // Blue Book 4.1.6.1
inline constexpr std::uint8_t kNotSpecified = 0xFF;              // of any octet
inline constexpr std::uint8_t kStatusDaylightSaving = 0x80;
constexpr bool deviation_specified(Bytes date_time) {
  return (date_time[9] << 8 | date_time[10]) != kDeviationNotSpecified;
}
// Monday is 1. Not specified, or that of the date.
bool weekday_agrees(Bytes date_time);
// As every COSEM object carries it: octet-string of 12, type tag and length included.
inline constexpr std::size_t kDateTimeValueOctets = 2 + kDateTimeOctets;
void put_date_time(const DateTime& value, Writer& out);

}  // namespace protocol::cosem
