// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Rows: open days in memory, the fast way in (behind everything known) and the merge.
#include "hes-stub/store/store.hpp"

#include <algorithm>
#include <map>

#include "hes-stub/store/day_merge.hpp"
#include "hes-stub/store/store_impl.hpp"
#include "protocol/assert.hpp"

namespace hes {

Store::Store(const StoreOptions& options) : impl_(std::make_unique<Impl>(options)) {}

Store::~Store() {
  try {
    commit();
  } catch (const std::exception&) {
    // Whoever cares about the last minute calls commit() and hears of it there.
  }
}

std::size_t Store::meters() const { return impl_->meters.size(); }
MeterTable& Store::meter_table() { return impl_->meters; }
Journal& Store::journal() { return impl_->journal; }
ConcentratorStore& Store::concentrators() { return impl_->concentrators; }
std::vector<Obis> Store::profiles() const { return impl_->profiles; }
std::uint64_t Store::rows() const { return impl_->n_rows; }
std::uint64_t Store::duplicates() const { return impl_->n_duplicates; }
std::uint64_t Store::commits() const { return impl_->n_commits; }
std::span<const std::uint8_t> Store::last_new() const { return impl_->last_new; }

Series& Store::Impl::of(MeterIndex meter, ProfileIndex profile) {
  PROTOCOL_ASSERT(profile < series.size());
  PROTOCOL_ASSERT(meter < series[profile].size());
  return series[profile][meter];
}

OpenDay& Store::Impl::open_day(MeterIndex meter, ProfileIndex profile, std::int32_t day) {
  Series& owner = of(meter, profile);
  for (OpenDay& open : owner.days) {
    if (open.day == day) return open;
  }
  OpenDay& open = owner.days.emplace_back();
  open.day = day;
  scratch.clear();
  if (!load_day(meter, profile, day, open)) start_day(open.blob, open.tail);
  open.rows = static_cast<std::uint32_t>(scratch.size());
  for (const Row& row : scratch) {
    open.max_stamp_utc_s = std::max(open.max_stamp_utc_s, row.stamp_utc_s);
  }
  return open;
}

bool Store::Impl::load_day(MeterIndex meter, ProfileIndex profile, std::int32_t day,
                           OpenDay& into) {
  Statement& get = statements.get_day;
  bind_all(get, meters.id_of(meter), profile, day);
  bool loaded = false;
  if (get.step()) {
    const std::span<const std::uint8_t> stored = get.blob(0);
    into.blob.assign(stored.begin(), stored.end());
    loaded = decode_day(into.blob, scratch, into.tail);
  }
  get.reset();
  return loaded;
}

void Store::Impl::touch(MeterIndex meter, ProfileIndex profile) {
  Series& owner = of(meter, profile);
  if (!owner.dirty) dirty_series.emplace_back(meter, profile);
  owner.dirty = true;
}

void Store::Impl::touch(MeterIndex meter, ProfileIndex profile, OpenDay& day) {
  touch(meter, profile);
  day.dirty = true;
  if (stamps.key == SeriesKey{meter, profile} && stamps.day == day.day) {
    stamps.key.first = kNoMeter;
  }
}

// A late row may have been the one that kept `settled` back.
void Series::note_newest(std::int64_t stamp_utc_s) {
  if (stamp_utc_s < newest_utc_s) settled_is_exact = false;
  newest_utc_s = std::max(newest_utc_s, stamp_utc_s);
}

AddResult Store::add_rows(MeterIndex meter, ProfileIndex profile, std::span<const Row> rows,
                          Delivery how) {
  impl_->last_new.assign(rows.size(), 0);
  AddResult total;
  // Cut where the day changes; a delivery that comes back to a day (clock set back over midnight)
  // is laid along that day in one piece.
  std::size_t first = 0;
  while (first < rows.size()) {
    const std::int32_t day = day_of(rows[first].stamp_utc_s);
    bool earlier = false;
    for (std::size_t i = 0; i < first; ++i) earlier |= day_of(rows[i].stamp_utc_s) == day;
    if (!earlier) {
      const AddResult part = impl_->add_to_day(meter, profile, day, rows, how, first);
      total.added += part.added;
      total.duplicates += part.duplicates;
      total.refused += part.refused;
    }
    while (first < rows.size() && day_of(rows[first].stamp_utc_s) == day) ++first;
  }
  impl_->n_rows += total.added;
  impl_->n_duplicates += total.duplicates;
  return total;
}

bool Store::Impl::append_in_order(OpenDay& day, std::span<const Row> rows, Delivery how,
                                  std::size_t first, AddResult& result) {
  const std::int64_t known = day.max_stamp_utc_s;
  std::uint32_t number = day.tail.row.capture_counter;
  std::size_t n = 0;
  for (std::size_t i = first; i < rows.size(); ++i) {
    if (day_of(rows[i].stamp_utc_s) != day.day) continue;
    if (rows[i].stamp_utc_s <= known || rows[i].capture_counter < number) return false;
    number = rows[i].capture_counter;
    ++n;
  }
  if (day.rows + n > kMaxRowsPerDay) {
    result.refused = static_cast<std::uint32_t>(n);
    return true;
  }
  for (std::size_t i = first; i < rows.size(); ++i) {
    if (day_of(rows[i].stamp_utc_s) != day.day) continue;
    Row row = rows[i];
    row.deliveries = static_cast<std::uint8_t>(how);
    append_row(row, day.blob, day.tail);
    day.max_stamp_utc_s = std::max(day.max_stamp_utc_s, row.stamp_utc_s);
    last_new[i] = 1;
  }
  day.rows += static_cast<std::uint32_t>(n);
  result.added = static_cast<std::uint32_t>(n);
  return true;
}

AddResult Store::Impl::add_to_day(MeterIndex meter, ProfileIndex profile, std::int32_t day_number,
                                  std::span<const Row> rows, Delivery how, std::size_t first) {
  AddResult result;
  OpenDay& day = open_day(meter, profile, day_number);
  if (append_in_order(day, rows, how, first, result)) {
    if (result.added == 0) return result;
    touch(meter, profile, day);
    Series& owner = of(meter, profile);
    for (std::size_t i = first; i < rows.size() && owner.settled_utc_s != kNotBegun; ++i) {
      if (rows[i].stamp_utc_s == next_stamp(meter, profile, owner.settled_utc_s)) {
        owner.settled_utc_s = rows[i].stamp_utc_s;
      }
      owner.note_newest(rows[i].stamp_utc_s);
    }
    return result;
  }
  if (!merge_into_day(day, rows, how, first, result)) return result;
  touch(meter, profile, day);
  of(meter, profile).settled_is_exact = false;
  return result;
}

bool Store::Impl::merge_into_day(OpenDay& day, std::span<const Row> rows, Delivery how,
                                 std::size_t first, AddResult& result) {
  std::vector<Row> slice;
  std::vector<std::uint8_t> slice_is_new;
  std::vector<std::size_t> places;
  for (std::size_t i = first; i < rows.size(); ++i) {
    if (day_of(rows[i].stamp_utc_s) != day.day) continue;
    slice.push_back(rows[i]);
    slice.back().deliveries = 0;
    places.push_back(i);
  }
  if (day.rows + slice.size() > kMaxRowsPerDay) {
    result.refused = static_cast<std::uint32_t>(slice.size());
    return false;
  }
  std::vector<Row>& known = scratch;
  known.clear();
  DayTail tail;
  decode_day(day.blob, known, tail);
  if (how == Delivery::push) {
    merge_push(known, slice, slice_is_new);
  } else {
    merge_pull(known, slice, slice_is_new, how);
  }
  for (std::size_t i = 0; i < places.size(); ++i) {
    last_new[places[i]] = slice_is_new[i];
    ++(slice_is_new[i] != 0 ? result.added : result.duplicates);
  }
  start_day(day.blob, day.tail);
  for (const Row& row : known) append_row(row, day.blob, day.tail);
  day.rows = static_cast<std::uint32_t>(known.size());
  for (const Row& row : slice) {
    day.max_stamp_utc_s = std::max(day.max_stamp_utc_s, row.stamp_utc_s);
  }
  return true;
}

void Store::for_each_row(MeterIndex meter, ProfileIndex profile, const RowCallback& callback) {
  commit();  // then every day is in the file
  std::vector<Row> rows;
  Statement& all = impl_->statements.all_days;
  bind_all(all, impl_->meters.id_of(meter), profile);
  while (all.step()) {
    rows.clear();
    DayTail tail;
    decode_day(all.blob(0), rows, tail);
    std::map<std::int64_t, unsigned> seen;
    for (const Row& row : rows) callback(row, seen[row.stamp_utc_s]++);
  }
  all.reset();
}

}  // namespace hes
