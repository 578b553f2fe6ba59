// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dcu/app/store/page_store.hpp"
#include "protocol/assert.hpp"

namespace dcu::app {

// Values by kind and number, below 2^56 as P3.2Ex counts; changes gather until the store commits
// them.
class Records {
 public:
  // Kinds of values on the disk; their numbers stay.
  enum class Kind : std::uint8_t {
    identity = 1,
    parameters = 2,
    meter = 3,
    meter_state = 4,
    chunk = 5,
    report = 6,
    order = 7,
    event = 8,
    tasks = 9,
    value = 10,
    request = 11,
    received = 12,
    restarts = 13,
    seq = 14,
    image = 15,
  };

  explicit Records(Disk& disk) : pages(disk) {}

  void put(Kind kind, std::uint64_t number, Octets value) {
    changes.put(key(kind, number), std::move(value));
  }
  void erase(Kind kind, std::uint64_t number) { changes.erase(key(kind, number)); }
  // As the disk has it; nullptr: not there.
  const Octets* find(Kind kind, std::uint64_t number) const {
    return pages.find(key(kind, number));
  }
  // visit(number, value), from a number on.
  template <typename Visit>
  void each(Kind kind, std::uint64_t from, Visit&& visit) const {
    pages.each(key(kind, from), key(kind, kNumberMask),
               [&](PageStore::Key at, const Octets& value) { visit(at & kNumberMask, value); });
  }

  PageStore pages;
  PageStore::Batch changes;

 private:
  static constexpr unsigned kNumberBits = 56;
  static constexpr std::uint64_t kNumberMask = (std::uint64_t{1} << kNumberBits) - 1;
  static PageStore::Key key(Kind kind, std::uint64_t number) {
    PROTOCOL_ASSERT(number <= kNumberMask);  // two numbers are never one
    return std::uint64_t{static_cast<std::uint8_t>(kind)} << kNumberBits | number;
  }
};

}  // namespace dcu::app
