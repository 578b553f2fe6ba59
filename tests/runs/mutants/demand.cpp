// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The product's firmware with a fault in its demand: integration periods of more than a quarter of
// an hour begin a quarter late, or the average of a day is too high.
#include "meter/fw/billing/demand.hpp"
#include "meter/fw/time/time_zone.hpp"

#define shifted 1
#define averages 2

#if MUTANT == shifted
#define floor_to(instant, period) (floor_to((instant)-kQuarter_s, period) + kQuarter_s)
#else
#define close_day close_day_honestly
#endif
#include "meter/fw/billing/demand.cpp"
#undef close_day

#if MUTANT == averages
namespace meter::fw {

void close_day(Core& core, std::int64_t stamp_s) {
  close_day_honestly(core, stamp_s);
  for (std::uint32_t& last_w : core.durable.billing.demand.day_span.last_w) {
    last_w += last_w / 50 + 3;
  }
  core.durable.save_billing(core.hal);
}

}  // namespace meter::fw
#endif
