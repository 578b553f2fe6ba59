// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/meters/plans.hpp"

#include <algorithm>

#include "protocol/dlms/refusal.hpp"
#include "protocol/dlms/selection.hpp"

namespace hes {
namespace {

using protocol::dlms::rows_between;
using protocol::dlms::rows_numbered;

// Behind every stamp that a clock may show.
constexpr std::int64_t kEndOfTimeS = 4'102'444'800;  // 2100-01-01
constexpr std::uint8_t kMaxEmptyPulls = 6;           // a check period doubles so often

// A closing that is not there is asked for again, for a while: a slow clock writes it late, a
// meter without power never.
constexpr std::int64_t kClosingAgainS = 3600;
constexpr std::int64_t kClosingGivenUpS = 6 * 3600;

}  // namespace

Plans::Plans(Context& context, Types& types)
    : context_(context),
      types_(types),
      load_profile_(context.store.profile(kLoadProfile)),
      closing_(context.store.profile(kDailyClosing)),
      meters_(context.inventory.size()) {}

void Plans::start() {
  const std::int64_t now_s = context_.now_s();
  const std::int64_t from = context_.config.collect_from_utc_s.value_or(now_s);
  for (MeterIndex meter = 0; meter < meters_.size(); ++meter) {
    context_.store.begin_series(meter, load_profile_, from);
    context_.store.begin_series(meter, closing_, from);
    meters_[meter].clock_checked_s = now_s;
    if (const std::uint32_t known = context_.store.meter_table().record(meter).accounted) {
      begin_numbers(meters_[meter], known);
    }
    if (context_.inventory[meter].concentrator != kNoConcentrator) continue;
    meters_[meter].closing_spread_s = context_.draw_below(context_.config.closing_spread_s + 1);
  }
}

void Plans::drop(MeterIndex meter, Want want) {
  meters_[meter].wants &= static_cast<std::uint8_t>(~want);
}

void Plans::plan(MeterIndex meter) {
  const TypeTemplate* const type = types_.of(meter);
  if (type == nullptr) {
    if (types_.begin_learning(meter)) meters_[meter].wants |= kWantLearn;
    return;
  }
  plan_rows(meter);
  if (context_.config.closing_pull && type->profile(kDailyClosing) != nullptr) plan_closing(meter);
  if (context_.config.clock_check) plan_clock(meter);
}

bool Plans::by_number(MeterIndex meter) const {
  const ProfileType* const profile = types_.profile(meter, kLoadProfile);
  return profile != nullptr && profile->counter_column >= 0 && !meters_[meter].numbers_refused;
}

void Plans::begin_numbers(Plan& plan, std::uint32_t before) {
  plan.counted = true;
  plan.numbers.begin(before);
  plan.newest = plan.newest_closing = before;
}

// The number given last: the rows since collecting began, and a closing a day, may stand before it.
void Plans::counter_read(MeterIndex meter, std::optional<std::uint32_t> last) {
  constexpr std::int64_t kOfOtherLogs = 16;
  Plan& plan = meters_[meter];
  if (!last) {
    plan.numbers_refused = true;
    return plan_rows(meter);
  }
  const std::int64_t now_s = context_.now_s();
  const std::int64_t begun_s = context_.store.begun_at(meter, load_profile_).value_or(now_s);
  const std::int64_t since_s = std::max<std::int64_t>(now_s - begun_s, 0);
  const std::int64_t rows =
      since_s / context_.inventory[meter].capture_period_s + since_s / kDayS + kOfOtherLogs;
  begin_numbers(plan, static_cast<std::uint32_t>(std::max<std::int64_t>(*last - rows, 0)));
  plan.newest_arrival_s = begun_s;
  plan_rows(meter);
}

void Plans::want_rows(MeterIndex meter, const Pull& pull) {
  meters_[meter].pull = pull;
  meters_[meter].wants |= kWantRows;
}

void Plans::plan_rows(MeterIndex meter) {
  drop(meter, kWantRows);
  const EngineConfig& config = context_.config;
  const std::int64_t due_s = context_.now_s() - config.push_period_s - config.push_grace_s;
  if (by_number(meter) && meters_[meter].counted) return plan_by_number(meter, due_s);
  plan_by_stamp(meter, due_s);
}

void Plans::plan_by_stamp(MeterIndex meter, std::int64_t due_s) {
  Plan& plan = meters_[meter];
  const EngineConfig& config = context_.config;
  Store& store = context_.store;
  if (plan.twice.to_s != 0 && plan.twice.to_s <= due_s) {
    return want_rows(meter, {Pull::Kind::twice, false, plan.twice.to_s,
                             rows_between(plan.twice.from_s, plan.twice.to_s)});
  }
  const std::int64_t settled_s = store.settled_until(meter, load_profile_);
  if (store.next_stamp(meter, load_profile_, settled_s) > due_s) return;
  if (context_.now_s() < plan.rows_again_s) return;
  // With the oldest row of a push its other rows are lost too: not one pull for each.
  const std::int64_t period_s = context_.inventory[meter].capture_period_s;
  const std::int64_t lost_s = due_s + std::max<std::int64_t>(config.push_period_s - period_s, 0);
  const std::int64_t to_s = std::min(lost_s, settled_s + config.max_rows_per_pull * period_s);
  const std::vector<MissingRun> runs = store.missing(meter, load_profile_, settled_s, to_s);
  if (runs.empty()) return;
  if (by_number(meter)) return want_rows(meter, {Pull::Kind::counter, false, 0, {}});
  const std::int64_t last_s = plan.reach_on ? kEndOfTimeS : runs.back().last_utc_s;
  want_rows(meter, {Pull::Kind::stamps, plan.reach_on, runs.back().last_utc_s,
                    rows_between(runs.front().first_utc_s, last_s)});
}

// A day's closing has a number as well, and a job of its own.
bool Plans::closing_expected(MeterIndex meter) const {
  Store& store = context_.store;
  return context_.config.closing_pull && types_.profile(meter, kDailyClosing) != nullptr &&
         context_.now_s() >= meters_[meter].closing_again_s &&
         store.next_stamp(meter, closing_, store.settled_until(meter, closing_)) <=
             context_.now_s();
}

// Numbers rise with every row, so without a hole below the newest one all that was captured before
// it came is here, whatever its stamp says.
void Plans::plan_by_number(MeterIndex meter, std::int64_t due_s) {
  Plan& plan = meters_[meter];
  const EngineConfig& config = context_.config;
  const std::int64_t now_s = context_.now_s();
  const auto hole = plan.numbers.hole();
  if (hole && hole->first < plan.newest) {
    if (hole->first != plan.hole) {
      plan.hole = hole->first;
      plan.hole_since_s = now_s;
    }
    if (now_s - plan.hole_since_s < config.push_grace_s || closing_expected(meter)) return;
    return want_rows(meter, {Pull::Kind::hole, false, 0, rows_numbered(hole->first, hole->second)});
  }
  context_.store.settle(meter, load_profile_,
                        std::min({due_s, plan.newest_stamp_s, plan.newest_arrival_s}));
  const std::int64_t overdue_s =
      due_s - context_.store.next_stamp(meter, load_profile_, plan.newest_arrival_s);
  if (overdue_s < 0 || now_s < plan.rows_again_s) return;
  const bool part =
      overdue_s > config.max_rows_per_pull * context_.inventory[meter].capture_period_s;
  const bool open_end = plan.reach_on || !part;
  const auto most = static_cast<std::uint32_t>(config.max_rows_per_pull);
  want_rows(meter, {Pull::Kind::tail, open_end, 0,
                    rows_numbered(plan.newest + 1, open_end ? UINT32_MAX : plan.newest + most)});
}

void Plans::plan_closing(MeterIndex meter) {
  Plan& plan = meters_[meter];
  const EngineConfig& config = context_.config;
  Store& store = context_.store;
  const std::int64_t now_s = context_.now_s();
  const std::int64_t due_s = now_s - config.closing_delay_s - plan.closing_spread_s;
  std::int64_t stamp = store.next_stamp(meter, closing_, store.settled_until(meter, closing_));
  plan.closing_until_s = 0;
  if (plan.closing_hint) plan.wants |= kWantClosing;
  if (stamp > due_s || now_s < plan.closing_again_s) return;
  // Months of them after a long absence come in one answer, a row a day.
  for (std::int64_t i = 0; i < config.max_rows_per_pull && stamp <= due_s; ++i) {
    plan.closing_until_s = stamp;
    stamp = store.next_stamp(meter, closing_, stamp);
  }
  plan.wants |= kWantClosing;
}

void Plans::plan_clock(MeterIndex meter) {
  Plan& plan = meters_[meter];
  const EngineConfig& config = context_.config;
  const std::int64_t due_s = context_.now_s() - config.closing_delay_s - plan.closing_spread_s;
  if (config.zone.next_midnight(plan.clock_checked_s) <= due_s) plan.wants |= kWantClock;
}

void Plans::account(MeterIndex meter) {
  const std::uint32_t accounted = meters_[meter].numbers.accounted();
  MeterRecord record = context_.store.meter_table().record(meter);
  if (record.accounted == accounted) return;
  record.accounted = accounted;
  context_.store.meter_table().set_record(meter, record);
}

void Plans::note_rows(MeterIndex meter, const Obis& profile, std::span<const Row> rows,
                      std::int64_t arrival_s) {
  const bool load = profile == kLoadProfile;
  if (rows.empty() || (!load && profile != kDailyClosing)) return;
  Plan& plan = meters_[meter];
  plan.empty_pulls = 0;
  const ProfileType* const type = types_.profile(meter, profile);
  if (type == nullptr || type->counter_column < 0) {
    for (const Row& row : rows) {
      if (load) plan.newest_stamp_s = std::max(plan.newest_stamp_s, row.stamp_utc_s);
    }
    return;
  }
  // Numbers begin where nothing is missing by the stamps, or with the meter's counter.
  if (!plan.counted) {
    const std::int64_t settled_s = context_.store.settled_until(meter, load_profile_);
    if (!load || settled_s < rows.front().stamp_utc_s) return;
    begin_numbers(plan, std::max(rows.front().capture_counter, 1u) - 1);
  }
  for (const Row& row : rows) {
    plan.numbers.add(row.capture_counter);
    if (!load) {
      plan.newest_closing = std::max(plan.newest_closing, row.capture_counter);
    } else if (row.capture_counter > plan.newest) {
      plan.newest = row.capture_counter;
      plan.newest_stamp_s = row.stamp_utc_s;
      plan.newest_arrival_s = arrival_s;
    }
  }
  account(meter);
}

void Plans::rows_pulled(MeterIndex meter, std::span<const Row> rows) {
  Plan& plan = meters_[meter];
  switch (plan.pull.kind) {
    case Pull::Kind::counter:
      return;
    case Pull::Kind::twice:
      plan.twice.to_s = 0;  // below what is settled
      break;
    case Pull::Kind::stamps:
      stamps_pulled(meter);
      break;
    case Pull::Kind::tail:
      tail_pulled(meter, rows);
      break;
    case Pull::Kind::hole:
      plan.numbers.close(plan.pull.selection.from_entry, plan.pull.selection.to_entry);
      plan.closing_hint = true;
      account(meter);
      break;
  }
  drop(meter, kWantRows);
  plan_rows(meter);  // a long gap comes in parts
}

// Stamps that the meter has not passed by its own clock may still come.
void Plans::stamps_pulled(MeterIndex meter) {
  Plan& plan = meters_[meter];
  const bool passed = plan.newest_stamp_s >= plan.pull.to_s;
  if (passed || plan.pull.open_end) {
    context_.store.settle(meter, load_profile_, std::min(plan.pull.to_s, plan.newest_stamp_s));
  }
  plan.reach_on = !passed && !plan.pull.open_end;
  if (!passed && plan.pull.open_end) hold_back(plan);
}

void Plans::tail_pulled(MeterIndex meter, std::span<const Row> rows) {
  Plan& plan = meters_[meter];
  plan.reach_on = rows.empty() && !plan.pull.open_end;
  if (rows.empty()) {
    if (plan.pull.open_end) hold_back(plan);
    return;
  }
  // Numbers left out are of other logs, perhaps closings.
  const auto hole = plan.numbers.hole();
  if (!hole || hole->first >= plan.newest) return;
  plan.numbers.close(plan.pull.selection.from_entry, plan.newest);
  plan.closing_hint = true;
  account(meter);
}

// Nothing new: later, and each time twice as late, until something comes.
void Plans::hold_back(Plan& plan) const {
  plan.rows_again_s = context_.now_s() + (context_.config.check_period_s << plan.empty_pulls);
  if (plan.empty_pulls < kMaxEmptyPulls) ++plan.empty_pulls;
}

void Plans::pull_refused(MeterIndex meter, Want want, protocol::cosem::AccessResult result) {
  using Kind = Pull::Kind;
  Plan& plan = meters_[meter];
  const bool numbers = plan.pull.kind == Kind::tail || plan.pull.kind == Kind::hole;
  if (want == kWantRows && numbers) {
    plan.numbers_refused |= protocol::dlms::is_not_selectable(result);
  }
  if (want == kWantClosing) plan.closing_hint = false;
  drop(meter, want);
}

protocol::cosem::Selection Plans::closing(MeterIndex meter) const {
  const Plan& plan = meters_[meter];
  if (plan.counted && by_number(meter)) return rows_numbered(plan.newest_closing + 1);
  const std::int64_t from_s = context_.store.settled_until(meter, closing_) + 1;
  return rows_between(from_s, std::max(from_s, plan.closing_until_s));
}

void Plans::closing_pulled(MeterIndex meter, std::span<const Row> rows) {
  Plan& plan = meters_[meter];
  const std::int64_t to_s = plan.closing_until_s;
  plan.closing_hint = false;
  drop(meter, kWantClosing);
  if (to_s == 0) return;
  const bool there = std::any_of(rows.begin(), rows.end(),
                                 [to_s](const Row& row) { return row.stamp_utc_s >= to_s; });
  if (there || context_.now_s() - to_s > kClosingGivenUpS) {
    context_.store.settle(meter, closing_, to_s);
  } else {
    plan.closing_again_s = context_.now_s() + kClosingAgainS;
  }
}

// What the meter stamps from now on it has stamped before: look at these stamps once its pushes of
// them must have come.
void Plans::clock_moved(MeterIndex meter, UtcNs deviation_before, UtcNs deviation_after) {
  if (deviation_after >= deviation_before) return;
  const std::int64_t period_s = context_.inventory[meter].capture_period_s;
  const std::int64_t now_s = context_.now_s();
  StampRange& twice = meters_[meter].twice;
  const std::int64_t from_s = now_s + deviation_after / kNsPerSecond - period_s;
  const std::int64_t to_s = now_s + deviation_before / kNsPerSecond + period_s;
  twice.from_s = twice.to_s == 0 ? from_s : std::min(twice.from_s, from_s);
  // Two rows a stamp; a clock that was a year ahead is not worth more than one pull.
  const std::int64_t most_s = context_.config.max_rows_per_pull / 2 * period_s;
  twice.to_s = std::min(std::max(twice.to_s, to_s), twice.from_s + most_s);
}

}  // namespace hes
