// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/meters/plans.hpp"

#include <algorithm>

#include "protocol/dlms/selection.hpp"

namespace hes {
namespace {

using protocol::dlms::rows_between;
using protocol::dlms::rows_numbered;

// Behind every stamp that a clock may show.
constexpr std::int64_t kEndOfTimeS = 4'102'444'800;  // 2100-01-01
constexpr std::uint8_t kMaxEmptyPulls = 6;           // a check period doubles so often

// The largest number has none behind it.
constexpr std::uint32_t next_number(std::uint32_t number) {
  return number == UINT32_MAX ? number : number + 1;
}

}  // namespace

Plans::Plans(Context& context, Types& types)
    : context_(context),
      types_(types),
      load_profile_(context.store.profile(kLoadProfile)),
      closing_{context.store.profile(kDailyClosing), context.store.profile(kMonthlyClosing)},
      meters_(context.inventory.size()) {}

void Plans::start() {
  const std::int64_t now_s = context_.now_s();
  const std::int64_t from = context_.config.collect_from_utc_s.value_or(now_s);
  for (MeterIndex meter = 0; meter < meters_.size(); ++meter) {
    context_.store.begin_series(meter, load_profile_, from);
    for (const ProfileIndex closing : closing_) context_.store.begin_series(meter, closing, from);
    meters_[meter].clock_checked_s = now_s;
    if (const std::uint32_t known = context_.store.meter_table().record(meter).accounted) {
      meters_[meter].begin_numbers(known);
    }
    if (context_.inventory[meter].concentrator != kNoConcentrator) continue;
    const std::int64_t spread_s = context_.draw_below(context_.config.closing_spread_s + 1);
    for (Plan::Closings& each : meters_[meter].closings) each.spread_s = spread_s;
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
  for (std::size_t kind = 0; kind < kClosingKinds; ++kind) {
    const bool there = type->profile(kClosings[kind].profile) != nullptr;
    if (context_.config.closing_pull && there) plan_closing(meter, kind);
  }
  if (context_.config.clock_check) plan_clock(meter);
}

bool Plans::by_number(MeterIndex meter, const Obis& name) const {
  const Plan& plan = meters_[meter];
  const ProfileType* const profile = types_.profile(meter, name);
  return profile != nullptr && profile->counter_column >= 0 &&
         !(name == kLoadProfile      ? plan.numbers_refused
           : name == kMonthlyClosing ? plan.closings[1].numbers_refused
                                     : plan.closings[0].numbers_refused);
}

void Plans::Plan::begin_numbers(std::uint32_t before) {
  counted = true;
  numbers = {};
  numbers.begin(before);
  parts = {};
  newest = before;
  for (Closings& each : closings) each.newest = before;
}

std::int64_t Plans::Plan::most_rows(const EngineConfig& config) const {
  return std::max<std::int64_t>(config.max_rows_per_pull >> parts.halvings, 1);
}

std::uint32_t Plans::Plan::last_of_part(const EngineConfig& config, std::uint32_t first) const {
  return static_cast<std::uint32_t>(
      std::min<std::int64_t>(first + most_rows(config) - 1, UINT32_MAX));
}

// Nothing new: later, and each time twice as late, until something comes.
void Plans::Plan::hold_back(const Context& context) {
  rows_again_s = context.now_s() + (context.config.check_period_s << empty_pulls);
  if (empty_pulls < kMaxEmptyPulls) ++empty_pulls;
}

// The number given last: the rows since collecting began, and a closing a day, may stand before it.
void Plans::counter_read(MeterIndex meter, std::optional<std::uint32_t> last) {
  constexpr std::int64_t kOfOtherLogs = 16;
  Plan& plan = meters_[meter];
  if (!last) {
    plan.numbers_refused = true;
    return plan_rows(meter);
  }
  if (plan.counted) {
    plan.counter_checked = true;
    if (*last < plan.newest) plan.begin_numbers(0);
    plan.rows_again_s = 0;
    return plan_rows(meter);
  }
  const std::int64_t now_s = context_.now_s();
  const std::int64_t begun_s = context_.store.begun_at(meter, load_profile_).value_or(now_s);
  const std::int64_t since_s = std::max<std::int64_t>(now_s - begun_s, 0);
  const std::int64_t rows =
      since_s / context_.inventory[meter].capture_period_s + since_s / kDayS + kOfOtherLogs;
  plan.begin_numbers(static_cast<std::uint32_t>(std::max<std::int64_t>(*last - rows, 0)));
  plan.newest_arrival_s = begun_s;
  plan_rows(meter);
}

void Plans::want_rows(MeterIndex meter, const Pull& pull) {
  meters_[meter].pull = pull;
  meters_[meter].wants |= kWantRows;
}

void Plans::plan_rows(MeterIndex meter) {
  drop(meter, kWantRows);
  if (context_.now_s() < meters_[meter].parts.changed_until_s) return;
  const EngineConfig& config = context_.config;
  const std::int64_t due_s = context_.now_s() - config.push_period_s - config.push_grace_s;
  if (by_number(meter, kLoadProfile) && meters_[meter].counted) {
    return plan_by_number(meter, due_s);
  }
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
  const std::int64_t to_s =
      std::min(lost_s, settled_s + plan.most_rows(context_.config) * period_s);
  const std::vector<MissingRun> runs = store.missing(meter, load_profile_, settled_s, to_s);
  if (runs.empty()) return;
  if (by_number(meter, kLoadProfile)) {
    return want_rows(meter, {Pull::Kind::counter, false, 0, {}});
  }
  const std::int64_t last_s = plan.parts.reach_on ? kEndOfTimeS : runs.back().last_utc_s;
  want_rows(meter, {Pull::Kind::stamps, plan.parts.reach_on, runs.back().last_utc_s,
                    rows_between(runs.front().first_utc_s, last_s)});
}

// A day's closing has a number as well, and a job of its own.
bool Plans::closing_expected(MeterIndex meter) const {
  Store& store = context_.store;
  return context_.config.closing_pull && types_.profile(meter, kDailyClosing) != nullptr &&
         context_.now_s() >= meters_[meter].closings[0].again_s &&
         store.next_stamp(meter, closing_[0], store.settled_until(meter, closing_[0])) <=
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
    if (hole->first != plan.parts.hole) {
      plan.parts.hole = hole->first;
      plan.parts.hole_since_s = now_s;
    }
    // A closing that is refused or does not come holds up nothing for good.
    const std::int64_t waited_s = now_s - plan.parts.hole_since_s - config.push_grace_s;
    if (waited_s < 0 || (waited_s < Plan::kClosingAgainS && closing_expected(meter))) return;
    if (plan.parts.doubtful == hole->first && !plan.parts.proved) {
      return want_rows(meter,
                       {Pull::Kind::hole, false, 0, rows_numbered(plan.newest, plan.newest)});
    }
    // Numbers say little of how many rows there are, so a hole is asked for whole at first.
    const std::uint32_t part = plan.last_of_part(context_.config, hole->first);
    const std::uint32_t last = plan.parts.too_many ? std::min(hole->second, part) : hole->second;
    return want_rows(meter, {Pull::Kind::hole, false, 0, rows_numbered(hole->first, last)});
  }
  context_.store.settle(meter, load_profile_,
                        std::min({due_s, plan.newest_stamp_s, plan.newest_arrival_s}));
  const std::int64_t overdue_s =
      due_s - context_.store.next_stamp(meter, load_profile_, plan.newest_arrival_s);
  if ((overdue_s < 0 && !plan.parts.more) || now_s < plan.rows_again_s) return;
  // Nothing behind the newest number, and for long: does the meter count anew?
  if (plan.empty_pulls != 0 && !plan.counter_checked) {
    return want_rows(meter, {Pull::Kind::counter, false, 0, {}});
  }
  const bool part =
      plan.parts.too_many ||
      overdue_s > config.max_rows_per_pull * context_.inventory[meter].capture_period_s;
  const bool open_end = plan.parts.reach_on || !part;
  const std::uint32_t first = next_number(std::max(plan.newest, plan.parts.passed));
  want_rows(meter, {Pull::Kind::tail, open_end, 0,
                    rows_numbered(
                        first, open_end ? UINT32_MAX : plan.last_of_part(context_.config, first))});
}

void Plans::plan_closing(MeterIndex meter, std::size_t kind) {
  Plan& plan = meters_[meter];
  Plan::Closings& closings = plan.closings[kind];
  const EngineConfig& config = context_.config;
  Store& store = context_.store;
  const ProfileIndex profile = closing_[kind];
  const std::int64_t now_s = context_.now_s();
  const std::int64_t due_s = now_s - config.closing_delay_s - closings.spread_s;
  std::int64_t stamp = store.next_stamp(meter, profile, store.settled_until(meter, profile));
  closings.until_s = 0;
  if (closings.hint.numbers != 0) plan.wants |= kClosings[kind].want;
  if (stamp > due_s || now_s < closings.again_s) return;
  // Those of a long absence come in one answer, a row a day or month.
  for (std::int64_t i = 0; i < config.max_rows_per_pull && stamp <= due_s; ++i) {
    closings.until_s = stamp;
    stamp = store.next_stamp(meter, profile, stamp);
  }
  plan.wants |= kClosings[kind].want;
}

void Plans::plan_clock(MeterIndex meter) {
  Plan& plan = meters_[meter];
  const EngineConfig& config = context_.config;
  const std::int64_t due_s = context_.now_s() - config.closing_delay_s - plan.closings[0].spread_s;
  if (config.zone.next_midnight(plan.clock_checked_s) <= due_s) plan.wants |= kWantClock;
}

protocol::cosem::Selection Plans::selection(MeterIndex meter, Want want) const {
  const Plan& plan = meters_[meter];
  if (want == kWantRows) return plan.pull.selection;
  const std::size_t kind = kind_of(want);
  if (plan.counted && by_number(meter, kClosings[kind].profile)) {
    return rows_numbered(next_number(plan.closings[kind].newest));
  }
  const std::int64_t from_s = context_.store.settled_until(meter, closing_[kind]) + 1;
  return rows_between(from_s, std::max(from_s, plan.closings[kind].until_s));
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
