// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "hes-stub/core/context.hpp"

namespace hes {

// Our invocation counters with each meter's key. They must never run backwards, so they are
// written to the store ahead of their use.
class ClientCounters {
 public:
  explicit ClientCounters(Context& context) : context_(context) {}
  void start();
  const std::uint32_t& next(MeterIndex meter) const { return next_[meter]; }  // 0: must be read
  void reserve(MeterIndex meter);
  void set_next(MeterIndex meter, std::uint32_t next);
  // Whether last_seen() would lead to one that the meter takes: it moves ours by a step at most.
  bool reaches(MeterIndex meter, std::uint32_t last) const { return last < most(meter); }
  // What somebody who may be the meter says it took from us last.
  void last_seen(MeterIndex meter, std::uint32_t last);

 private:
  std::uint32_t most(MeterIndex meter) const;

  Context& context_;
  std::vector<std::uint32_t> next_;
};

}  // namespace hes
