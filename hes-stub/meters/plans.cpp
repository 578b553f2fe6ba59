// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/meters/plans.hpp"

#include <algorithm>

namespace hes {
namespace {

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

void Plans::plan_rows(MeterIndex meter) {
  Plan& plan = meters_[meter];
  const EngineConfig& config = context_.config;
  Store& store = context_.store;
  drop(meter, kWantRows);
  const std::int64_t due_s = context_.now_s() - config.push_period_s - config.push_grace_s;
  if (plan.twice.to_s != 0 && plan.twice.to_s <= due_s) {
    plan.rows = plan.twice;
    plan.wants |= kWantRows;
    return;
  }
  const std::int64_t settled_s = store.settled_until(meter, load_profile_);
  if (store.next_stamp(meter, load_profile_, settled_s) > due_s) return;
  // With the oldest row of a push its other rows are lost too: not one pull for each.
  const std::int64_t period_s = context_.inventory[meter].capture_period_s;
  const std::int64_t lost_s = due_s + std::max<std::int64_t>(config.push_period_s - period_s, 0);
  const std::int64_t to_s = std::min(lost_s, settled_s + config.max_rows_per_pull * period_s);
  const std::vector<MissingRun> runs = store.missing(meter, load_profile_, settled_s, to_s);
  if (runs.empty()) return;
  plan.rows = {runs.front().first_utc_s, runs.back().last_utc_s};
  plan.wants |= kWantRows;
}

void Plans::plan_closing(MeterIndex meter) {
  Plan& plan = meters_[meter];
  const EngineConfig& config = context_.config;
  Store& store = context_.store;
  const std::int64_t now_s = context_.now_s();
  const std::int64_t due_s = now_s - config.closing_delay_s - plan.closing_spread_s;
  std::int64_t stamp = store.next_stamp(meter, closing_, store.settled_until(meter, closing_));
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

void Plans::rows_pulled(MeterIndex meter, std::int64_t to_s) {
  Plan& plan = meters_[meter];
  if (to_s == plan.twice.to_s) {
    plan.twice.to_s = 0;  // below what is settled
  } else {
    context_.store.settle(meter, load_profile_, to_s);
  }
  drop(meter, kWantRows);
  plan_rows(meter);  // a long gap comes in parts
}

StampRange Plans::closing(MeterIndex meter) const {
  const std::int64_t from_s = context_.store.settled_until(meter, closing_) + 1;
  return {from_s, std::max(from_s, meters_[meter].closing_until_s)};
}

void Plans::closing_pulled(MeterIndex meter, std::int64_t to_s, bool there) {
  if (there || context_.now_s() - to_s > kClosingGivenUpS) {
    context_.store.settle(meter, closing_, to_s);
  } else {
    meters_[meter].closing_again_s = context_.now_s() + kClosingAgainS;
  }
  drop(meter, kWantClosing);
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
