// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/cosem/profile_rows.hpp"

#include <cstring>

#include "meter/fw/cosem/behaviour.hpp"
#include "meter/fw/cosem/object_rows.hpp"

namespace meter::fw {

using protocol::cosem::Attribute;

void put_captured(ColumnId column, std::uint32_t value, Writer& out) {
  switch (number_type(column)) {
    case NumberType::u16:
      return axdr::put_long_unsigned(static_cast<std::uint16_t>(value), out);
    case NumberType::u32:
      return axdr::put_double_long_unsigned(value, out);
    case NumberType::i16:
      return axdr::put_long(static_cast<std::int16_t>(value), out);
    case NumberType::i32:
      return axdr::put_double_long(static_cast<std::int32_t>(value), out);
  }
}

bool put_row(const Core& core, LogId id, std::uint32_t ordinal, Writer& out,
             std::span<const std::uint8_t> wanted) {
  std::array<std::uint8_t, kMaxValueOctetsInFlash> values;
  const RowLog& log = core.journal.log(id);
  const MutableBytes stored = MutableBytes(values).first(log.value_octets());
  const std::uint8_t mark = columns_changed(core, id) ? classes::kColumnsChanged : 0;
  RowHead head;
  if (!log.read_ordinal(core.hal, ordinal, head, stored)) return false;
  const Columns columns = columns_of(core, id);
  const std::size_t n = wanted.empty() ? columns.size() : wanted.size();
  axdr::begin_structure(static_cast<std::uint8_t>(n), out);
  std::size_t next = 0;  // value, while all columns are walked
  for (std::size_t k = 0; k < n; ++k) {
    const std::size_t place = wanted.empty() ? k : wanted[k];
    const ColumnId column = columns[place];
    if (is_value(column) || column == kCounterColumn) {
      std::size_t at = stored.size() - 4;
      if (column != kCounterColumn) {
        at = wanted.empty() ? next : value_octets(columns.first(place)) - 4u;
        next = at + 4;
      }
      std::uint32_t value;
      std::memcpy(&value, stored.data() + at, sizeof value);
      put_captured(column, value, out);
    } else if (column == kClockColumn) {
      protocol::cosem::DateTime time = date_time_of(head);
      time.status |= mark;
      protocol::cosem::put_date_time(time, out);
    } else {
      axdr::put_unsigned(column == kStatusColumn ? head.status | mark : head.code, out);
    }
  }
  return true;
}

Attribute captured_attribute(LogId id, ColumnId column, CodeTable codes) {
  switch (column) {
    case kClockColumn:
      return {classes::Clock::kId, kClockName, classes::Clock::kTime};
    case kStatusColumn:
      return {classes::Data::kId, kStatusNames[static_cast<std::size_t>(id)],
              classes::Data::kValue};
    case kEventCodeColumn:
      return {classes::Data::kId, event_code_name(group_of(id, codes)), classes::Data::kValue};
    case kCounterColumn:
      return {classes::Data::kId, protocol::cosem::kCaptureCounter, classes::Data::kValue};
  }
  for (const Object& object : objects()) {
    if (object.value == kCapturedValue && object.which == column) {
      return {classes::Register::kId, object.obis, classes::Register::kValue};
    }
  }
  return {};
}

AccessResult captured_column(LogId id, const Fitting& fitting, const classes::CaptureObject& wanted,
                             ColumnId& column) {
  const Attribute& source = wanted.source;
  const Object* const object = find_object(source.class_id, source.instance, fitting);
  if (object == nullptr) {
    return name_exists(source.instance, fitting) ? AccessResult::object_class_inconsistent
                                                 : AccessResult::object_undefined;
  }
  column = kNoColumn;
  for (const ColumnId one : {kClockColumn, kStatusColumn, kCounterColumn}) {
    if (captured_attribute(id, one, fitting.codes) == source) column = one;
  }
  const bool value = object->value == kCapturedValue && object->place == kPlace<classes::Register>;
  if (value && source.index == classes::Register::kValue) column = object->which;
  return column != kNoColumn && wanted.data_index == 0 ? AccessResult::success
                                                       : AccessResult::object_unavailable;
}

}  // namespace meter::fw
