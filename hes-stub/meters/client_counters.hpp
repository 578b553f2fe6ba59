// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hes-stub/core/context.hpp"

namespace hes {

// Our invocation counters with each meter's keys: with those that its next association is tried
// with, where nothing else is said. They must never run backwards, so they are written ahead of
// their use: to the store, and to the vault as long as the keys may not be the meter's yet.
class ClientCounters {
 public:
  explicit ClientCounters(Context& context) : context_(context) {}
  void start();
  std::uint32_t& next(MeterIndex meter) {  // 0: must be read
    return context_.keys.next_counter(meter, context_.keys.tried(meter));
  }
  // False: they cannot be written.
  bool reserve(MeterIndex meter, KeyNumber number);
  bool set_next(MeterIndex meter, KeyNumber number, std::uint32_t next);
  // Whether last_seen() would lead to one that the meter takes: it moves ours by a step at most.
  bool reaches(MeterIndex meter, std::uint32_t last) { return last < most(meter); }
  // What somebody who may be the meter says it took from us last.
  void last_seen(MeterIndex meter, std::uint32_t last);

 private:
  std::uint32_t most(MeterIndex meter);

  Context& context_;
};

}  // namespace hes
