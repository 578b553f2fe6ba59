// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "meter/fw/store/columns.hpp"
#include "meter/fw/store/row_log.hpp"

namespace meter::fw {

inline constexpr std::uint32_t kSecondsPerDay = 86'400;

constexpr std::uint32_t rows_per_page(std::uint16_t value_octets) {
  return (METER_FLASH_PAGE_BYTES - kPageHeaderOctets) / (sizeof(RowHead) + value_octets + 4u);
}

// Who lives where in the 256 pages: the parameters, the logs in this order, and last the load
// profile, as its length depends on the period.
inline constexpr LogPlace kParameterPlace{0, 2, kMaxRowValues, true};
struct LogRegion {
  LogId id;
  std::uint16_t pages;
  std::uint32_t capacity;  // rows that readers see
};
inline constexpr auto kLogRegions = [] {
  std::array<LogRegion, kEventLogCount + 1> regions{};
  for (std::size_t k = 0; k < kEventLogCount; ++k) {
    regions[k] = {kEventLogs[k].id, kEventLogs[k].pages, kEventLogs[k].capacity};
  }
  regions[kEventLogCount] = {LogId::closing, 3,
                             130};  // data sheet: about 110 of the billing profile
  return regions;
}();
inline constexpr std::uint16_t kLoadFirstPage = [] {
  std::uint16_t page = kParameterPlace.pages;
  for (const LogRegion& region : kLogRegions) page += region.pages;
  return page;
}();

// Data sheet: 6 parameters every 15 minutes for about 63 days.
inline constexpr std::uint32_t kLoadProfileDays = 63;
constexpr std::uint32_t load_rows(std::uint32_t capture_period_s) {
  return kLoadProfileDays * (kSecondsPerDay / capture_period_s);
}
// One page is being erased, one may be lost to torn rows.
constexpr LogPlace load_place(std::uint32_t capture_period_s) {
  constexpr std::uint32_t kRows = rows_per_page(kProfileValueOctets);
  const std::uint32_t pages = (load_rows(capture_period_s) + kRows - 1) / kRows + 2;
  return {kLoadFirstPage, static_cast<std::uint16_t>(pages), kProfileValueOctets};
}
// The periods that a meter may be given (meter_provision, profile attribute 4).
inline constexpr std::array<std::uint16_t, 6> kCapturePeriods_s{300, 600, 900, 1200, 1800, 3600};

static_assert(kLoadFirstPage + load_place(kCapturePeriods_s[0]).pages <= METER_FLASH_PAGES);
static_assert([] {
  bool held = true;
  for (const LogRegion& region : kLogRegions) {
    held &= region.capacity <= (region.pages - 1u) * rows_per_page(value_octets(region.id));
  }
  return held;
}());

}  // namespace meter::fw
