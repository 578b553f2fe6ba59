// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/billing/demand.hpp"

namespace meter::fw {
namespace {

constexpr std::uint32_t kQuarter_s = 900;
constexpr std::uint32_t kQuartersADay = 96;

// Days end at local midnight, whatever length they have.
std::int64_t end_of_interval(const Core& core, std::int64_t start_s) {
  const std::uint32_t period_s = demand_period_s(core);
  if (period_s == kSecondsPerDay) return core.clock.zone.next_midnight(start_s);
  return floor_to(start_s, period_s) + period_s;
}

std::int64_t uj_since(const EnergyRegister& now, const EnergyRegister& base) {
  const std::uint32_t wh = now.wh - base.wh;  // registers roll over
  return wh * kMicrojoulesPerWh + now.rest_uj - base.rest_uj;
}
std::uint32_t watts(std::int64_t energy_uj, std::int64_t span_s) {
  const std::int64_t span_us = span_s * 1'000'000;
  return static_cast<std::uint32_t>((energy_uj + span_us / 2) / span_us);
}

void keep_highest(Peak& peak, std::uint32_t power_w, std::int64_t end_s) {
  if (power_w > peak.power_w) peak = {power_w, static_cast<std::uint32_t>(end_s)};
}

void begin_interval(Core& core, std::int64_t start_s) {
  RateState& rates = core.durable.billing.rates;
  rates.interval_start_s = static_cast<std::uint32_t>(start_s);
  for (std::size_t k = 0; k < kDemands; ++k) {
    rates.interval_base[k] = core.durable.state.energy[k];
  }
}

void begin_span(const Core& core, AverageSpan& span, std::int64_t stamp_s) {
  const std::int64_t span_s = stamp_s - span.start_s;
  for (std::size_t k = 0; k < kDemands; ++k) {
    const std::uint32_t wh = core.durable.state.energy[k].wh;
    const bool known = span.start_s != 0 && span_s > 0;
    span.last_w[k] = known ? watts((wh - span.base_wh[k]) * kMicrojoulesPerWh, span_s) : 0;
    span.base_wh[k] = wh;
  }
  span.start_s = static_cast<std::uint32_t>(stamp_s);
}

}  // namespace

static_assert(kActiveImport == 0 && kActiveExport == 1);

std::uint32_t demand_period_s(const Core& core) {
  const std::uint8_t quarters = core.settings.demand_quarters;
  return quarters == 0 ? kQuarter_s : quarters * kQuarter_s;
}

bool is_demand_period(std::uint32_t period_s) {
  return period_s == kQuarter_s || period_s == 2 * kQuarter_s || period_s == 4 * kQuarter_s ||
         period_s == kQuartersADay * kQuarter_s;
}

bool set_demand_period(Core& core, std::uint32_t period_s) {
  Settings next = core.settings;
  next.demand_quarters = static_cast<std::uint8_t>(period_s / kQuarter_s);
  if (!core.store_settings(next)) return false;
  core.note(EventCode::parameters_changed);
  restart_demand(core, core.clock.utc_s(core.hal));
  return true;
}

std::int64_t update_demand(Core& core, std::int64_t now_s) {
  BillingState& billing = core.durable.billing;
  const std::int64_t start_s = billing.rates.interval_start_s;
  if (start_s == 0 || now_s < start_s) {
    restart_demand(core, now_s);
    return end_of_interval(core, now_s);
  }
  const std::int64_t end_s = end_of_interval(core, start_s);
  if (now_s < end_s) return end_s;
  const std::int64_t next_s = end_of_interval(core, now_s);
  const bool day = demand_period_s(core) == kSecondsPerDay;
  const std::int64_t begun_s =
      day ? core.clock.zone.last_midnight(now_s) : next_s - demand_period_s(core);
  const std::int64_t span_s =
      day ? end_s - core.clock.zone.last_midnight(start_s) : std::int64_t{demand_period_s(core)};
  for (std::size_t k = 0; k < kDemands; ++k) {
    const std::uint32_t power_w =
        watts(uj_since(core.durable.state.energy[k], billing.rates.interval_base[k]), span_s);
    keep_highest(billing.demand.day[k], power_w, end_s);
    keep_highest(billing.demand.month[k][0], power_w, end_s);
    keep_highest(billing.demand.month[k][1 + billing.rates.active], power_w, end_s);
    // Of intervals that passed while the supply was off nothing is left.
    billing.rates.last_average_w[k] = begun_s == end_s ? power_w : 0;
  }
  begin_interval(core, begun_s);
  core.durable.save_billing(core.hal);
  return next_s;
}

void restart_demand(Core& core, std::int64_t now_s) {
  DemandState& demand = core.durable.billing.demand;
  begin_interval(core, now_s);
  for (AverageSpan* const span : {&demand.day_span, &demand.month_span}) {
    if (span->start_s == 0 || span->start_s > now_s) begin_span(core, *span, now_s);
  }
  core.durable.save_billing(core.hal);
}

void close_day(Core& core, std::int64_t stamp_s) {
  DemandState& demand = core.durable.billing.demand;
  demand.day_before = demand.day;
  demand.day = {};
  begin_span(core, demand.day_span, stamp_s);
  core.durable.save_billing(core.hal);
}

void close_billing(Core& core, std::int64_t stamp_s) {
  DemandState& demand = core.durable.billing.demand;
  if (demand.month_span.start_s >= stamp_s) return;
  demand.month = {};
  begin_span(core, demand.month_span, stamp_s);
  core.durable.save_billing(core.hal);
}

std::uint32_t running_demand_w(const Core& core, std::size_t demand) {
  const EnergyRegister& base = core.durable.billing.rates.interval_base[demand];
  return watts(uj_since(core.durable.state.energy[demand], base), demand_period_s(core));
}

std::uint32_t running_average_w(const Core& core, const AverageSpan& span, std::size_t demand,
                                std::int64_t now_s) {
  if (span.start_s == 0 || now_s <= span.start_s) return 0;
  const std::uint32_t wh = core.durable.state.energy[demand].wh - span.base_wh[demand];
  return watts(wh * kMicrojoulesPerWh, now_s - span.start_s);
}

}  // namespace meter::fw
