// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "meter/fw/store/row_log.hpp"

namespace meter::fw {

inline constexpr std::uint32_t kSecondsPerDay = 86'400;

// Who lives where in the 256 pages. The load profile comes last: its length depends on the period.
inline constexpr std::uint16_t kEventValueOctets = 0;  // the code stands in the row's head
inline constexpr std::uint16_t kRegisterColumns = 6;   // +A, -A, R1..R4
inline constexpr std::uint16_t kProfileValueOctets = 4 * kRegisterColumns;

inline constexpr LogPlace kParameterPlace{0, 2, kMaxRowValues};
inline constexpr LogPlace kStandardEventPlace{2, 3, kEventValueOctets};
inline constexpr LogPlace kRelayEventPlace{5, 2, kEventValueOctets};
inline constexpr LogPlace kClosingPlace{7, 3, kProfileValueOctets};
inline constexpr std::uint16_t kLoadFirstPage = 10;

inline constexpr std::uint32_t kStandardEvents = 400;
inline constexpr std::uint32_t kRelayEvents = 200;
inline constexpr std::uint32_t kClosings = 130;  // data sheet: about 110 of the billing profile

// Data sheet: 6 parameters every 15 minutes for about 63 days.
inline constexpr std::uint32_t kLoadProfileDays = 63;
constexpr std::uint32_t load_rows(std::uint32_t capture_period_s) {
  return kLoadProfileDays * (kSecondsPerDay / capture_period_s);
}
// One page is being erased, one may be lost to torn rows.
constexpr LogPlace load_place(std::uint32_t capture_period_s) {
  constexpr std::uint32_t kRowOctets = sizeof(RowHead) + kProfileValueOctets + 4;
  constexpr std::uint32_t kRows = (METER_FLASH_PAGE_BYTES - kPageHeaderOctets) / kRowOctets;
  const std::uint32_t pages = (load_rows(capture_period_s) + kRows - 1) / kRows + 2;
  return {kLoadFirstPage, static_cast<std::uint16_t>(pages), kProfileValueOctets};
}
// The periods that a meter may be given (meter_provision, profile attribute 4).
inline constexpr std::array<std::uint16_t, 6> kCapturePeriods_s{300, 600, 900, 1200, 1800, 3600};
static_assert(kLoadFirstPage + load_place(kCapturePeriods_s[0]).pages <= METER_FLASH_PAGES);

}  // namespace meter::fw
