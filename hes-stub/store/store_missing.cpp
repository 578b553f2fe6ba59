// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// "What is missing": stamps that a profile should have, against those that are stored.
#include <algorithm>

#include "hes-stub/store/store.hpp"
#include "hes-stub/store/store_impl.hpp"
#include "protocol/calendar.hpp"

namespace hes {

namespace {

// The first local begin of a month later than this.
std::int64_t next_month(const protocol::LocalZone& zone, std::int64_t utc_s) {
  const std::int64_t local_s = utc_s + zone.offset_min(utc_s) * 60;
  const auto date = protocol::civil_from_days(protocol::floor_div(local_s, protocol::kDayS));
  const bool last = date.month == 12;
  const std::int64_t day =
      protocol::days_from_civil(date.year + (last ? 1 : 0), last ? 1 : date.month + 1, 1);
  return zone.utc_of(day * protocol::kDayS, false);
}

}  // namespace

std::int64_t Store::Impl::next_stamp(MeterIndex meter, ProfileIndex profile,
                                     std::int64_t after_utc_s) const {
  if (profiles[profile] == kDailyClosing) return zone.next_midnight(after_utc_s);
  if (profiles[profile] == kMonthlyClosing) return next_month(zone, after_utc_s);
  const std::int64_t period_s = meters.period_s(meter);
  return (protocol::floor_div(after_utc_s, period_s) + 1) * period_s;
}

std::int64_t Store::next_stamp(MeterIndex meter, ProfileIndex profile,
                               std::int64_t after_utc_s) const {
  return impl_->next_stamp(meter, profile, after_utc_s);
}

const std::vector<std::int64_t>& Store::Impl::stamps_of_day(MeterIndex meter, ProfileIndex profile,
                                                            std::int32_t day) {
  const SeriesKey key{meter, profile};
  if (stamps.key == key && stamps.day == day) return stamps.stamps;
  const auto& open_days = of(meter, profile).days;
  const auto open = std::find_if(open_days.begin(), open_days.end(),
                                 [day](const OpenDay& candidate) { return candidate.day == day; });
  OpenDay stored;
  scratch.clear();
  if (open != open_days.end()) {
    decode_day(open->blob, scratch, stored.tail);
  } else {
    load_day(meter, profile, day, stored);
  }
  stamps.key = key;
  stamps.day = day;
  stamps.stamps.clear();
  for (const Row& row : scratch) stamps.stamps.push_back(row.stamp_utc_s);
  std::sort(stamps.stamps.begin(), stamps.stamps.end());
  return stamps.stamps;
}

std::vector<MissingRun> Store::missing(MeterIndex meter, ProfileIndex profile,
                                       std::int64_t from_utc_s, std::int64_t to_utc_s) {
  std::vector<MissingRun> runs;
  const std::int64_t settled_utc_s = impl_->of(meter, profile).settled_utc_s;
  bool in_run = false;
  for (std::int64_t stamp = next_stamp(meter, profile, from_utc_s); stamp <= to_utc_s;
       stamp = next_stamp(meter, profile, stamp)) {
    const std::vector<std::int64_t>& there = impl_->stamps_of_day(meter, profile, day_of(stamp));
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

void Store::Impl::advance_settled(MeterIndex meter, ProfileIndex profile,
                                  std::int64_t limit_utc_s) {
  Series& owner = of(meter, profile);
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
  impl_->advance_settled(meter, profile, INT64_MAX - 2 * kDayS);
  return impl_->of(meter, profile).settled_utc_s;
}

void Store::settle(MeterIndex meter, ProfileIndex profile, std::int64_t until_utc_s) {
  Series& owner = impl_->of(meter, profile);
  if (until_utc_s <= owner.settled_utc_s) return;
  owner.settled_utc_s = until_utc_s;
  owner.settled_is_exact = false;
  owner.header_dirty = true;
  impl_->touch(meter, profile);
}

std::optional<std::int64_t> Store::begun_at(MeterIndex meter, ProfileIndex profile) {
  const std::int64_t begin_utc_s = impl_->of(meter, profile).begin_utc_s;
  return begin_utc_s == kNotBegun ? std::nullopt : std::optional(begin_utc_s);
}

void Store::begin_series(MeterIndex meter, ProfileIndex profile, std::int64_t from_utc_s) {
  Series& owner = impl_->of(meter, profile);
  if (owner.begin_utc_s != kNotBegun) return;
  owner.begin_utc_s = from_utc_s;
  settle(meter, profile, from_utc_s);
}

}  // namespace hes
