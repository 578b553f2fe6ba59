// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/outcome.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "protocol/calendar.hpp"

namespace sim::run {
namespace {

using RowKey = std::pair<std::int64_t, std::uint16_t>;  // stamp, ordinal
using Index = std::map<RowKey, const HeldRow*>;

// What tells a row from all others of its meter: its number, below every stamp as it is negative.
RowKey identity_of(const HeldRow& row) {
  if (row.capture_counter != 0) return {-std::int64_t{row.capture_counter}, 0};
  return {row.stamp_utc_s, row.ordinal};
}

RegisterValues as_values(const result::Registers& registers) {
  RegisterValues values;
  std::copy(registers.begin(), registers.end(), values.begin());
  return values;
}

RegisterValues operator-(const RegisterValues& to, const RegisterValues& from) {
  RegisterValues difference{};
  for (std::size_t i = 0; i < difference.size(); ++i) difference[i] = to[i] - from[i];
  return difference;
}

// Where the last comparable reading stood.
struct Base {
  Truth truth;
  RegisterValues registers{};
};

// A gap of the source spans whole intervals; a meter's clock, a little off, cuts them elsewhere. A
// row belongs to the gap when most of it does; the rest of a gap draws nothing, for meter and truth
// alike, so it does not spoil the rows beside it.
bool is_unknown(const Truth& span) { return 2 * span.unknown_ns > span.powered_ns; }

// The difference since `base`, judged; a difference that nobody can know is neither.
bool is_wrong(const Base& base, const Truth& truth, const RegisterValues& registers) {
  const Truth span = truth - base.truth;
  return !is_unknown(span) && !row_is_right(span, registers - base.registers);
}

}  // namespace

bool Punctuality::in_time(double captured_utc_s, double arrival_utc_s) const {
  double due_s = captured_utc_s;
  if (collect_period_s > 0) {
    const auto period_s = static_cast<double>(collect_period_s);
    due_s = std::ceil(captured_utc_s / period_s) * period_s;
  }
  return arrival_utc_s - due_s <= late_after_s;
}

std::int64_t Punctuality::last_due_utc_s(std::int64_t utc_s) const {
  const std::int64_t due_s = utc_s - static_cast<std::int64_t>(std::ceil(late_after_s));
  return collect_period_s > 0 ? due_s / collect_period_s * collect_period_s : due_s;
}

result::Tally compare(const std::vector<ReferenceRow>& reference, const std::vector<HeldRow>& held,
                      std::int64_t start_utc_s, const Punctuality& punctuality) {
  result::Tally tally;
  Index index;
  for (const HeldRow& row : held) {
    if (!index.try_emplace({row.stamp_utc_s, row.ordinal}, &row).second) ++tally.duplicated;
  }
  std::size_t matched = 0;
  std::uint32_t last_number = 0;
  Base last_row, last_midnight;
  Truth last_expected;
  for (const ReferenceRow& expected : reference) {
    ++tally.expected;
    if (is_unknown(expected.truth - last_expected)) ++tally.unknown;
    last_expected = expected.truth;
    const auto found = index.find({expected.row.stamp_utc_s, expected.row.ordinal});
    if (found == index.end()) {
      ++tally.lost;
      continue;
    }
    ++matched;
    const HeldRow& row = *found->second;
    const double captured_utc_s =
        static_cast<double>(start_utc_s) + 1e-9 * static_cast<double>(expected.row.captured_at);
    if (punctuality.in_time(captured_utc_s, row.arrival_utc_s)) ++tally.in_time;
    const int wrong_bits = (row.status ^ expected.status) & ~expected.open_status;
    if (wrong_bits != 0 || row.deviation_min != expected.deviation_min) {
      ++tally.status_mismatches;
    }
    if (last_number != 0 && row.capture_counter <= last_number) ++tally.misnumbered;
    if (row.capture_counter != 0) last_number = row.capture_counter;
    const RegisterValues registers = as_values(row.registers);
    bool wrong = is_wrong(last_row, expected.truth, registers);
    last_row = {expected.truth, registers};
    if (expected.row.stamp_utc_s % protocol::kDayS == 0) {
      wrong = wrong || is_wrong(last_midnight, expected.truth, registers);
      last_midnight = last_row;
    }
    if (wrong) ++tally.mismatches;
  }
  tally.duplicated += index.size() - matched;
  return tally;
}

std::uint64_t differing(const std::vector<HeldRow>& a, const std::vector<HeldRow>& b) {
  // By number. Two rows of a time whose numbers the other side does not know are one row, wrongly
  // numbered.
  Index index, by_time, others;
  for (const HeldRow& row : a) {
    index[identity_of(row)] = &row;
    by_time[{row.stamp_utc_s, row.ordinal}] = &row;
  }
  for (const HeldRow& row : b) others[identity_of(row)] = &row;
  std::uint64_t n = 0;
  for (const HeldRow& row : b) {
    auto found = index.find(identity_of(row));
    if (found == index.end()) {
      found = by_time.find({row.stamp_utc_s, row.ordinal});
      if (found == by_time.end() || others.contains(identity_of(*found->second))) continue;
    }
    const HeldRow& other = *found->second;
    const bool same = row.capture_counter == other.capture_counter &&
                      row.stamp_utc_s == other.stamp_utc_s && row.registers == other.registers &&
                      row.status == other.status && row.deviation_min == other.deviation_min;
    if (!same) ++n;
  }
  return n;
}

}  // namespace sim::run
