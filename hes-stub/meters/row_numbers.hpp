// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace hes {

// Which capture counters of a meter were seen. All its profiles and logs share them, so a hole is a
// row that was lost or one of a log that is not collected: the meter knows, and is asked once.
class RowNumbers {
 public:
  using Hole = std::pair<std::uint32_t, std::uint32_t>;  // first and last number, both missing
  // Beyond it the two oldest holes become one, and what lies between is read twice.
  static constexpr std::size_t kMaxHoles = 64;

  // 0 until begin(): nothing is known of this meter.
  std::uint32_t newest() const { return newest_; }
  // Everything up to `number` counts as seen.
  void begin(std::uint32_t number) { newest_ = number; }
  void add(std::uint32_t number);
  // Came, was asked for, or stands before what counts.
  bool seen(std::uint32_t number) const;
  // The oldest.
  std::optional<Hole> hole() const;
  // The meter was asked for all of these.
  void close(std::uint32_t first, std::uint32_t last);
  // Everything up to here was seen or asked for.
  std::uint32_t accounted() const { return holes_.empty() ? newest_ : holes_.front().first - 1; }

 private:
  std::uint32_t newest_ = 0;
  std::vector<Hole> holes_;  // rising, apart from each other
};

}  // namespace hes
