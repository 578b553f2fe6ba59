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

// Who lives where in the 256 pages: parameters and checkpoints, the event logs in their order, last
// the tariff calendar, and in all that is left the profiles, each where its setup says
// (profile_setups.hpp).
inline constexpr LogPlace kParameterPlace{0, 2, kMaxRowValues, 0, true};
inline constexpr LogPlace kCheckpointPlace{2, 2, kMaxRowValues, 0, true};
inline constexpr auto kEventPlaces = [] {
  std::array<LogPlace, kEventLogCount> places{};
  std::uint16_t page = kCheckpointPlace.first_page + kCheckpointPlace.pages;
  for (std::size_t k = 0; k < kEventLogCount; ++k) {
    places[k] = {page, kEventLogs[k].pages, value_octets(event_columns(kEventLogs[k].id))};
    page += kEventLogs[k].pages;
  }
  return places;
}();
inline constexpr std::uint16_t kProfileFirstPage =
    kEventPlaces.back().first_page + kEventPlaces.back().pages;
inline constexpr std::uint16_t kCalendarPages = 2;
inline constexpr std::uint16_t kProfilePages =
    METER_FLASH_PAGES - kCalendarPages - kProfileFirstPage;

// The tariff calendar: two pages, written in turn (tariff/calendar_store.hpp).
inline constexpr std::uint16_t kCalendarFirstPage = METER_FLASH_PAGES - kCalendarPages;

static_assert([] {
  bool held = true;
  for (const EventLog& log : kEventLogs) {
    held &= log.capacity <= (log.pages - 1u) * rows_per_page(value_octets(event_columns(log.id)));
  }
  return held;
}());

}  // namespace meter::fw
