// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/engine/day_merge.hpp"

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

// Tells which of two rows the meter wrote first. Stamps do, unless some time was lived twice;
// then the registers know better.
class Order {
 public:
  Order(const Rows& day, std::span<const Row> delivered)
      : twice_(!increasing(day) || !increasing(delivered)) {}

  bool earlier(const Row& a, const Row& b) const {
    if (twice_ && below(a, b)) return true;
    if (twice_ && below(b, a)) return false;
    return a.stamp_utc_s < b.stamp_utc_s;
  }

 private:
  static bool increasing(std::span<const Row> rows) {
    for (std::size_t i = 1; i < rows.size(); ++i) {
      if (rows[i].stamp_utc_s <= rows[i - 1].stamp_utc_s) return false;
    }
    return true;
  }
  bool twice_;
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
Known look_up(const Rows& day, const Row& row) {
  Known known;
  for (const Row& other : day) {
    known.captured |= same_capture(other, row);
    known.passed |= below(row, other);
  }
  return known;
}

}  // namespace

void merge_push(Rows& day, std::span<const Row> delivered, std::vector<std::uint8_t>& is_new) {
  is_new.assign(delivered.size(), 0);
  const Order order(day, delivered);
  // Rows of this delivery must not be taken for known ones.
  const Rows before = day;
  std::size_t cursor = push_cursor(day);
  bool in_the_past = false;  // the delivery is still among rows that we knew
  for (std::size_t i = redelivered(day, cursor, delivered); i < delivered.size(); ++i) {
    const Row& row = delivered[i];
    std::size_t at = find_pulled_only(day, cursor, row);
    const Known known = look_up(before, row);
    in_the_past |= known.passed;
    if (at == kNone && known.captured && in_the_past) continue;
    in_the_past &= known.captured || known.passed;
    if (at == kNone) {
      at = cursor;
      while (at < day.size() && !order.earlier(row, day[at])) ++at;
      day.insert(day.begin() + static_cast<std::ptrdiff_t>(at), row);
      is_new[i] = 1;
    }
    day[at].deliveries |= static_cast<std::uint8_t>(Delivery::push);
    cursor = at + 1;
  }
}

void merge_pull(Rows& day, std::span<const Row> delivered, std::vector<std::uint8_t>& is_new) {
  is_new.assign(delivered.size(), 1);
  const Order order(day, delivered);
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
    merged[j].deliveries |= static_cast<std::uint8_t>(Delivery::pull);
  }
  // Rows of the day that the delivery does not hold go behind the one they followed.
  std::vector<std::pair<std::size_t, std::size_t>> kept;  // (rows of the delivery before it, row)
  std::size_t slot = 0;
  for (std::size_t i = 0; i < day.size(); ++i) {
    if (partner[i] != kNone) {
      slot = partner[i] + 1;
      continue;
    }
    while (slot < merged.size() && is_new[slot] && order.earlier(merged[slot], day[i])) ++slot;
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
