// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace hes {

// Which messages of a sender we had, by its numbers. They come nearly in order and repeat, so runs
// of numbers say it all; a hole stays where a message that nobody repeats was lost.
class SeqSet {
 public:
  // Beyond it the two oldest runs become one: holes that old are not waited for.
  static constexpr std::size_t kMaxRuns = 1024;

  bool contains(std::uint64_t seq) const;
  bool insert(std::uint64_t seq);  // false: was there
  void clear() { runs_.clear(); }
  std::size_t runs() const { return runs_.size(); }
  // Everything from 1 up to here was there; nothing when 1 was not.
  std::optional<std::uint64_t> contiguous() const;

  // Pairs of first and last, 8 octets each; read() returns false for anything else.
  std::vector<std::uint8_t> write() const;
  bool read(std::span<const std::uint8_t> octets);

 private:
  std::map<std::uint64_t, std::uint64_t> runs_;  // first -> last
};

}  // namespace hes
