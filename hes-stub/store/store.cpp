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

std::size_t Store::meters() const { return impl_->meter_ids.size(); }
std::vector<Obis> Store::profiles() const { return impl_->profiles; }
std::uint64_t Store::rows() const { return impl_->rows; }
std::uint64_t Store::duplicates() const { return impl_->duplicates; }
std::uint64_t Store::commits() const { return impl_->commits; }
std::span<const std::uint8_t> Store::last_new() const { return impl_->last_new; }

Store::Series& Store::series(MeterIndex meter, ProfileIndex profile) {
  PROTOCOL_ASSERT(profile < impl_->series.size());
  PROTOCOL_ASSERT(meter < impl_->series[profile].size());
  return impl_->series[profile][meter];
}

Store::OpenDay& Store::open_day(MeterIndex meter, ProfileIndex profile, std::int32_t day) {
  Series& owner = series(meter, profile);
  for (OpenDay& open : owner.days) {
    if (open.day == day) return open;
  }
  OpenDay& open = owner.days.emplace_back();
  open.day = day;
  impl_->get_day.bind(0, impl_->id_of(meter));
  impl_->get_day.bind(1, std::int64_t{profile});
  impl_->get_day.bind(2, std::int64_t{day});
  bool loaded = false;
  if (impl_->get_day.step()) {
    const std::span<const std::uint8_t> stored = impl_->get_day.blob(0);
    open.blob.assign(stored.begin(), stored.end());
    impl_->scratch.clear();
    loaded = decode_day(open.blob, impl_->scratch, open.tail);
    open.rows = static_cast<std::uint32_t>(impl_->scratch.size());
    for (const Row& row : impl_->scratch) {
      open.max_stamp_utc_s = std::max(open.max_stamp_utc_s, row.stamp_utc_s);
    }
  }
  impl_->get_day.reset();
  if (!loaded) start_day(open.blob, open.tail);
  return open;
}

void Store::touch(MeterIndex meter, ProfileIndex profile, OpenDay& day) {
  Series& owner = series(meter, profile);
  if (!owner.dirty) {
    owner.dirty = true;
    impl_->dirty_series.emplace_back(meter, profile);
  }
  day.dirty = true;
  if (impl_->stamps_key == Impl::Key{meter, profile} && impl_->stamps_day == day.day) {
    impl_->stamps_key.first = kNoMeter;
  }
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
      const AddResult part = add_to_day(meter, profile, day, rows, how, first);
      total.added += part.added;
      total.duplicates += part.duplicates;
      total.refused += part.refused;
    }
    while (first < rows.size() && day_of(rows[first].stamp_utc_s) == day) ++first;
  }
  impl_->rows += total.added;
  impl_->duplicates += total.duplicates;
  return total;
}

bool Store::append_in_order(OpenDay& day, std::span<const Row> rows, Delivery how,
                            std::size_t first, AddResult& result) {
  const std::int64_t known = day.max_stamp_utc_s;
  std::size_t n = 0;
  for (std::size_t i = first; i < rows.size(); ++i) {
    if (day_of(rows[i].stamp_utc_s) != day.day) continue;
    if (rows[i].stamp_utc_s <= known) return false;
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
    impl_->last_new[i] = 1;
  }
  day.rows += static_cast<std::uint32_t>(n);
  result.added = static_cast<std::uint32_t>(n);
  return true;
}

AddResult Store::add_to_day(MeterIndex meter, ProfileIndex profile, std::int32_t day_number,
                            std::span<const Row> rows, Delivery how, std::size_t first) {
  AddResult result;
  OpenDay& day = open_day(meter, profile, day_number);
  if (append_in_order(day, rows, how, first, result)) {
    if (result.added == 0) return result;
    touch(meter, profile, day);
    Series& owner = series(meter, profile);
    for (std::size_t i = first; i < rows.size() && owner.settled_utc_s != kNotBegun; ++i) {
      if (rows[i].stamp_utc_s == next_stamp(meter, profile, owner.settled_utc_s)) {
        owner.settled_utc_s = rows[i].stamp_utc_s;
      }
      note_newest(owner, rows[i].stamp_utc_s);
    }
    return result;
  }
  std::vector<Row>& slice = impl_->slice;
  slice.clear();
  std::vector<std::size_t> places;
  for (std::size_t i = first; i < rows.size(); ++i) {
    if (day_of(rows[i].stamp_utc_s) != day_number) continue;
    slice.push_back(rows[i]);
    slice.back().deliveries = 0;
    places.push_back(i);
  }
  if (day.rows + slice.size() > kMaxRowsPerDay) {
    result.refused = static_cast<std::uint32_t>(slice.size());
    return result;
  }
  std::vector<Row>& known = impl_->scratch;
  known.clear();
  DayTail tail;
  decode_day(day.blob, known, tail);
  if (how == Delivery::push) {
    merge_push(known, slice, impl_->slice_is_new);
  } else {
    merge_pull(known, slice, impl_->slice_is_new, how);
  }
  for (std::size_t i = 0; i < places.size(); ++i) {
    impl_->last_new[places[i]] = impl_->slice_is_new[i];
    ++(impl_->slice_is_new[i] != 0 ? result.added : result.duplicates);
  }
  start_day(day.blob, day.tail);
  for (const Row& row : known) append_row(row, day.blob, day.tail);
  day.rows = static_cast<std::uint32_t>(known.size());
  for (const Row& row : slice) {
    day.max_stamp_utc_s = std::max(day.max_stamp_utc_s, row.stamp_utc_s);
  }
  touch(meter, profile, day);
  series(meter, profile).settled_is_exact = false;
  return result;
}

// A late row may have been the one that kept `settled` back.
void Store::note_newest(Series& owner, std::int64_t stamp_utc_s) {
  if (stamp_utc_s < owner.newest_utc_s) owner.settled_is_exact = false;
  owner.newest_utc_s = std::max(owner.newest_utc_s, stamp_utc_s);
}

void Store::for_each_row(MeterIndex meter, ProfileIndex profile, const RowCallback& callback) {
  commit();  // then every day is in the file
  std::vector<Row> rows;
  impl_->all_days.bind(0, impl_->id_of(meter));
  impl_->all_days.bind(1, std::int64_t{profile});
  while (impl_->all_days.step()) {
    rows.clear();
    DayTail tail;
    decode_day(impl_->all_days.blob(0), rows, tail);
    std::map<std::int64_t, unsigned> seen;
    for (const Row& row : rows) callback(row, seen[row.stamp_utc_s]++);
  }
  impl_->all_days.reset();
}

const MeterRecord& Store::record(MeterIndex meter) const { return impl_->records[meter]; }

void Store::set_record(MeterIndex meter, const MeterRecord& record) {
  impl_->records[meter] = record;
  if (impl_->record_is_dirty[meter]) return;
  impl_->record_is_dirty[meter] = true;
  impl_->dirty_records.push_back(meter);
}

void Store::add_event(UtcNs at, MeterIndex meter, std::string_view kind, std::string_view detail) {
  impl_->events.push_back({at, meter, std::string(kind), std::string(detail)});
}
void Store::add_session(MeterIndex meter, std::uint64_t connection, UtcNs opened, UtcNs closed,
                        std::uint64_t octets_up, std::uint64_t octets_down,
                        std::string_view reason) {
  impl_->sessions.push_back(
      {meter, connection, opened, closed, octets_up, octets_down, std::string(reason)});
}
void Store::add_order(const OrderEntry& entry) { impl_->orders.push_back(entry); }

}  // namespace hes
