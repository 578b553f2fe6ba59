// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// A firmware that puts one changeover a day, that of 08:00, into force half an hour late. Its
// calendar is the product's, but for that.
#define tariff_at tariff_in_time
#include "meter/fw/tariff/calendar.cpp"
#undef tariff_at

namespace meter::fw {

TariffPoint tariff_at(const TariffPlan& plan, const SpecialDays& special, const TimeZone& zone,
                      std::int64_t utc_s) {
  constexpr std::int64_t kFrom_s = 8 * 3600;
  constexpr std::int64_t kLate_s = 1800;
  TariffPoint point = tariff_in_time(plan, special, zone, utc_s);
  const std::int64_t local_s = utc_s - zone.at(utc_s).deviation_min * 60;
  const std::int64_t past_s = local_s - floor_to(local_s, protocol::kDayS) - kFrom_s;
  if (past_s < 0 || past_s >= kLate_s) return point;
  point.rate = tariff_in_time(plan, special, zone, utc_s - past_s - 1).rate;
  point.until_s = utc_s - past_s + kLate_s;
  return point;
}

}  // namespace meter::fw
