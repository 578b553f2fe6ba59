// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/dlms/selection.hpp"

#include <algorithm>

#include "protocol/axdr/cursor.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/cosem/classes/clock.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/cosem/quantities.hpp"

namespace protocol::dlms {
namespace {

using cosem::Selection;

constexpr cosem::classes::CaptureObject kByTime{
    {cosem::classes::Clock::kId, cosem::obis(0, 0, 1, 0, 0), cosem::classes::Clock::kTime}};
constexpr cosem::classes::CaptureObject kByNumber{
    {cosem::classes::Data::kId, cosem::kCaptureCounter, cosem::classes::Data::kValue}};

constexpr std::uint64_t kMostColumns = UINT8_MAX;

void put_end(std::int64_t time_s, Selection::Time time, Writer& out) {
  std::array<std::uint8_t, cosem::kDateTimeOctets> octets{};
  Writer date_time(octets);
  cosem::encode_date_time({time_s}, date_time);
  if (time != Selection::Time::utc) {
    octets[9] = static_cast<std::uint8_t>(cosem::kDeviationNotSpecified >> 8);
    octets[10] = static_cast<std::uint8_t>(cosem::kDeviationNotSpecified);
    if (time == Selection::Time::local) octets[11] = cosem::kNotSpecified;
    if (time == Selection::Time::local_daylight_saving) octets[11] = cosem::kStatusDaylightSaving;
  }
  axdr::put_octet_string(octets, out);
}

Selection::Time time_of(Bytes date_time) {
  if (cosem::deviation_specified(date_time)) return Selection::Time::utc;
  const std::uint8_t status = date_time[11];
  if (status == cosem::kNotSpecified) return Selection::Time::local;
  return (status & cosem::kStatusDaylightSaving) != 0 ? Selection::Time::local_daylight_saving
                                                      : Selection::Time::local_standard;
}

void put_range(const Selection& selection, Writer& out) {
  axdr::begin_structure(4, out);
  const bool numbers = selection.kind == Selection::Kind::numbers;
  cosem::classes::put_capture_object(numbers ? kByNumber : kByTime, out);
  if (numbers) {
    axdr::put_double_long_unsigned(selection.from_entry, out);
    axdr::put_double_long_unsigned(selection.to_entry, out);
  } else {
    put_end(selection.from_utc_s, selection.from_time, out);
    put_end(selection.to_utc_s, selection.to_time, out);
  }
  axdr::begin_array(0, out);  // all columns
}

void put_entry(const Selection& selection, Writer& out) {
  axdr::begin_structure(4, out);
  axdr::put_double_long_unsigned(selection.from_entry, out);
  axdr::put_double_long_unsigned(selection.to_entry, out);
  axdr::put_long_unsigned(1, out);  // first column
  axdr::put_long_unsigned(0, out);  // to the last one
}

Result<Selection> numbers_of(Bytes from, Bytes to) {
  axdr::Cursor first(from);
  axdr::Cursor last(to);
  const std::uint64_t from_number = first.unsigned_number();
  const std::uint64_t to_number = last.unsigned_number();
  if (!first.at_end()) return first.error();
  if (!last.at_end()) return last.error();
  if (from_number > UINT32_MAX || to_number > UINT32_MAX) return Error::malformed;
  return rows_numbered(static_cast<std::uint32_t>(from_number),
                       static_cast<std::uint32_t>(to_number));
}

Result<Selection> times_of(Bytes from, Bytes to) {
  axdr::Cursor first(from);
  axdr::Cursor last(to);
  const Bytes from_octets = first.date_time();
  const Bytes to_octets = last.date_time();
  if (!first.at_end()) return first.error();
  if (!last.at_end()) return last.error();
  const Result<cosem::DateTime> from_time = cosem::decode_date_time(from_octets);
  const Result<cosem::DateTime> to_time = cosem::decode_date_time(to_octets);
  if (!from_time) return from_time.error();
  if (!to_time) return to_time.error();
  Selection selection = rows_between(from_time->utc_s, to_time->utc_s);
  selection.from_time = time_of(from_octets);
  selection.to_time = time_of(to_octets);
  return selection;
}

Result<Selection> decode_range(Bytes parameters) {
  axdr::Cursor in(parameters);
  in.structure(4);
  const Result<cosem::classes::CaptureObject> by = cosem::classes::take_capture_object(in);
  const Bytes from = in.take_value();
  const Bytes to = in.take_value();
  const std::uint32_t columns = in.array();
  if (!in.ok()) return in.error();
  if (!by || (*by != kByTime && *by != kByNumber) || columns > kMostColumns) {
    return Error::unsupported;
  }
  const Result<Selection> rows = *by == kByTime ? times_of(from, to) : numbers_of(from, to);
  if (!rows) return rows.error();
  Selection selection = *rows;
  selection.columns = in.rest();
  selection.n_columns = static_cast<std::uint8_t>(columns);
  for (std::uint32_t k = 0; k < columns; ++k) {
    if (const auto column = cosem::classes::take_capture_object(in); !column) return column.error();
  }
  if (!in.at_end()) return Error::malformed;
  return selection;
}

Result<Selection> decode_entry(Bytes parameters) {
  axdr::Cursor in(parameters);
  in.structure(4);
  const std::uint64_t from = in.unsigned_number();
  const std::uint64_t to = in.unsigned_number();
  const std::uint64_t first_column = in.unsigned_number();
  const std::uint64_t last_column = in.unsigned_number();
  if (!in.ok()) return in.error();
  if (!in.at_end() || from > UINT32_MAX || to > UINT32_MAX) return Error::malformed;
  if (first_column > kMostColumns || last_column > kMostColumns) return Error::unsupported;
  Selection selection;
  selection.first_column = static_cast<std::uint8_t>(std::max<std::uint64_t>(first_column, 1));
  selection.last_column = static_cast<std::uint8_t>(last_column);
  selection.kind = Selection::Kind::entry;
  selection.from_entry = static_cast<std::uint32_t>(from);
  selection.to_entry = static_cast<std::uint32_t>(to);
  return selection;
}

}  // namespace

AccessSelection take_access_selection(Reader& in) {
  AccessSelection access;
  const std::uint8_t present = in.u8();
  if (present == 0) return access;
  access.present = true;
  access.selector = in.u8();
  const Result<Bytes> parameters = axdr::first_value(in.rest());
  // A present octet other than 01, or no value behind it: fail whatever is read next, too.
  const bool good = present == 1 && parameters.ok();
  access.parameters = in.take(good ? parameters->size() : in.remaining() + 1);
  return access;
}

void put_access_selection(const AccessSelection& access, Writer& out) {
  out.u8(access.present ? 1 : 0);
  if (!access.present) return;
  out.u8(access.selector);
  out.bytes(access.parameters);
}

AccessSelection encode_selection(const Selection& selection, SelectionBuffer& buffer) {
  if (selection.kind == Selection::Kind::all) return {};
  PROTOCOL_ASSERT(!selection.selects_columns());
  const bool entry = selection.kind == Selection::Kind::entry;
  Writer out(buffer);
  if (entry) {
    put_entry(selection, out);
  } else {
    put_range(selection, out);
  }
  PROTOCOL_ASSERT(out.ok());
  return {true, entry ? kEntrySelector : kRangeSelector, out.written()};
}

Result<Selection> decode_selection(const AccessSelection& access) {
  if (!access.present) return Selection{};
  if (access.selector == kRangeSelector) return decode_range(access.parameters);
  if (access.selector == kEntrySelector) return decode_entry(access.parameters);
  return Error::unsupported;
}

}  // namespace protocol::dlms
