// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "meter/fw/cosem/behaviour.hpp"
#include "meter/fw/cosem/object_rows.hpp"
#include "meter/fw/cosem/profile_rows.hpp"
#include "meter/fw/profiles/profiles.hpp"

namespace meter::fw {
namespace {

using classes::ProfileGeneric;
using protocol::cosem::Attribute;
using protocol::cosem::Selection;

constexpr std::uint8_t kFifo = 1;  // sort method: oldest first

// Numbers rise from row to row, so those of a range are one run. A row that does not read back
// counts as below it.
RowLog::Run rows_numbered(const Core& core, const Transfer& transfer, std::uint32_t from,
                          std::uint32_t to) {
  const auto below = [&](std::uint64_t limit) {
    return bisect(transfer.first, transfer.end, [&](std::uint32_t ordinal) {
      std::array<std::uint8_t, kProfileValueOctets> values;
      const MutableBytes stored = MutableBytes(values).first(value_octets(transfer.log));
      RowHead head;
      std::uint32_t number = 0;
      if (!core.journal.log(transfer.log).read_ordinal(core.hal, ordinal, head, stored))
        return true;
      std::memcpy(&number, stored.last(sizeof number).data(), sizeof number);  // the last column
      return number < limit;
    });
  };
  const std::uint32_t first = below(from);
  const std::uint32_t behind = below(std::uint64_t{to} + 1);
  return {first, behind > first ? behind - first : 0};
}

// Calls `each(run)` for the runs of selected rows, oldest first, until it returns false.
template <typename Each>
void for_each_run(const Core& core, const Selection& selection, const Transfer& transfer,
                  Each&& each) {
  const RowLog& log = core.journal.log(transfer.log);
  if (selection.kind == Selection::Kind::range) {
    std::uint32_t at = transfer.first;
    RowLog::Run run;
    while (
        log.next_run(core.hal, selection.from_utc_s, selection.to_utc_s, transfer.end, at, run)) {
      if (!each(run)) return;
    }
    return;
  }
  if (selection.kind == Selection::Kind::numbers) {
    const RowLog::Run run = rows_numbered(core, transfer, selection.from_entry, selection.to_entry);
    if (run.count > 0) each(run);
    return;
  }
  const std::uint32_t count = transfer.end - transfer.first;
  std::uint32_t from = 1;
  std::uint32_t to = count;
  if (selection.kind == Selection::Kind::entry) {
    from = std::max<std::uint32_t>(selection.from_entry, 1);
    if (selection.to_entry != 0) to = std::min(selection.to_entry, count);
  }
  if (from <= to) each(RowLog::Run{transfer.first + from - 1, to - from + 1});
}

void begin(const Core& core, LogId id, const Selection& selection, Transfer& transfer) {
  const RowLog& log = core.journal.log(id);
  transfer = {log.first_ordinal(), log.next_ordinal(), 0, id};
  for_each_run(core, selection, transfer, [&](const RowLog::Run& run) {
    transfer.rows += run.count;
    return true;
  });
}

// Rows of one run into the slice; whole rows before it are passed over by arithmetic.
bool put_run(const Core& core, const RowLog::Run& run, const Transfer& transfer, Slice& slice,
             std::uint32_t& rows_read) {
  const std::size_t octets = row_octets(transfer.log);
  const auto passed =
      static_cast<std::uint32_t>(std::min<std::size_t>(slice.to_skip() / octets, run.count));
  slice.skip(passed * octets);
  for (std::uint32_t k = passed; k < run.count && !slice.full(); ++k) {
    std::array<std::uint8_t, kProfileRowOctets> row;
    Writer writer{row};
    if (!put_row(core, transfer.log, run.first + k, writer)) return false;
    ++rows_read;
    slice.put(writer.written());
  }
  return true;
}

// The longest of the short attributes: a capture object takes 18 octets.
static_assert(2 + kProfileColumnCount * 18 <= kMaxValueOctets);
void put_columns(LogId id, Writer& out) {
  const auto columns = columns_of(id);
  axdr::begin_array(columns.size(), out);
  for (const Column& column : columns) {
    classes::put_capture_object({captured_attribute(id, column)}, out);
  }
}

std::uint32_t period_s(const Core& core, LogId id) {
  if (id == LogId::load) return core.identity.capture_period_s;
  return id == LogId::closing ? kSecondsPerDay : 0;  // events: captured when they happen
}

// A new transfer begins at offset 0.
AccessResult put_buffer(const Core& core, LogId id, Transfer& transfer, Answer& answer) {
  if (answer.offset == 0) {
    begin(core, id, answer.selection, transfer);
  } else if (transfer.log != id) {
    return AccessResult::no_long_get_in_progress;
  }
  Slice& slice = answer.slice;
  std::array<std::uint8_t, 6> head;
  Writer head_writer{head};
  axdr::begin_array(transfer.rows, head_writer);
  slice.put(head_writer.written());
  bool readable = true;
  std::uint32_t rows_read = 0;
  for_each_run(core, answer.selection, transfer, [&](const RowLog::Run& run) {
    readable = put_run(core, run, transfer, slice, rows_read);
    return readable && !slice.full();
  });
  core.hal.work(METER_WORK_PROFILE_ROW, rows_read);
  return readable ? AccessResult::success : AccessResult::hardware_fault;
}

}  // namespace

bool put_row(const Core& core, LogId id, std::uint32_t ordinal, Writer& out) {
  std::array<std::uint8_t, kProfileValueOctets> values;
  const MutableBytes stored = MutableBytes(values).first(value_octets(id));
  RowHead head;
  if (!core.journal.log(id).read_ordinal(core.hal, ordinal, head, stored)) return false;
  const auto columns = columns_of(id);
  axdr::begin_structure(static_cast<std::uint8_t>(columns.size()), out);
  const std::uint8_t* at = values.data();
  for (const Column& column : columns) {
    if (column.stored_as_value()) {
      std::uint32_t value;
      std::memcpy(&value, at, sizeof value);
      at += sizeof value;
      axdr::put_double_long_unsigned(value, out);
    } else if (column.source == ColumnSource::clock) {
      protocol::cosem::put_date_time(date_time_of(head), out);
    } else {
      axdr::put_unsigned(column.source == ColumnSource::status ? head.status : head.code, out);
    }
  }
  return true;
}

Attribute captured_attribute(LogId id, const Column& column) {
  switch (column.source) {
    case ColumnSource::clock:
      return {classes::Clock::kId, kClockName, classes::Clock::kTime};
    case ColumnSource::status:
      return {classes::Data::kId, id == LogId::load ? kLoadStatusName : kClosingStatusName,
              classes::Data::kValue};
    case ColumnSource::event_code:
      return {classes::Data::kId, event_code_name(kEventLogs[index_of(id)]), classes::Data::kValue};
    case ColumnSource::capture_counter:
      return {classes::Data::kId, protocol::cosem::kCaptureCounter, classes::Data::kValue};
    case ColumnSource::energy:
      return {classes::Register::kId, kEnergyNames[column.which], classes::Register::kValue};
  }
  return {};
}

template <>
void Behaviour<ProfileGeneric>::get(const Context& context, const Object& object,
                                    std::int8_t attribute, Answer& answer) {
  const Core& core = context.parts.core;
  const auto id = static_cast<LogId>(object.which);
  const RowLog& log = core.journal.log(id);
  Writer& out = answer.value;
  switch (attribute) {
    case ProfileGeneric::kBuffer:
      PROTOCOL_ASSERT(context.visit.transfer != nullptr);
      answer.result = put_buffer(core, id, *context.visit.transfer, answer);
      return;
    case ProfileGeneric::kCaptureObjects:
      return put_columns(id, out);
    case ProfileGeneric::kCapturePeriod:
      return axdr::put_double_long_unsigned(period_s(core, id), out);
    case ProfileGeneric::kSortMethod:
      return axdr::put_enum(kFifo, out);
    case ProfileGeneric::kSortObject:  // none
      return classes::put_capture_object({}, out);
    case ProfileGeneric::kEntriesInUse:
      return axdr::put_double_long_unsigned(log.rows(), out);
    case ProfileGeneric::kProfileEntries:
      return axdr::put_double_long_unsigned(log.capacity(), out);
  }
}

// The capture period.
template <>
AccessResult Behaviour<ProfileGeneric>::set(Context& context, const Object&, std::int8_t,
                                            Bytes value) {
  Core& core = context.parts.core;
  const auto period_s = static_cast<std::uint32_t>(axdr::Cursor(value).unsigned_number());
  if (period_s == core.identity.capture_period_s) return AccessResult::success;
  if (!set_capture_period(core, period_s)) return AccessResult::other_reason;
  context.profile_reset = true;
  context.parts.schedule.start(core);
  return AccessResult::success;
}

}  // namespace meter::fw
