// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/billing/tariff.hpp"

namespace meter::fw {
namespace {

// Gives all that is not another rate's to the one that ends.
void change_rate(Core& core, std::uint8_t rate) {
  RateState& rates = core.durable.billing.rates;
  if (rates.active == rate) return;
  for (std::size_t quantity = 0; quantity < kQuantities; ++quantity) {
    rates.wh[rates.active][quantity] = rate_energy_wh(core, rates.active, quantity);
  }
  rates.active = rate;
  core.durable.save_billing(core.hal);
}

bool activate(Core& core, TariffCalendar& calendar, std::int64_t stamp_s) {
  calendar.active = calendar.passive;
  calendar.activation = {};
  calendar.activation.fill(kAnyDate);
  calendar.activation_s = TariffCalendar::kNoActivation;
  if (!core.calendar.store(core.hal, calendar)) return false;
  core.note_at(EventCode::tariff_activated, stamp_s);
  return true;
}

}  // namespace

std::uint32_t rate_energy_wh(const Core& core, std::size_t rate, std::size_t quantity) {
  const RateState& rates = core.durable.billing.rates;
  if (rate != rates.active) return rates.wh[rate][quantity];
  std::uint32_t left = core.durable.state.energy[quantity].wh;
  for (std::size_t other = 0; other < kRates; ++other) {
    if (other != rate) left -= rates.wh[other][quantity];
  }
  return left;
}

std::int64_t update_tariff(Core& core, std::int64_t now_s) {
  TariffCalendar calendar;
  if (!core.calendar.has_calendar() || !core.clock.valid) return kNever;
  if (!core.calendar.load(core.hal, calendar)) return core.clock.zone.next_midnight(now_s);
  if (calendar.activation_s <= now_s && !activate(core, calendar, calendar.activation_s)) {
    // Refused by the flash: once more when the day is over.
    return core.clock.zone.next_midnight(now_s);
  }
  if (calendar.active.n_seasons == 0) return calendar.activation_s;
  const TariffPoint point = tariff_at(calendar.active, calendar.special, core.clock.zone, now_s);
  change_rate(core, point.rate);
  const bool waits = calendar.activation_s > now_s && calendar.activation_s < point.until_s;
  return waits ? calendar.activation_s : point.until_s;
}

CalendarChange store_calendar(Core& core, const TariffCalendar& next) {
  // A passive plan that waits for its time is whole, and stays so.
  const bool waits = next.activation_s != TariffCalendar::kNoActivation;
  if (waits && !is_whole(next.passive, next.special)) return CalendarChange::not_whole;
  return core.calendar.store(core.hal, next) ? CalendarChange::done : CalendarChange::flash_refused;
}

CalendarChange set_activation(Core& core, TariffCalendar& calendar, std::int64_t now_s) {
  const bool waits = calendar.activation_s != TariffCalendar::kNoActivation;
  if (waits && calendar.activation_s < now_s) return CalendarChange::not_whole;
  const CalendarChange change = store_calendar(core, calendar);
  if (waits && change == CalendarChange::done) core.note(EventCode::passive_tariff_programmed);
  return change;
}

CalendarChange activate_passive_plan(Core& core, std::int64_t now_s) {
  TariffCalendar calendar;
  if (!core.calendar.load(core.hal, calendar)) return CalendarChange::flash_refused;
  if (!is_whole(calendar.passive, calendar.special)) return CalendarChange::not_whole;
  return activate(core, calendar, now_s) ? CalendarChange::done : CalendarChange::flash_refused;
}

}  // namespace meter::fw
