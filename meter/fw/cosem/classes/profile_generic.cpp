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

// Numbers rise from row to row, so those of a range are one run. A row that does not read back has
// the number of the next one that does: it hides no other, and is inside where both sides are.
RowLog::Run rows_numbered(const Core& core, const Transfer& transfer, std::uint32_t from,
                          std::uint32_t to) {
  const auto below = [&](std::uint64_t limit) {
    return bisect(transfer.first, transfer.end, [&](std::uint32_t ordinal) {
      std::array<std::uint8_t, kMaxValueOctetsInFlash> values;
      const RowLog& log = core.journal.log(transfer.log);
      const MutableBytes stored = MutableBytes(values).first(log.value_octets());
      RowHead head;
      while (!log.read_ordinal(core.hal, ordinal, head, stored)) {
        if (++ordinal == transfer.end) return false;
      }
      std::uint32_t number = 0;
      std::memcpy(&number, stored.last(sizeof number).data(), sizeof number);
      return number < limit;
    });
  };
  const std::uint32_t first = below(from);
  const std::uint32_t behind = below(std::uint64_t{to} + 1);
  return {first, behind > first ? behind - first : 0};
}

struct Span {
  std::int64_t from_utc_s = 0;
  std::int64_t to_utc_s = -1;
};
using Spans = std::array<Span, 3>;

Instants instants_of(const TimeZone& zone, std::int64_t time_s, Selection::Time time) {
  if (time == Selection::Time::utc) return {time_s, time_s, 0};
  Instants instants = zone.instants_of(time_s);
  const bool twice = instants.first < instants.last;
  if (twice && time == Selection::Time::local_standard) instants.first = instants.last;
  if (twice && time == Selection::Time::local_daylight_saving) instants.last = instants.first;
  return instants;
}

// The stretches of UTC that a range means. Of an end in the hour that autumn has twice, if nobody
// says which, both are meant: in the first hour the time is then outside of the range from `to` on,
// in the second one before `from`.
Spans spans_of(const TimeZone& zone, const Selection& selection) {
  const Instants from = instants_of(zone, selection.from_utc_s, selection.from_time);
  const Instants to = instants_of(zone, selection.to_utc_s, selection.to_time);
  std::array<Span, 2> gaps;
  if (from.first < from.last) gaps[0] = {from.change, from.last - 1};
  if (to.first < to.last) gaps[1] = {to.first + 1, to.change - 1};
  if (gaps[1].from_utc_s < gaps[0].from_utc_s) std::swap(gaps[0], gaps[1]);
  Spans spans;
  std::size_t n = 0;
  std::int64_t at = from.first;
  for (const Span& gap : gaps) {
    if (gap.to_utc_s < gap.from_utc_s) continue;
    spans[n++] = {at, std::min(gap.from_utc_s - 1, to.last)};
    at = std::max(at, gap.to_utc_s + 1);
  }
  spans[n] = {at, to.last};
  return spans;
}

