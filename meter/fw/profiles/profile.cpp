// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/profiles/profile.hpp"

#include <cstring>

#include "protocol/axdr/encode.hpp"
#include "protocol/cosem/date_time.hpp"

namespace meter::fw {
namespace {

namespace axdr = protocol::axdr;
using protocol::Writer;
using protocol::cosem::AccessResult;
using protocol::cosem::Selection;

constexpr std::uint8_t kFifo = 1;  // sort method: oldest first

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

void put_columns(LogId id, Writer& out) {
  const auto columns = columns_of(id);
  axdr::begin_array(static_cast<std::uint32_t>(columns.size()), out);
  for (const Column& column : columns) {
    const CaptureObject captured = capture_object(id, column);
    axdr::begin_structure(4, out);
    axdr::put_long_unsigned(static_cast<std::uint16_t>(captured.class_id), out);
    axdr::put_octet_string(captured.obis.octets, out);
    axdr::put_integer(kColumnAttribute, out);
    axdr::put_long_unsigned(0, out);  // whole attribute
  }
}

std::uint32_t period_s(const Core& core, LogId id) {
  if (id == LogId::load) return core.identity.capture_period_s;
  return id == LogId::closing ? kSecondsPerDay : 0;  // events: captured when they happen
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

AccessResult put_buffer(const Core& core, LogId id, const Selection& selection, Transfer& transfer,
                        std::size_t offset, Writer& out, bool& more) {
  if (offset == 0) {
    begin(core, id, selection, transfer);
  } else if (transfer.log != id) {
    return AccessResult::no_long_get_in_progress;
  }
  Slice slice(offset, out);
  std::array<std::uint8_t, 6> head;
  Writer head_writer{head};
  axdr::begin_array(transfer.rows, head_writer);
  slice.put(head_writer.written());
  bool readable = true;
  std::uint32_t rows_read = 0;
  for_each_run(core, selection, transfer, [&](const RowLog::Run& run) {
    readable = put_run(core, run, transfer, slice, rows_read);
    return readable && !slice.full();
  });
  core.hal.work(METER_WORK_PROFILE_ROW, rows_read);
  more = slice.full();
  return readable ? AccessResult::success : AccessResult::hardware_fault;
}

void put_profile_attribute(const Core& core, LogId id, std::int8_t attribute, Writer& out) {
  const RowLog& log = core.journal.log(id);
  switch (attribute) {
    case 3:
      return put_columns(id, out);
    case 4:
      return axdr::put_double_long_unsigned(period_s(core, id), out);
    case 5:
      return axdr::put_enum(kFifo, out);
    case 6:  // sort object: none
      axdr::begin_structure(4, out);
      axdr::put_long_unsigned(0, out);
      axdr::put_octet_string(Obis{}.octets, out);
      axdr::put_integer(0, out);
      return axdr::put_long_unsigned(0, out);
    case 7:
      return axdr::put_double_long_unsigned(log.rows(), out);
    default:
      return axdr::put_double_long_unsigned(log.capacity(), out);
  }
}

}  // namespace meter::fw
