// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// "What is missing": stamps that a profile should have, against those that are stored.
#include <algorithm>

#include "hes-stub/store/store.hpp"
#include "hes-stub/store/store_impl.hpp"

namespace hes {

std::int64_t Store::next_stamp(MeterIndex meter, ProfileIndex profile,
                               std::int64_t after_utc_s) const {
  if (impl_->profiles[profile] == kDailyClosing) return impl_->zone.next_midnight(after_utc_s);
  const std::int64_t period_s = impl_->periods_s[meter];
  std::int64_t intervals = after_utc_s / period_s;
  if (after_utc_s < 0 && after_utc_s % period_s != 0) --intervals;
  return (intervals + 1) * period_s;
}

const std::vector<std::int64_t>& Store::stamps_of_day(MeterIndex meter, ProfileIndex profile,
                                                      std::int32_t day) {
  const Impl::Key key{meter, profile};
  if (impl_->stamps_key == key && impl_->stamps_day == day) return impl_->stamps;
  std::vector<Row> rows;
  DayTail tail;
  const auto& open_days = series(meter, profile).days;
  const auto open = std::find_if(open_days.begin(), open_days.end(),
                                 [day](const OpenDay& candidate) { return candidate.day == day; });
  if (open != open_days.end()) {
    decode_day(open->blob, rows, tail);
  } else {
    impl_->get_day.bind(0, impl_->id_of(meter));
    impl_->get_day.bind(1, std::int64_t{profile});
    impl_->get_day.bind(2, std::int64_t{day});
    if (impl_->get_day.step()) decode_day(impl_->get_day.blob(0), rows, tail);
    impl_->get_day.reset();
  }
  impl_->stamps.clear();
  for (const Row& row : rows) impl_->stamps.push_back(row.stamp_utc_s);
  std::sort(impl_->stamps.begin(), impl_->stamps.end());
  impl_->stamps_key = key;
  impl_->stamps_day = day;
  return impl_->stamps;
}

std::vector<MissingRun> Store::missing(MeterIndex meter, ProfileIndex profile,
                                       std::int64_t from_utc_s, std::int64_t to_utc_s) {
  std::vector<MissingRun> runs;
  const std::int64_t settled_utc_s = series(meter, profile).settled_utc_s;
  bool in_run = false;
  for (std::int64_t stamp = next_stamp(meter, profile, from_utc_s); stamp <= to_utc_s;
       stamp = next_stamp(meter, profile, stamp)) {
    const std::vector<std::int64_t>& there = stamps_of_day(meter, profile, day_of(stamp));
    if (std::binary_search(there.begin(), there.end(), stamp)) {
      in_run = false;
      continue;
    }
    const bool asked = stamp <= settled_utc_s;
    if (!in_run || runs.back().asked != asked) runs.push_back({stamp, stamp, 0, asked});
    runs.back().last_utc_s = stamp;
    ++runs.back().count;
    in_run = true;
  }
  return runs;
}

std::vector<MissingRun> Store::missing(MeterIndex meter, std::int64_t from_utc_s,
                                       std::int64_t to_utc_s) {
  return missing(meter, profile(kLoadProfile), from_utc_s, to_utc_s);
}

void Store::advance_settled(MeterIndex meter, ProfileIndex profile, std::int64_t limit_utc_s) {
  Series& owner = series(meter, profile);
  if (owner.settled_utc_s == kNotBegun || owner.settled_is_exact) return;
  for (;;) {
    const std::int64_t stamp = next_stamp(meter, profile, owner.settled_utc_s);
    if (stamp > limit_utc_s) return;
    const std::vector<std::int64_t>& there = stamps_of_day(meter, profile, day_of(stamp));
    if (!std::binary_search(there.begin(), there.end(), stamp)) {
      owner.settled_is_exact = true;
      return;
    }
    owner.settled_utc_s = stamp;
  }
}

std::int64_t Store::settled_until(MeterIndex meter, ProfileIndex profile) {
  advance_settled(meter, profile, INT64_MAX - 2 * kDayS);
  return series(meter, profile).settled_utc_s;
}

void Store::settle(MeterIndex meter, ProfileIndex profile, std::int64_t until_utc_s) {
  Series& owner = series(meter, profile);
  if (until_utc_s <= owner.settled_utc_s) return;
  owner.settled_utc_s = until_utc_s;
  owner.settled_is_exact = false;
  owner.header_dirty = true;
  if (!owner.dirty) {
    owner.dirty = true;
    impl_->dirty_series.emplace_back(meter, profile);
  }
}

std::optional<std::int64_t> Store::begun_at(MeterIndex meter, ProfileIndex profile) {
  const std::int64_t begin_utc_s = series(meter, profile).begin_utc_s;
  return begin_utc_s == kNotBegun ? std::nullopt : std::optional(begin_utc_s);
}

std::optional<std::int64_t> Store::newest_stamp(MeterIndex meter, ProfileIndex profile) {
  commit();
  Statement last =
      impl_->database.prepare("SELECT max(day) FROM profile_day WHERE meter=? AND profile=?");
  last.bind(0, impl_->id_of(meter));
  last.bind(1, std::int64_t{profile});
  if (!last.step() || last.is_null(0)) return std::nullopt;
  const auto& stamps = stamps_of_day(meter, profile, static_cast<std::int32_t>(last.integer(0)));
  return stamps.empty() ? std::nullopt : std::optional(stamps.back());
}

void Store::begin_series(MeterIndex meter, ProfileIndex profile, std::int64_t from_utc_s) {
  Series& owner = series(meter, profile);
  if (owner.begin_utc_s != kNotBegun) return;
  owner.begin_utc_s = from_utc_s;
  settle(meter, profile, from_utc_s);
}

}  // namespace hes
