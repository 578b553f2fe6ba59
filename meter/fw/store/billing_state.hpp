// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "protocol/cosem/quantities.hpp"

namespace meter::fw {

// Energy in whole Wh (varh) and the rest in microjoules, always below one Wh.
struct EnergyRegister {
  std::uint32_t wh = 0;
  std::uint32_t rest_uj = 0;
};
inline constexpr std::int64_t kMicrojoulesPerWh = 3'600'000'000;

using protocol::cosem::kQuantities;
using enum protocol::cosem::QuantityIndex;

// Data sheet: up to 6 tariff registers.
inline constexpr std::size_t kRates = 6;
// Whose demand is taken: active import and export, kActiveImport and kActiveExport.
inline constexpr std::size_t kDemands = 2;

// Energies by rate, and the demand interval that runs.
struct RateState {
  // As they stood when a rate went out of force. That of the active one is what the others leave of
  // the total, so that the sum of the rates is the total at any instant, to the Wh, and a window
  // costs no more than without rates.
  std::array<std::array<std::uint32_t, kQuantities>, kRates> wh{};
  std::uint8_t active = 0;  // rate in force, from 0
  std::array<std::uint8_t, 3> reserved{};
  std::uint32_t interval_start_s = 0;  // UTC; 0: none has begun
  std::array<EnergyRegister, kDemands> interval_base{};
  std::array<std::uint32_t, kDemands> last_average_w{};
};

// The highest average power, and the end of the interval that had it; 0: none since the reset.
struct Peak {
  std::uint32_t power_w = 0;
  std::uint32_t utc_s = 0;
};
// Since when the average of a day or billing period runs, and that of the one before.
struct AverageSpan {
  std::uint32_t start_s = 0;
  std::array<std::uint32_t, kDemands> base_wh{};
  std::array<std::uint32_t, kDemands> last_w{};
};
struct DemandState {
  using Peaks = std::array<Peak, kDemands>;
  std::array<std::array<Peak, 1 + kRates>, kDemands> month{};  // all rates together, then each
  Peaks day{};
  Peaks day_before{};
  AverageSpan day_span{};
  AverageSpan month_span{};
};

// What changes a few times an hour at most: kept apart from DurableState, whose CRC is made with
// every window. In flash each part is a block of its own.
struct BillingState {
  std::uint32_t sequence = 0;
  RateState rates;
  DemandState demand;
};

}  // namespace meter::fw
