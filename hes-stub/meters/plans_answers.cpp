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
bool Plans::Plan::counts_anew(std::span<const std::uint8_t> is_new,
                              std::span<const Row> rows) const {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (is_new[i] != 0 && rows[i].stamp_utc_s > newest_stamp_s &&
        numbers.seen(rows[i].capture_counter)) {
      return true;
    }
  }
  return false;
}

void Plans::note_rows(MeterIndex meter, const Obis& profile, std::span<const Row> rows,
                      std::int64_t arrival_s) {
  const bool load = profile == kLoadProfile;
  const bool month = profile == kMonthlyClosing;
  if (rows.empty() || (!load && !month && profile != kDailyClosing)) return;
  Plan& plan = meters_[meter];
  plan.empty_pulls = 0;
  plan.counter_checked = false;
  // A clock that lost count does not wait for the check of the day.
  constexpr std::uint32_t kClockInvalid = 0x02;
  if ((rows.back().status & kClockInvalid) != 0) plan.clock_checked_s = 0;
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
  } else if (load && plan.counts_anew(context_.store.last_new(), rows)) {
    context_.note_event(meter, "rows numbered anew");
    plan.begin_numbers(0);
  }
  for (const Row& row : rows) {
    plan.numbers.add(row.capture_counter);
    if (!load) {
      std::uint32_t& newest = plan.closings[month ? 1 : 0].newest;
      newest = std::max(newest, row.capture_counter);
    } else if (row.capture_counter > plan.newest) {
      plan.newest = row.capture_counter;
      plan.newest_stamp_s = row.stamp_utc_s;
      plan.newest_arrival_s = arrival_s;
    }
  }
  account(meter);
}

// Before anybody asked for those that were missing already, more may be.
void Plans::Plan::Hint::add(std::uint32_t more, std::uint32_t until) {
  numbers += more;
  if (more != 0) last = std::max(last, until);
}

std::uint32_t Plans::Plan::left_out(std::uint32_t last, std::span<const Row> rows) const {
  const std::uint32_t asked = last - pull.selection.from_entry + 1;
  return asked - std::min(asked, static_cast<std::uint32_t>(rows.size()));
}

void Plans::rows_pulled(MeterIndex meter, std::span<const Row> rows) {
  Plan& plan = meters_[meter];
  if (plan.parts.halvings > 0) --plan.parts.halvings;
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
      if (plan.pull.selection.from_entry != plan.newest) {
        const std::uint32_t last = plan.pull.selection.to_entry;
        plan.closings[0].hint.add(plan.left_out(last, rows), last);
      }
      plan.parts.proved = true;
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
  plan.parts.reach_on = !passed && !plan.pull.open_end;
  if (!passed && plan.pull.open_end) plan.hold_back(context_);
}

void Plans::tail_pulled(MeterIndex meter, std::span<const Row> rows) {
  Plan& plan = meters_[meter];
  if (plan.pull.open_end) plan.parts.too_many = false;
  // Rows below what was asked for come from a meter that does not heed the selection.
  const bool nothing = plan.newest < plan.pull.selection.from_entry;
  plan.parts.more = !plan.pull.open_end;
  plan.parts.reach_on = nothing && !plan.pull.open_end;
  if (nothing) {
    if (plan.pull.open_end || !rows.empty()) plan.hold_back(context_);
    return;
  }
  // Numbers left out are of other logs, perhaps closings.
  const auto hole = plan.numbers.hole();
  if (!hole || hole->first >= plan.newest) return;
  plan.numbers.close(plan.pull.selection.from_entry, plan.newest);
  plan.closings[0].hint.add(plan.left_out(plan.newest, rows), plan.newest);
  account(meter);
}

void Plans::pull_too_long(MeterIndex meter, Want want) {
  if (want == kWantRows) return narrow(meter);
  meters_[meter].closings[kind_of(want)].numbers_refused = true;  // by stamps it is a row a day
}