// Calls `each(run)` for the runs of selected rows, oldest first, until it returns false.
template <typename Each>
void for_each_run(const Core& core, const Selection& selection, const Transfer& transfer,
                  Each&& each) {
  const RowLog& log = core.journal.log(transfer.log);
  if (selection.kind == Selection::Kind::range) {
    for (const Span& span : spans_of(core.clock.zone, selection)) {
      if (span.to_utc_s < span.from_utc_s) continue;
      std::uint32_t at = transfer.first;
      RowLog::Run run;
      while (log.next_run(core.hal, span.from_utc_s, span.to_utc_s, transfer.end, at, run)) {
        if (!each(run)) return;
      }
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

// By number, Blue Book 4.3.6: from first to last, 0 being the last there is.
AccessResult number_columns(const Selection& selection, std::size_t count, Transfer& transfer) {
  const std::size_t last = selection.last_column == 0 ? count : selection.last_column;
  if (selection.first_column > std::min(last, count)) return AccessResult::scope_of_access_violated;
  for (std::size_t k = selection.first_column; k <= std::min(last, count); ++k) {
    transfer.columns[transfer.n_columns++] = static_cast<std::uint8_t>(k - 1);
  }
  return AccessResult::success;
}

// By name, in the order of the names.
AccessResult name_columns(CodeTable codes, const Selection& selection, Columns columns,
                          Transfer& transfer) {
  if (selection.n_columns > transfer.columns.size()) return AccessResult::scope_of_access_violated;
  axdr::Cursor in(selection.columns);
  for (std::uint8_t n = 0; n < selection.n_columns; ++n) {
    const auto wanted = classes::take_capture_object(in);
    std::uint8_t k = 0;
    while (k < columns.size() &&
           !(wanted.ok() && wanted->data_index == 0 &&
             captured_attribute(transfer.log, columns[k], codes) == wanted->source)) {
      ++k;
    }
    if (k == columns.size()) return AccessResult::object_unavailable;
    transfer.columns[transfer.n_columns++] = k;
  }
  return AccessResult::success;
}

AccessResult begin(const Core& core, LogId id, const Selection& selection, Transfer& transfer) {
  const RowLog& log = core.journal.log(id);
  transfer = {};
  transfer.first = log.first_ordinal();
  transfer.end = log.next_ordinal();
  transfer.log = id;
  transfer.epoch = log.epoch();
  if (selection.selects_columns()) {
    const Columns columns = columns_of(core, id);
    const AccessResult chosen = selection.n_columns == 0
                                    ? number_columns(selection, columns.size(), transfer)
                                    : name_columns(core.codes(), selection, columns, transfer);
    if (chosen != AccessResult::success) return chosen;
  }
  for_each_run(core, selection, transfer, [&](const RowLog::Run& run) {
    transfer.rows += run.count;
    return true;
  });
  return AccessResult::success;
}

std::size_t row_octets(const Core& core, const Transfer& transfer) {
  const Columns columns = columns_of(core, transfer.log);
  if (transfer.n_columns == 0) return meter::fw::row_octets(columns);
  std::size_t octets = 2;
  for (const std::uint8_t k : transfer.wanted()) octets += wire_octets(columns[k]);
  return octets;
}

// Rows of one run into the slice; whole rows before it are passed over by arithmetic.
bool put_run(const Core& core, const RowLog::Run& run, const Transfer& transfer, Slice& slice,
             std::uint32_t& rows_read) {
  const std::size_t octets = row_octets(core, transfer);
  const auto passed =
      static_cast<std::uint32_t>(std::min<std::size_t>(slice.to_skip() / octets, run.count));
  slice.skip(passed * octets);
  for (std::uint32_t k = passed; k < run.count && !slice.full(); ++k) {
    std::array<std::uint8_t, kMaxRowOctets> row;
    Writer writer{row};
    if (!put_row(core, transfer.log, run.first + k, writer, transfer.wanted())) return false;
    ++rows_read;
    slice.put(writer.written());
  }
  return true;
}

void put_columns(const Core& core, LogId id, Slice& slice) {
  const Columns columns = columns_of(core, id);
  std::array<std::uint8_t, 18> octets;  // of a capture object
  Writer head{octets};
  axdr::begin_array(columns.size(), head);
  slice.put(head.written());
  for (const ColumnId column : columns) {
    Writer out{octets};
    classes::put_capture_object({captured_attribute(id, column, core.codes())}, out);
    slice.put(out.written());
  }
}

// Of a month: 0, as it has no length. Events are captured when they happen.
std::uint32_t period_s(const Core& core, LogId id) {
  if (!is_profile(id)) return 0;
  const Rhythm rhythm = kProfiles[static_cast<std::size_t>(id)].rhythm;
  return rhythm == Rhythm::day ? kSecondsPerDay : core.setup_of(id).period_s;
}

// A new transfer begins at offset 0.
AccessResult put_buffer(const Core& core, LogId id, Transfer& transfer, Answer& answer) {
  if (answer.offset == 0) {
    const AccessResult begun = begin(core, id, answer.selection, transfer);
    if (begun != AccessResult::success) return begun;
  } else if (transfer.log != id) {
    return AccessResult::no_long_get_in_progress;
  } else if (transfer.epoch != core.journal.log(id).epoch()) {
    return AccessResult::long_get_aborted;  // its rows are gone
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
      return put_columns(core, id, answer.slice);
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

namespace {

AccessResult take_columns(const Context& context, LogId id, Bytes value, ProfileSetup& setup) {
  axdr::Cursor in(value);
  const std::uint32_t n = in.array();
  if (n > kMaxColumns) return AccessResult::scope_of_access_violated;
  setup.n_columns = 0;
  setup.column = {};
  for (std::uint32_t k = 0; k < n; ++k) {
    const auto wanted = classes::take_capture_object(in);
    if (!wanted.ok()) return AccessResult::type_unmatched;
    const AccessResult found =
        captured_column(id, context.fitting(), *wanted, setup.column[setup.n_columns++]);
    if (found != AccessResult::success) return found;
  }
  return AccessResult::success;
}

AccessResult result_of(SetupChange change) {
  if (change == SetupChange::done) return AccessResult::success;
  return change == SetupChange::flash_refused ? AccessResult::hardware_fault
                                              : AccessResult::other_reason;
}

// What is due is captured before, under the setup that it was due under.
AccessResult change(Context& context, LogId id, const ProfileSetup& wanted) {
  Parts& parts = context.parts;
  parts.schedule.run(parts.core);
  const SetupChange change = change_setup(parts.core, id, wanted);
  if (change != SetupChange::done) return result_of(change);
  context.profile_reset |= id == LogId::load;
  parts.schedule.start(parts.core);
  return AccessResult::success;
}

}  // namespace

template <>
AccessResult Behaviour<ProfileGeneric>::set(Context& context, const Object& object,
                                            std::int8_t attribute, Bytes value) {
  const auto id = static_cast<LogId>(object.which);
  const ProfileSetup& now = context.parts.core.setup_of(id);
  ProfileSetup wanted = now;
  const auto number = [&] {
    return static_cast<std::uint32_t>(axdr::Cursor(value).unsigned_number());
  };
  switch (attribute) {
    case ProfileGeneric::kCaptureObjects: {
      const AccessResult taken = take_columns(context, id, value, wanted);
      if (taken != AccessResult::success) return taken;
      break;
    }
    case ProfileGeneric::kCapturePeriod:
      wanted.period_s = number();
      break;
    case ProfileGeneric::kProfileEntries:
      wanted.entries = number();
      break;
    default:  // no other is granted
      return AccessResult::read_write_denied;
  }
  const bool same = wanted.period_s == now.period_s && wanted.entries == now.entries &&
                    wanted.n_columns == now.n_columns && wanted.column == now.column;
  return same ? AccessResult::success : change(context, id, wanted);
}

template <>
AccessResult Behaviour<ProfileGeneric>::act(Context& context, const Object& object,
                                            std::int8_t method, Bytes) {
  const auto id = static_cast<LogId>(object.which);
  Core& core = context.parts.core;
  if (!is_profile(id)) {  // a log of events begins anew
    return core.clear_log(id) ? AccessResult::success : AccessResult::hardware_fault;
  }
  if (method == ProfileGeneric::kReset) return change(context, id, core.setup_of(id));
  capture_now(core, id);
  return AccessResult::success;
}

}  // namespace meter::fw
