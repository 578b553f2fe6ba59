// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/core/core.hpp"
#include "meter/fw/display/frame.hpp"

namespace meter::fw {

// What the display can show, by a number that stands in flash with a list: it never changes its
// meaning. Values that profiles capture have the number of their column.
using ItemId = ColumnId;
enum : ItemId {
  kRateItems = 96,   // active energy: 6 rates imported, 6 exported
  kPeakItems = 112,  // highest demand of the billing period: import, export
  kTimeItem = 128,
  kDateItem,
  kSerialItem,
  kRevisionItem,
  kErrorItem,
};

// C.D.E of its name, as EN 13757-1 has it on displays.
struct ItemCode {
  std::uint8_t c;
  std::uint8_t d;
  std::uint8_t e;
  friend constexpr bool operator==(const ItemCode&, const ItemCode&) = default;
};

bool is_displayable(ItemId item, std::uint8_t n_elements);
ItemCode code_of(ItemId item);
// That its unit has behind the point; 0: text, time, bits.
std::uint8_t most_decimals(ItemId item);
// The item with this code; false: the display has none, or this meter.
bool find_item(const ItemCode& code, std::uint8_t n_elements, ItemId& item);

// Code, value and unit of an item.
void put_item(const Core& core, ItemId item, std::uint8_t decimals, Frame& frame);

}  // namespace meter::fw
