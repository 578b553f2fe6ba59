// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/store/flash_map.hpp"

namespace meter::fw {

// When a profile captures: at multiples of its period, at the begin of each local day, or of each
// local month.
enum class Rhythm : std::uint8_t { interval, day, month };

// The profiles, with their depth when the meter leaves the production line.
struct ProfileFacts {
  LogId id;
  Rhythm rhythm;
  std::uint32_t entries;  // 0: as the period has it (default_entries)
};
inline constexpr ProfileFacts kProfiles[] = {
    {LogId::load, Rhythm::interval, 0},          //
    {LogId::interval_2, Rhythm::interval, 312},  // data sheet: 13 days of hours
    {LogId::interval_3, Rhythm::interval, 92},   // a page
    {LogId::closing, Rhythm::day, 130},          //
    {LogId::billing, Rhythm::month, 110},        // data sheet: 110 months
};
inline constexpr std::size_t kProfileCount = std::size(kProfiles);
constexpr bool is_profile(LogId id) { return static_cast<std::size_t>(id) < kProfileCount; }
static_assert([] {
  std::size_t k = 0;
  for (const ProfileFacts& facts : kProfiles) {
    if (static_cast<std::size_t>(facts.id) != k++) return false;
  }
  return !is_profile(kEventLogs[0].id);
}());

// Data sheets: 1 minute in the AD11A only.
struct CapturePeriod {
  std::uint16_t period_s;
  std::uint8_t most_elements;  // of a meter that has it
};
inline constexpr CapturePeriod kCapturePeriods[] = {{60, 1},   {300, 3},  {600, 3}, {900, 3},
                                                    {1200, 3}, {1800, 3}, {3600, 3}};
bool is_capture_period(std::uint32_t period_s, std::uint8_t n_elements);

// Of the load profile. Data sheet: 6 parameters every 15 minutes for about 63 days; that is kept
// at 5 minutes, too, and is 12 days at one.
inline constexpr std::uint32_t kLoadProfileDays = 63;
constexpr std::uint32_t default_entries(std::uint32_t period_s) {
  return std::min(kLoadProfileDays * (kSecondsPerDay / period_s),
                  kLoadProfileDays * (kSecondsPerDay / 300));
}

// What clients choose of a profile, and where its rows are. As it stands in flash.
struct ProfileSetup {
  std::uint32_t period_s = 0;  // of an interval profile; 0: captures when told to
  std::uint32_t entries = 0;
  std::uint16_t first_page = 0;
  std::uint16_t pages = 0;
  std::uint16_t epoch = 0;  // no two setups have the same: rows of another are none (RowLog)
  std::uint8_t n_columns = 0;
  std::uint8_t reserved = 0;
  std::array<ColumnId, kMaxColumns> column{};

  constexpr Columns columns() const { return Columns(column).first(n_columns); }
  void set_columns(Columns columns);
  LogPlace place() const { return {first_page, pages, value_octets(columns()), epoch}; }
};
using ProfileSetups = std::array<ProfileSetup, kProfileCount>;

constexpr std::uint32_t pages_for(std::uint32_t entries, std::uint16_t value_octets) {
  // One page is being erased, one may be lost to torn rows.
  const std::uint32_t rows = rows_per_page(value_octets);
  return entries / rows + (entries % rows != 0 ? 1 : 0) + 2;
}

ProfileSetups default_setups(std::uint32_t load_period_s);
// Gives a profile pages for its entries, the first that nobody else has. False: there is no such
// room, and nothing changed.
bool give_pages(ProfileSetups& setups, LogId id);
// Whether these can be setups of a meter: columns aside, whose values are not known here.
bool hold_together(const ProfileSetups& setups, std::uint8_t n_elements);
std::uint16_t next_epoch(const ProfileSetups& setups);

}  // namespace meter::fw
