// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "meter/fw/display/items.hpp"

namespace meter::fw {

enum class Backlight : std::uint8_t { off, after_button, always, modes };

struct DisplayItem {
  ItemId item = 0;
  std::uint8_t decimals = 0;
};
inline constexpr std::size_t kMaxListItems = 14;
struct DisplayList {
  std::uint8_t n = 0;
  std::uint8_t reserved = 0;
  std::array<DisplayItem, kMaxListItems> items{};
};
inline constexpr std::size_t kClientList = 0;
inline constexpr std::size_t kServiceList = 1;
inline constexpr std::size_t kMaxMessageOctets = 64;

// What clients choose of the display, as it stands in flash; nobody keeps it in RAM.
struct DisplaySetup {
  std::uint8_t scroll_s = 10;  // of the client list by itself; 0: it stands at its first item
  std::uint8_t return_s = 60;  // from the last button to that
  Backlight backlight = Backlight::after_button;
  std::uint8_t backlight_s = 30;
  std::array<DisplayList, 2> lists{};
  std::uint8_t message_octets = 0;
  std::array<char, kMaxMessageOctets> message{};

  std::string_view text() const { return {message.data(), message_octets}; }
};

// As the meter leaves the production line.
DisplaySetup default_display_setup(std::uint8_t n_elements);
DisplaySetup display_setup(const Core& core);
// A list has an item, each is there and has these decimals.
bool is_sensible(const DisplaySetup& setup, std::uint8_t n_elements);
// False: the flash refused it, and all is as it was.
bool store_display_setup(Core& core, const DisplaySetup& next);

}  // namespace meter::fw
