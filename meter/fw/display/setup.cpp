// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/display/setup.hpp"

namespace meter::fw {
namespace {

constexpr DisplayItem kClientItems[] = {
    {kEnergyColumns, 2}, {kEnergyColumns + 1, 2}, {kRateItems, 2},     {kRateItems + 1, 2},
    {kRateItems + 2, 2}, {kRateItems + 3, 2},     {kRateItems + 4, 2}, {kRateItems + 5, 2},
    {kPeakItems, 3},     {kPowerColumns, 3},      {kTimeItem, 0},      {kDateItem, 0},
};
constexpr DisplayItem kServiceItems[] = {
    {kSerialItem, 0},        {kRevisionItem, 0},       {kEnergyColumns + 2, 2},
    {kEnergyColumns + 3, 2}, {kEnergyColumns + 4, 2},  {kEnergyColumns + 5, 2},
    {kVoltageColumns, 1},    {kVoltageColumns + 1, 1}, {kVoltageColumns + 2, 1},
    {kCurrentColumns, 3},    {kCurrentColumns + 1, 3}, {kCurrentColumns + 2, 3},
    {kFrequencyColumn, 2},   {kErrorItem, 0},
};

template <std::size_t n>
DisplayList list_of(const DisplayItem (&items)[n], std::uint8_t n_elements) {
  static_assert(n <= kMaxListItems);
  DisplayList list;
  for (const DisplayItem& one : items) {
    if (is_displayable(one.item, n_elements)) list.items[list.n++] = one;
  }
  return list;
}

}  // namespace

DisplaySetup default_display_setup(std::uint8_t n_elements) {
  DisplaySetup setup;
  setup.lists[kClientList] = list_of(kClientItems, n_elements);
  setup.lists[kServiceList] = list_of(kServiceItems, n_elements);
  return setup;
}

DisplaySetup display_setup(const Core& core) {
  DisplaySetup setup;
  const bool stored = core.parameters.load(core.hal, BlockKind::display, setup);
  return stored && is_sensible(setup, core.n_elements) ? setup
                                                       : default_display_setup(core.n_elements);
}

bool is_sensible(const DisplaySetup& setup, std::uint8_t n_elements) {
  for (const DisplayList& list : setup.lists) {
    if (list.n == 0 || list.n > kMaxListItems) return false;
    for (std::size_t k = 0; k < list.n; ++k) {
      const DisplayItem& one = list.items[k];
      if (!is_displayable(one.item, n_elements) || one.decimals > most_decimals(one.item)) {
        return false;
      }
    }
  }
  return setup.backlight < Backlight::modes && setup.message_octets <= kMaxMessageOctets;
}

bool store_display_setup(Core& core, const DisplaySetup& next) {
  return core.parameters.store(core.hal, BlockKind::display, next);
}

}  // namespace meter::fw
