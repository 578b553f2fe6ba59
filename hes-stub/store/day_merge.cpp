// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/store/day_merge.hpp"

#include <algorithm>
#include <utility>

namespace hes {
namespace {

using Rows = std::vector<Row>;
constexpr std::size_t kNone = SIZE_MAX;

// Registers of `a` all at or below those of `b`, and one of them below.
bool below(const Row& a, const Row& b) {
  const std::size_t n = std::min(a.n_values, b.n_values);
  bool any = false;
  for (std::size_t i = 0; i < n; ++i) {
    if (a.values[i] > b.values[i]) return false;
    any |= a.values[i] < b.values[i];
  }
  return any;
}

std::uint64_t total(const Row& row) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < row.n_values; ++i) sum += static_cast<std::uint64_t>(row.values[i]);
  return sum;
}

bool lower_total(const Row& a, const Row& b) { return total(a) < total(b); }

// Registers that only ever grow put all rows into one order, whatever order they stand in here.
// A profile of increments or of voltages does not, and then its values prove nothing: a delivery
// is a part of the meter's buffer in its order, so it alone shows most of these.
bool cumulative(const Rows& day, std::span<const Row> delivered) {
  if (!std::is_sorted(delivered.begin(), delivered.end(), lower_total)) return false;
  Rows rows = day;
  rows.insert(rows.end(), delivered.begin(), delivered.end());
  std::stable_sort(rows.begin(), rows.end(), lower_total);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (total(rows[i - 1]) != total(rows[i]) && !below(rows[i - 1], rows[i])) return false;
  }
  return true;
}

// What the rows themselves tell about time.
class Evidence {
 public:
  Evidence(const Rows& day, std::span<const Row> delivered)
      : registers_(cumulative(day, delivered)),
        lived_twice_(!increasing(day) || !increasing(delivered)) {}

  // Rows that a delivery put by their stamps, before anything told that time was lived twice, go
  // where their registers put them.
  void set_right(Rows& day) const {
    if (lived_twice_ && registers_) std::stable_sort(day.begin(), day.end(), lower_total);
  }
  // The meter wrote `a` before `b`, for certain.
  bool proves_earlier(const Row& a, const Row& b) const { return registers_ && below(a, b); }
  // Most likely so: by the stamps, unless some time was lived twice.
  bool earlier(const Row& a, const Row& b) const {
    if (lived_twice_ && proves_earlier(a, b)) return true;
    if (lived_twice_ && proves_earlier(b, a)) return false;
    return a.stamp_utc_s < b.stamp_utc_s;
  }

 private:
  static bool increasing(std::span<const Row> rows) {
    for (std::size_t i = 1; i < rows.size(); ++i) {
      if (rows[i].stamp_utc_s <= rows[i - 1].stamp_utc_s) return false;
    }
    return true;
  }
  bool registers_;
  bool lived_twice_;
};

std::size_t push_cursor(const Rows& day) {
  std::size_t cursor = day.size();
  while (cursor > 0 && !day[cursor - 1].delivered(Delivery::push)) --cursor;
  return cursor;
}

// How many rows at the front of the delivery are the rows just before the cursor.
std::size_t redelivered(const Rows& day, std::size_t cursor, std::span<const Row> delivered) {
  for (std::size_t n = std::min(cursor, delivered.size()); n > 0; --n) {
    if (std::equal(delivered.begin(), delivered.begin() + static_cast<std::ptrdiff_t>(n),
                   day.begin() + static_cast<std::ptrdiff_t>(cursor - n), same_capture)) {
      return n;
    }
  }
  return 0;
}

// The row that a pull brought and no push yet: behind the cursor if there is one, else before.
std::size_t find_pulled_only(const Rows& day, std::size_t cursor, const Row& row) {
  for (std::size_t k = 0; k < day.size(); ++k) {
    const std::size_t at = (cursor + k) % day.size();
    if (!day[at].delivered(Delivery::push) && same_capture(day[at], row)) return at;
  }
  return kNone;
}

struct Known {
  bool captured = false;  // the row is there
  bool passed = false;    // the registers went on since
};
Known look_up(const Rows& day, const Row& row, const Evidence& evidence) {
  Known known;
  for (const Row& other : day) {
    known.captured |= same_capture(other, row);
    known.passed |= evidence.proves_earlier(row, other);
  }
  return known;
}

