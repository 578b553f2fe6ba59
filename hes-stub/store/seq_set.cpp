// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/store/seq_set.hpp"

#include <algorithm>
#include <iterator>

#include "protocol/bytes.hpp"

namespace hes {

bool SeqSet::contains(std::uint64_t seq) const {
  const auto after = runs_.upper_bound(seq);
  return after != runs_.begin() && std::prev(after)->second >= seq;
}

bool SeqSet::insert(std::uint64_t seq) {
  if (contains(seq)) return false;
  auto after = runs_.upper_bound(seq);
  const bool joins_next = after != runs_.end() && after->first == seq + 1;
  const std::uint64_t last = joins_next ? after->second : seq;
  if (joins_next) after = runs_.erase(after);
  const auto before = after == runs_.begin() ? runs_.end() : std::prev(after);
  if (before != runs_.end() && before->second + 1 == seq) {
    before->second = last;
  } else {
    runs_.emplace_hint(after, seq, last);
  }
  if (runs_.size() > kMaxRuns) {
    const auto second = std::next(runs_.begin());
    runs_.begin()->second = second->second;
    runs_.erase(second);
  }
  return true;
}

std::optional<std::uint64_t> SeqSet::contiguous() const {
  if (runs_.empty() || runs_.begin()->first > 1) return std::nullopt;
  return runs_.begin()->second;
}

std::vector<std::uint8_t> SeqSet::write() const {
  std::vector<std::uint8_t> octets(runs_.size() * 16);
  protocol::Writer out(octets);
  for (const auto& [first, last] : runs_) {
    out.u64(first);
    out.u64(last);
  }
  return octets;
}

bool SeqSet::read(std::span<const std::uint8_t> octets) {
  runs_.clear();
  protocol::Reader in(octets);
  std::uint64_t least = 0;
  while (in.remaining() >= 16) {
    const std::uint64_t first = in.u64();
    const std::uint64_t last = in.u64();
    if (first < least || last < first || runs_.size() >= kMaxRuns) return false;
    runs_.emplace_hint(runs_.end(), first, last);
    if (last > UINT64_MAX - 2) break;
    least = last + 2;  // runs never touch
  }
  return in.at_end();
}

}  // namespace hes
