// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/billing/demand.hpp"
#include "meter/fw/cosem/behaviour.hpp"
#include "meter/fw/cosem/object_rows.hpp"

namespace meter::fw {
namespace {

using classes::DemandRegister;
using classes::ExtendedRegister;

void put_time(const Core& core, std::int64_t utc_s, Writer& out) {
  protocol::cosem::put_date_time(date_time_of(core.clock.stamp(utc_s)), out);
}

const AverageSpan& span_of(const Core& core, AverageOf average) {
  const DemandState& demand = core.durable.billing.demand;
  return average == AverageOf::day ? demand.day_span : demand.month_span;
}

}  // namespace

const Peak& peak_of(const Core& core, std::uint8_t which) {
  const DemandState& demand = core.durable.billing.demand;
  const std::size_t k = demand_of(which);
  const std::uint8_t of = which & kOfMask;
  if (of == kPeakOfDay) return demand.day[k];
  if (of == kPeakOfDayBefore) return demand.day_before[k];
  return demand.month[k][of];
}

template <>
void Behaviour<ExtendedRegister>::get(const Context& context, const Object& object,
                                      std::int8_t attribute, Answer& answer) {
  const Core& core = context.parts.core;
  const Peak& peak = peak_of(core, object.which);
  Writer& out = answer.value;
  switch (attribute) {
    case ExtendedRegister::kValue:
      return axdr::put_double_long_unsigned(peak.power_w, out);
    case ExtendedRegister::kScalerUnit:
      return classes::put_scaler_unit(object.quantity, out);
    case ExtendedRegister::kStatus:
      return axdr::put_unsigned(core.clock.stamp(peak.utc_s).status, out);
    case ExtendedRegister::kCaptureTime:
      return put_time(core, peak.utc_s, out);
  }
}

template <>
void Behaviour<DemandRegister>::get(const Context& context, const Object& object,
                                    std::int8_t attribute, Answer& answer) {
  const Core& core = context.parts.core;
  const auto average = static_cast<AverageOf>(object.which & kOfMask);
  const std::size_t k = demand_of(object.which);
  const RateState& rates = core.durable.billing.rates;
  const bool interval = average == AverageOf::interval;
  const std::int64_t now_s = core.clock.utc_s(core.hal);
  const std::int64_t start_s = interval ? rates.interval_start_s : span_of(core, average).start_s;
  Writer& out = answer.value;
  switch (attribute) {
    case DemandRegister::kCurrentAverageValue:
      return axdr::put_double_long_unsigned(
          interval ? running_demand_w(core, k)
                   : running_average_w(core, span_of(core, average), k, now_s),
          out);
    case DemandRegister::kLastAverageValue:
      return axdr::put_double_long_unsigned(
          interval ? rates.last_average_w[k] : span_of(core, average).last_w[k], out);
    case DemandRegister::kScalerUnit:
      return classes::put_scaler_unit(object.quantity, out);
    case DemandRegister::kStatus:
      return axdr::put_unsigned(core.clock.stamp(now_s).status, out);
    case DemandRegister::kCaptureTime:  // of the last average: where the running one begins
    case DemandRegister::kStartTimeCurrent:
      return put_time(core, start_s, out);
    case DemandRegister::kPeriod:  // a billing period has no length of its own: 0
      return axdr::put_double_long_unsigned(interval                    ? demand_period_s(core)
                                            : average == AverageOf::day ? kSecondsPerDay
                                                                        : 0,
                                            out);
    case DemandRegister::kNumberOfPeriods:
      return axdr::put_long_unsigned(1, out);
  }
}

// The period, of import and export alike.
template <>
AccessResult Behaviour<DemandRegister>::set(Context& context, const Object&, std::int8_t,
                                            Bytes value) {
  Core& core = context.parts.core;
  const auto period_s = static_cast<std::uint32_t>(axdr::Cursor(value).unsigned_number());
  if (!is_demand_period(period_s)) return AccessResult::other_reason;
  if (period_s == demand_period_s(core)) return AccessResult::success;
  context.parts.schedule.run(core);
  if (!set_demand_period(core, period_s)) return AccessResult::hardware_fault;
  context.parts.schedule.replan_billing(core);
  return AccessResult::success;
}

}  // namespace meter::fw