// Where a row goes that no one brought before: in the past, before the first row that is later for
// certain; otherwise behind the cursor, before what a pull brought of later times.
std::size_t place_of(const Rows& day, std::size_t cursor, const Row& row, bool passed,
                     const Evidence& evidence) {
  std::size_t at = passed ? 0 : cursor;
  while (at < day.size() &&
         !(passed ? evidence.proves_earlier(row, day[at]) : evidence.earlier(row, day[at]))) {
    ++at;
  }
  return at;
}

bool numbered(std::span<const Row> rows) {
  return std::all_of(rows.begin(), rows.end(),
                     [](const Row& row) { return row.capture_counter != 0; });
}

void merge_numbered(Rows& day, std::span<const Row> delivered, std::vector<std::uint8_t>& is_new,
                    Delivery how) {
  for (std::size_t i = 0; i < delivered.size(); ++i) {
    const auto known = std::find_if(
        day.begin(), day.end(), [&](const Row& row) { return same_capture(row, delivered[i]); });
    is_new[i] = known == day.end();
    Row& row = known == day.end() ? day.emplace_back(delivered[i]) : *known;
    row.deliveries |= static_cast<std::uint8_t>(how);
  }
  std::stable_sort(day.begin(), day.end(), [](const Row& a, const Row& b) {
    return a.capture_counter < b.capture_counter;
  });
}

}  // namespace

void merge_push(Rows& day, std::span<const Row> delivered, std::vector<std::uint8_t>& is_new) {
  is_new.assign(delivered.size(), 0);
  if (numbered(day) && numbered(delivered)) {
    return merge_numbered(day, delivered, is_new, Delivery::push);
  }
  const Evidence evidence(day, delivered);
  evidence.set_right(day);
  // Rows of this delivery must not be taken for known ones.
  const Rows before = day;
  std::size_t cursor = push_cursor(day);
  const std::size_t again = redelivered(day, cursor, delivered);
  // The delivery is still among rows that we knew.
  bool in_the_past = again > 0 && look_up(before, delivered[again - 1], evidence).passed;
  for (std::size_t i = again; i < delivered.size(); ++i) {
    const Row& row = delivered[i];
    std::size_t at = find_pulled_only(day, cursor, row);
    const Known known = look_up(before, row, evidence);
    in_the_past |= known.passed;
    if (at == kNone && known.captured && in_the_past) continue;
    in_the_past &= known.captured || known.passed;
    if (at == kNone) {
      at = place_of(day, cursor, row, known.passed, evidence);
      day.insert(day.begin() + static_cast<std::ptrdiff_t>(at), row);
      is_new[i] = 1;
      if (at < cursor) ++cursor;
    }
    day[at].deliveries |= static_cast<std::uint8_t>(Delivery::push);
    cursor = std::max(cursor, at + 1);
  }
}

void merge_pull(Rows& day, std::span<const Row> delivered, std::vector<std::uint8_t>& is_new,
                Delivery how) {
  is_new.assign(delivered.size(), 1);
  if (numbered(day) && numbered(delivered)) return merge_numbered(day, delivered, is_new, how);
  const Evidence evidence(day, delivered);
  evidence.set_right(day);
  Rows merged(delivered.begin(), delivered.end());
  std::vector<std::size_t> partner(day.size(), kNone);  // of each row of the day, in `delivered`
  std::size_t hint = 0;                                 // both run in the same order, nearly always
  for (std::size_t j = 0; j < delivered.size(); ++j) {
    for (std::size_t k = 0; k < day.size(); ++k) {
      const std::size_t at = (hint + k) % day.size();
      if (partner[at] != kNone || !same_capture(day[at], delivered[j])) continue;
      partner[at] = j;
      is_new[j] = 0;
      merged[j] = day[at];
      hint = at + 1;
      break;
    }
    merged[j].deliveries |= static_cast<std::uint8_t>(how);
  }
  // Rows of the day that the delivery does not hold go behind the one they followed.
  std::vector<std::pair<std::size_t, std::size_t>> kept;  // (rows of the delivery before it, row)
  std::size_t slot = 0;
  for (std::size_t i = 0; i < day.size(); ++i) {
    if (partner[i] != kNone) {
      slot = partner[i] + 1;
      continue;
    }
    while (slot < merged.size() && is_new[slot] && evidence.earlier(merged[slot], day[i])) ++slot;
    kept.emplace_back(slot, i);
  }
  std::stable_sort(kept.begin(), kept.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  Rows result;
  result.reserve(merged.size() + kept.size());
  auto next = kept.begin();
  for (std::size_t j = 0; j <= merged.size(); ++j) {
    for (; next != kept.end() && next->first == j; ++next) result.push_back(day[next->second]);
    if (j < merged.size()) result.push_back(merged[j]);
  }
  day.swap(result);
}

}  // namespace hes
