// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/meters/row_numbers.hpp"

#include <algorithm>

namespace hes {

void RowNumbers::add(std::uint32_t number) {
  if (number <= newest_) return close(number, number);
  if (number - newest_ > 1) holes_.emplace_back(newest_ + 1, number - 1);
  newest_ = number;
  if (holes_.size() <= kMaxHoles) return;
  holes_[1].first = holes_[0].first;
  holes_.erase(holes_.begin());
}

bool RowNumbers::seen(std::uint32_t number) const {
  const auto in = [number](const Hole& hole) {
    return number >= hole.first && number <= hole.second;
  };
  return number <= newest_ && std::none_of(holes_.begin(), holes_.end(), in);
}

std::optional<RowNumbers::Hole> RowNumbers::hole() const {
  return holes_.empty() ? std::nullopt : std::optional(holes_.front());
}

void RowNumbers::close(std::uint32_t first, std::uint32_t last) {
  std::vector<Hole> left;
  for (const auto& [from, to] : holes_) {
    if (to < first || from > last) {
      left.emplace_back(from, to);
      continue;
    }
    if (from < first) left.emplace_back(from, first - 1);
    if (to > last) left.emplace_back(last + 1, to);
  }
  holes_.swap(left);
}

}  // namespace hes
