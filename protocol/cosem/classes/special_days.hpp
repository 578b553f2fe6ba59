// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/axdr/cursor.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/axdr/exactly.hpp"
#include "protocol/cosem/class.hpp"

namespace protocol::cosem::classes {

// Blue Book 4.5.4: days that do not follow their week.
struct SpecialDaysTable {
  static constexpr ClassId kId{11};
  static constexpr std::uint8_t kVersion = 0;
  static constexpr const char* kName = "special days table";
  enum AttributeIndex : std::int8_t { kEntries = 2 };
  enum MethodIndex : std::int8_t { kInsert = 1, kDelete };
  static constexpr AttributeFacts kAttributes[] = {
      {kEntries, "entries", Tag::array, Right::read_write},
  };
  static constexpr MethodFacts kMethods[] = {
      {kInsert, "insert", Tag::structure},
      {kDelete, "delete", Tag::long_unsigned},
  };
};
inline constexpr Obis kSpecialDaysName{{0, 0, 11, 0, 0, 255}};

// specialday_date: year (high, low), month, day of month, day of week, each with wildcards.
inline constexpr std::size_t kDateOctets = 5;
// In the place of the month, beside the standard's own movable ones (FDh, FEh: the end and the
// begin of daylight saving): the day of month is a signed number of days from Easter Sunday.
inline constexpr std::uint8_t kMonthOfEaster = 0xFC;
inline constexpr std::uint8_t kMonthOfJulianEaster = 0xFB;

// spec_day_entry.
struct SpecialDayEntry {
  std::uint16_t index = 0;
  Bytes date;
  std::uint8_t day_id = 0;
};
constexpr void put_special_day(const SpecialDayEntry& entry, Writer& out) {
  axdr::begin_structure(3, out);
  axdr::put_long_unsigned(entry.index, out);
  axdr::put_octet_string(entry.date, out);
  axdr::put_unsigned(entry.day_id, out);
}
// What cannot be read fails the cursor.
inline SpecialDayEntry take_special_day(axdr::Cursor& in) {
  in.structure(3);
  SpecialDayEntry entry;
  entry.index = static_cast<std::uint16_t>(axdr::take_exactly(Tag::long_unsigned, in));
  entry.date = in.octet_string();
  entry.day_id = static_cast<std::uint8_t>(axdr::take_exactly(Tag::unsigned_, in));
  return entry;
}

}  // namespace protocol::cosem::classes
