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

void put_range(const Selection& selection, Writer& out) {
  axdr::begin_structure(4, out);
  const bool numbers = selection.kind == Selection::Kind::numbers;
  cosem::classes::put_capture_object(numbers ? kByNumber : kByTime, out);
  if (numbers) {
    axdr::put_double_long_unsigned(selection.from_entry, out);
    axdr::put_double_long_unsigned(selection.to_entry, out);
  } else {
    cosem::put_date_time({selection.from_utc_s}, out);
    cosem::put_date_time({selection.to_utc_s}, out);
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
  return rows_between(from_time->utc_s, to_time->utc_s);
}

Result<Selection> decode_range(Bytes parameters) {
  axdr::Cursor in(parameters);
  in.structure(4);
  const Result<cosem::classes::CaptureObject> by = cosem::classes::take_capture_object(in);
  const Bytes from = in.take_value();
  const Bytes to = in.take_value();
  const std::uint32_t columns = in.array();
  if (!in.ok()) return in.error();
  if (columns != 0) return Error::unsupported;
  if (!in.at_end()) return Error::malformed;
  if (by && *by == kByTime) return times_of(from, to);
  if (by && *by == kByNumber) return numbers_of(from, to);
  return Error::unsupported;
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
  if (first_column > 1 || last_column != 0) return Error::unsupported;
  Selection selection;
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