// This row alone was refused. It is given up when the newest one comes meanwhile, and this one does
// not even then; a meter that gives nothing at all is asked for it again later.
void Plans::doubt(MeterIndex meter, std::uint32_t number) {
  Plan& plan = meters_[meter];
  if (number == plan.newest) {
    plan.parts.doubtful = 0;
    plan.parts.hole_since_s = context_.now_s() + Plan::kRefusedAgainS;
  } else if (number == plan.parts.doubtful && plan.parts.proved) {
    plan.numbers.close(number, number);
    plan.parts.doubtful = 0;
    context_.note_event(meter, "row left out", std::to_string(number));
    account(meter);
  } else {
    plan.parts.doubtful = number;
    plan.parts.proved = false;
  }
}

// Rows of which one does not come, or too many at once, are asked for in parts that grow smaller,
// until that one is alone and left out.
void Plans::narrow(MeterIndex meter) {
  Plan& plan = meters_[meter];
  const Pull& pull = plan.pull;
  const std::uint32_t first = pull.selection.from_entry;
  const bool whole = pull.open_end || (pull.kind == Pull::Kind::hole && !plan.parts.too_many);
  if (!whole && plan.most_rows(context_.config) > 1) {
    ++plan.parts.halvings;
  } else if (!whole) {
    if (pull.kind == Pull::Kind::tail) plan.parts.passed = first;  // a hole, once more comes
    if (pull.kind == Pull::Kind::hole) doubt(meter, first);
    if (pull.kind == Pull::Kind::stamps) plan.hold_back(context_);
  } else if (plan.parts.reach_on) {  // the part before it was empty, and the meter has passed it
    if (pull.kind == Pull::Kind::stamps) context_.store.settle(meter, load_profile_, pull.to_s);
    if (pull.kind == Pull::Kind::tail)
      plan.parts.passed = plan.last_of_part(context_.config, first);
  }
  plan.parts.too_many = true;
  plan.parts.reach_on = false;
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
  if (want != kWantRows) {
    Plan::Closings& closings = plan.closings[kind_of(want)];
    const bool by_stamp = !(plan.counted && by_number(meter, kClosings[kind_of(want)].profile));
    closings.numbers_refused |= protocol::dlms::is_not_selectable(result);
    closings.hint = {};
    if (by_stamp) closings.again_s = context_.now_s() + Plan::kClosingAgainS;
  }
  drop(meter, want);
}

void Plans::columns_changed(MeterIndex meter, Want want) {
  Plan& plan = meters_[meter];
  const std::int64_t until_s = context_.now_s() + Plan::kChangedAgainS;
  drop(meter, want);
  if (want == kWantRows) {
    plan.parts.changed_until_s = until_s;
  } else {
    plan.closings[kind_of(want)].again_s = until_s;
    plan.closings[kind_of(want)].hint = {};
  }
}

void Plans::closing_pulled(MeterIndex meter, Want want, std::span<const Row> rows) {
  Plan& plan = meters_[meter];
  const std::size_t kind = kind_of(want);
  Plan::Closings& closings = plan.closings[kind];
  const std::int64_t to_s = closings.until_s;
  // Numbers that no day has may be a month's. A day that was closed after they were found missing
  // is none of them.
  const auto found = static_cast<std::uint32_t>(std::ranges::count_if(
      rows, [&](const Row& row) { return row.capture_counter <= closings.hint.last; }));
  if (want == kWantClosing && closings.hint.numbers > found &&
      types_.profile(meter, kMonthlyClosing) != nullptr) {
    plan.closings[kind_of(kWantMonth)].hint.add(closings.hint.numbers - found, closings.hint.last);
  }
  closings.hint = {};
  drop(meter, want);
  if (to_s == 0) return;
  const bool there = std::any_of(rows.begin(), rows.end(),
                                 [to_s](const Row& row) { return row.stamp_utc_s >= to_s; });
  if (there || context_.now_s() - to_s > kClosingGivenUpS) {
    context_.store.settle(meter, closing_[kind], to_s);
  } else {
    closings.again_s = context_.now_s() + Plan::kClosingAgainS;
  }
}

}  // namespace hes
