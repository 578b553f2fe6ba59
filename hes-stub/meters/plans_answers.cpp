// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// What came, pulled or pushed, and what of it is settled.
#include <algorithm>

#include "hes-stub/meters/plans.hpp"
#include "protocol/dlms/refusal.hpp"

namespace hes {
namespace {

// For so long, then never: a slow clock writes a closing late, a meter without power never.
constexpr std::int64_t kClosingGivenUpS = 6 * 3600;

}  // namespace

void Plans::account(MeterIndex meter) {
  const std::uint32_t accounted = meters_[meter].numbers.accounted();
  MeterRecord record = context_.store.meter_table().record(meter);
  if (record.accounted == accounted) return;
  record.accounted = accounted;
  context_.store.meter_table().set_record(meter, record);
}

// A row behind the newest, and new to the store, under a number that was seen: another meter took
// the place, or this one lost its memory.
bool Plans::counts_anew(const Plan& plan, std::span<const Row> rows) const {
  const auto is_new = context_.store.last_new();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (is_new[i] != 0 && rows[i].stamp_utc_s > plan.newest_stamp_s &&
        plan.numbers.seen(rows[i].capture_counter)) {
      return true;
    }
  }
  return false;
}

void Plans::note_rows(MeterIndex meter, const Obis& profile, std::span<const Row> rows,
                      std::int64_t arrival_s) {
  const bool load = profile == kLoadProfile;
  if (rows.empty() || (!load && profile != kDailyClosing)) return;
  Plan& plan = meters_[meter];
  plan.empty_pulls = 0;
  plan.counter_checked = false;
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
    plan.begin_numbers(std::max(rows.front().capture_counter, 1u) - 1);
  } else if (load && counts_anew(plan, rows)) {
    context_.note_event(meter, "rows numbered anew");
    plan.begin_numbers(0);
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
  if (plan.halvings > 0) --plan.halvings;
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
  if (!passed && plan.pull.open_end) plan.hold_back(context_);
}

void Plans::tail_pulled(MeterIndex meter, std::span<const Row> rows) {
  Plan& plan = meters_[meter];
  if (plan.pull.open_end) plan.too_many = false;
  // Rows below what was asked for come from a meter that does not heed the selection.
  const bool nothing = plan.newest < plan.pull.selection.from_entry;
  plan.reach_on = nothing && !plan.pull.open_end;
  if (nothing) {
    if (plan.pull.open_end || !rows.empty()) plan.hold_back(context_);
    return;
  }
  // Numbers left out are of other logs, perhaps closings.
  const auto hole = plan.numbers.hole();
  if (!hole || hole->first >= plan.newest) return;
  plan.numbers.close(plan.pull.selection.from_entry, plan.newest);
  plan.closing_hint = true;
  account(meter);
}

void Plans::pull_too_long(MeterIndex meter, Want want) {
  if (want == kWantRows) return narrow(meter);
  meters_[meter].closing_numbers_refused = true;  // by stamps it is a row a day
}

// Rows of which one does not come, or too many at once, are asked for in parts that grow smaller,
// until that one is alone and left out.
void Plans::narrow(MeterIndex meter) {
  Plan& plan = meters_[meter];
  const Pull& pull = plan.pull;
  const std::uint32_t first = pull.selection.from_entry;
  const bool whole = pull.open_end || (pull.kind == Pull::Kind::hole && !plan.too_many);
  if (!whole && plan.most_rows(context_.config) > 1) {
    ++plan.halvings;
  } else if (!whole) {
    if (pull.kind == Pull::Kind::tail) plan.passed = first;
    if (pull.kind == Pull::Kind::hole) plan.numbers.close(first, first);
    if (pull.kind == Pull::Kind::stamps) plan.hold_back(context_);
    context_.note_event(meter, "row left out", std::to_string(first));
  } else if (plan.reach_on) {  // the part before it was empty, and the meter has passed it
    if (pull.kind == Pull::Kind::stamps) context_.store.settle(meter, load_profile_, pull.to_s);
    if (pull.kind == Pull::Kind::tail) plan.passed = plan.last_of_part(context_.config, first);
  }
  plan.too_many = true;
  plan.reach_on = false;
  plan_rows(meter);
}

void Plans::pull_refused(MeterIndex meter, Want want, protocol::cosem::AccessResult result) {
  using Kind = Pull::Kind;
  Plan& plan = meters_[meter];
  const bool numbers = plan.pull.kind == Kind::tail || plan.pull.kind == Kind::hole;
  if (want == kWantRows && numbers) {
    plan.numbers_refused |= protocol::dlms::is_not_selectable(result);
    if (result == protocol::cosem::AccessResult::hardware_fault) narrow(meter);
  }
  if (want == kWantClosing) {
    const bool by_stamp = !(plan.counted && by_number(meter, kDailyClosing));
    plan.closing_numbers_refused |= protocol::dlms::is_not_selectable(result);
    plan.closing_hint = false;
    if (by_stamp) plan.closing_again_s = context_.now_s() + Plan::kClosingAgainS;
  }
  drop(meter, want);
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
    plan.closing_again_s = context_.now_s() + Plan::kClosingAgainS;
  }
}

}  // namespace hes
