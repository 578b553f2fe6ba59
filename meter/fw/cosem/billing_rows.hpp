// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The objects of rates and demand: rows of object_rows.hpp.
#pragma once

#include "meter/fw/billing/tariff.hpp"
#include "meter/fw/cosem/object_row.hpp"
#include "protocol/cosem/quantities.hpp"

namespace meter::fw {

inline constexpr std::uint8_t kWatt = 27;  // DLMS unit

// Energies by rate: each quantity's name with the rate in the place of the total.
constexpr Obis rate_name(const Obis& total, std::size_t rate) {
  Obis name = total;
  name.octets[4] = static_cast<std::uint8_t>(rate + 1);
  return name;
}
inline constexpr auto kRateRows = [] {
  std::array<Row, kQuantities * kRates> rows{};
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const auto& quantity = protocol::cosem::kQuantityTable[k / kRates];
    rows[k] = reg(
        rate_name(quantity.obis, k % kRates), {quantity.scaler, quantity.unit},
        [](const Core& core, std::uint8_t which, Writer& out) {
          axdr::put_double_long_unsigned(rate_energy_wh(core, which % kRates, which / kRates), out);
        },
        static_cast<std::uint8_t>(k));
  }
  return rows;
}();

// Demand of import (C 1) and export (C 2). `which`: 0 or kExported, and of what.
inline constexpr std::uint8_t kExported = 0x10;
inline constexpr std::uint8_t kOfMask = 0x0F;
constexpr std::size_t demand_of(std::uint8_t which) { return (which & kExported) != 0 ? 1 : 0; }
// Maxima: 0 all rates, 1 to kRates one of them, since the billing close (D 6); of the day that runs
// (D 16), and of the one before (F 101, the billing period before).
inline constexpr std::uint8_t kPeakOfDay = 1 + kRates;
inline constexpr std::uint8_t kPeakOfDayBefore = 2 + kRates;
const Peak& peak_of(const Core& core, std::uint8_t which);
// Averages: of the integration period (D 4), the day (D 14), the billing period (D 24).
enum class AverageOf : std::uint8_t { interval, day, billing };

constexpr Row peak_row(const Obis& name, std::uint8_t which) {
  Row peak = row<classes::ExtendedRegister>(name, kMetering, which);
  peak.quantity = {0, kWatt};
  return peak;
}
constexpr Row average_row(const Obis& name, AverageOf average, std::uint8_t exported) {
  Row demand = row<classes::DemandRegister>(
      name, kMetering, static_cast<std::uint8_t>(static_cast<std::uint8_t>(average) | exported));
  demand.quantity = {0, kWatt};
  if (average != AverageOf::interval) return demand;
  return demand.writable(kManagers, {classes::DemandRegister::kPeriod});
}
inline constexpr auto kDemandRows = [] {
  using protocol::cosem::obis;
  constexpr std::size_t kEach = 3 + 1 + kRates + 2;
  std::array<Row, kDemands * kEach> rows{};
  auto* at = rows.data();
  for (std::uint8_t c = 1; c <= kDemands; ++c) {
    const std::uint8_t exported = c == 2 ? kExported : 0;
    *at++ = average_row(obis(1, 0, c, 4, 0), AverageOf::interval, exported);
    *at++ = average_row(obis(1, 0, c, 14, 0), AverageOf::day, exported);
    *at++ = average_row(obis(1, 0, c, 24, 0), AverageOf::billing, exported);
    for (std::uint8_t rate = 0; rate <= kRates; ++rate) {
      *at++ = peak_row(obis(1, 0, c, 6, rate), rate | exported);
    }
    *at++ = peak_row(obis(1, 0, c, 16, 0), kPeakOfDay | exported);
    *at++ = peak_row(obis(1, 0, c, 16, 0, 101), kPeakOfDayBefore | exported);
  }
  return rows;
}();

inline constexpr auto kTariffRows = std::to_array<Row>({
    data(classes::kActiveRate, kMetering,
         [](const Core& core, std::uint8_t, Writer& out) {
           axdr::put_unsigned(core.durable.billing.rates.active + 1, out);
         }),
    row<classes::ScriptTable>(classes::kTariffScripts, kMetering),
    row<classes::ActivityCalendar>(classes::kActivityCalendarName, kMetering)
        .writable(
            kManagers,
            {classes::ActivityCalendar::kNamePassive, classes::ActivityCalendar::kSeasonsPassive,
             classes::ActivityCalendar::kWeeksPassive, classes::ActivityCalendar::kDaysPassive,
             classes::ActivityCalendar::kActivationTime})
        .callable(kManagers, {classes::ActivityCalendar::kActivatePassiveCalendar}),
    row<classes::SpecialDaysTable>(classes::kSpecialDaysName, kMetering)
        .writable(kManagers, {classes::SpecialDaysTable::kEntries})
        .callable(kManagers,
                  {classes::SpecialDaysTable::kInsert, classes::SpecialDaysTable::kDelete}),
});

}  // namespace meter::fw
