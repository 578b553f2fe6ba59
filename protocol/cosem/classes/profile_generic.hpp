// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include "protocol/cosem/class.hpp"

#include "protocol/axdr/cursor.hpp"
#include "protocol/axdr/encode.hpp"

namespace protocol::cosem::classes {

// Blue Book 4.3.6. The buffer is read whole, by range (1) or by entry (2).
struct ProfileGeneric {
  static constexpr ClassId kId{7};
  static constexpr std::uint8_t kVersion = 1;
  static constexpr const char* kName = "profile generic";
  enum AttributeIndex : std::int8_t {
    kBuffer = 2,
    kCaptureObjects,
    kCapturePeriod,
    kSortMethod,
    kSortObject,
    kEntriesInUse,
    kProfileEntries
  };
  enum MethodIndex : std::int8_t { kReset = 1, kCapture };
  static constexpr AttributeFacts kAttributes[] = {
      {kBuffer, "buffer", Tag::array, Right::read, 2},
      {kCaptureObjects, "capture_objects", Tag::array, Right::read_write},
      {kCapturePeriod, "capture_period", Tag::double_long_unsigned, Right::read_write},
      {kSortMethod, "sort_method", Tag::enum_, Right::read_write},
      {kSortObject, "sort_object", Tag::structure, Right::read_write},
      {kEntriesInUse, "entries_in_use", Tag::double_long_unsigned, Right::read},
      {kProfileEntries, "profile_entries", Tag::double_long_unsigned, Right::read_write},
  };
  static constexpr MethodFacts kMethods[] = {
      {kReset, "reset", kChoice},
      {kCapture, "capture", kChoice},
  };
};

// Of a profile whose columns are not those that its meter left the production line with: set in the
// status octet of the clock in each of its rows (Blue Book 4.1.6.1: a reserved bit) and in its
// status word, so that whoever knows the former columns takes no row for one of them. No other
// column than the clock is a date-time.
inline constexpr std::uint8_t kColumnsChanged = 0x40;

// capture_object_definition: a column, or what a range is restricted by. data_index 0: the whole
// attribute.
struct CaptureObject {
  Attribute source;
  std::uint16_t data_index = 0;
  friend constexpr bool operator==(const CaptureObject&, const CaptureObject&) = default;
};
constexpr void put_capture_object(const CaptureObject& value, Writer& out) {
  axdr::begin_structure(4, out);
  axdr::put_long_unsigned(static_cast<std::uint16_t>(value.source.class_id), out);
  axdr::put_octet_string(value.source.instance.octets, out);
  axdr::put_integer(value.source.index, out);
  axdr::put_long_unsigned(value.data_index, out);
}
// The cursor goes on behind it, whether or not it is one.
inline Result<CaptureObject> take_capture_object(axdr::Cursor& in) {
  in.structure(4);
  const std::uint64_t class_id = in.unsigned_number();
  const Bytes name = in.octet_string();
  const std::int64_t index = in.number();
  const std::uint64_t data_index = in.unsigned_number();
  CaptureObject value;
  auto& octets = value.source.instance.octets;
  if (!in.ok()) return in.error();
  if (class_id > 0xFFFF || data_index > 0xFFFF || index < INT8_MIN || index > INT8_MAX ||
      name.size() != octets.size()) {
    return Error::malformed;
  }
  value.source.class_id = static_cast<ClassId>(class_id);
  std::copy(name.begin(), name.end(), octets.begin());
  value.source.index = static_cast<std::int8_t>(index);
  value.data_index = static_cast<std::uint16_t>(data_index);
  return value;
}

}  // namespace protocol::cosem::classes
