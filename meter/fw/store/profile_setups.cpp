// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/store/profile_setups.hpp"

namespace meter::fw {
namespace {

// Behind the pages of whichever profile but `id` has one of these; 0: nobody has.
std::uint32_t behind_owner(const ProfileSetups& setups, LogId id, std::uint32_t first,
                           std::uint32_t end) {
  for (std::size_t k = 0; k < setups.size(); ++k) {
    const ProfileSetup& other = setups[k];
    const std::uint32_t other_end = std::uint32_t{other.first_page} + other.pages;
    if (k == static_cast<std::size_t>(id) || other.pages == 0) continue;
    if (first < other_end && other.first_page < end) return other_end;
  }
  return 0;
}

}  // namespace

bool is_capture_period(std::uint32_t period_s, std::uint8_t n_elements) {
  return std::any_of(std::begin(kCapturePeriods), std::end(kCapturePeriods),
                     [=](const CapturePeriod& one) {
                       return one.period_s == period_s && n_elements <= one.most_elements;
                     });
}

void ProfileSetup::set_columns(Columns columns) {
  column = {};
  std::copy(columns.begin(), columns.end(), column.begin());
  n_columns = static_cast<std::uint8_t>(columns.size());
}

ProfileSetups default_setups(std::uint32_t load_period_s) {
  ProfileSetups setups{};
  for (const ProfileFacts& facts : kProfiles) {
    ProfileSetup& setup = setups[static_cast<std::size_t>(facts.id)];
    const bool load = facts.id == LogId::load;
    setup.period_s = load ? load_period_s : 0;
    setup.entries = load ? default_entries(load_period_s) : facts.entries;
    setup.set_columns(kDefaultColumns);
    PROTOCOL_ASSERT(give_pages(setups, facts.id));
  }
  return setups;
}
static_assert([] {
  std::uint32_t pages = 0;
  for (const ProfileFacts& facts : kProfiles) {
    const std::uint32_t entries = facts.entries == 0 ? default_entries(300) : facts.entries;
    pages += pages_for(entries, value_octets(kDefaultColumns));
  }
  return pages <= kProfilePages;
}());

bool give_pages(ProfileSetups& setups, LogId id) {
  ProfileSetup& setup = setups[static_cast<std::size_t>(id)];
  const std::uint32_t pages = pages_for(setup.entries, value_octets(setup.columns()));
  if (pages > kProfilePages) return false;
  std::uint32_t first = kProfileFirstPage;
  while (first + pages <= METER_FLASH_PAGES) {
    const std::uint32_t behind = behind_owner(setups, id, first, first + pages);
    if (behind == 0) {
      setup.first_page = static_cast<std::uint16_t>(first);
      setup.pages = static_cast<std::uint16_t>(pages);
      return true;
    }
    first = behind;
  }
  return false;
}

bool hold_together(const ProfileSetups& setups, std::uint8_t n_elements) {
  for (const ProfileFacts& facts : kProfiles) {
    const ProfileSetup& setup = setups[static_cast<std::size_t>(facts.id)];
    const std::uint32_t end = std::uint32_t{setup.first_page} + setup.pages;
    if (setup.n_columns == 0 || setup.n_columns > kMaxColumns || setup.entries == 0) return false;
    if (setup.period_s != 0 &&
        (facts.rhythm != Rhythm::interval || !is_capture_period(setup.period_s, n_elements))) {
      return false;
    }
    if (setup.pages != pages_for(setup.entries, value_octets(setup.columns()))) return false;
    if (setup.first_page < kProfileFirstPage || end > METER_FLASH_PAGES) return false;
    if (behind_owner(setups, facts.id, setup.first_page, end) != 0) return false;
  }
  return true;
}

std::uint16_t next_epoch(const ProfileSetups& setups) {
  std::uint16_t newest = 0;
  for (const ProfileSetup& setup : setups) newest = std::max(newest, setup.epoch);
  return static_cast<std::uint16_t>(newest + 1);
}

}  // namespace meter::fw
