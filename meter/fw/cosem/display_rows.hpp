// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What clients choose of the display. Names in D = 50 are the manufacturer's (Blue Book 6.2.32):
// the readout lists 0.0.21.0.x are profiles, which have no place for an item's decimals.
#pragma once

#include "meter/fw/cosem/object_row.hpp"
#include "meter/fw/display/setup.hpp"

namespace meter::fw {

// Structure of unsigned scroll_s, unsigned return_s, enum backlight, unsigned backlight_s.
void put_display_behaviour(const Core& core, std::uint8_t, Writer& out);
AccessResult take_display_behaviour(Core& core, Bytes value);
// Array of structure of octet-string name, unsigned decimals.
void put_display_list(const Core& core, std::uint8_t list, Writer& out);
AccessResult take_display_list(Core& core, std::size_t list, Bytes value);
void put_display_message(const Core& core, std::uint8_t, Writer& out);
AccessResult take_display_message(Core& core, Bytes value);

template <std::size_t list>
constexpr Row display_list(const Obis& name) {
  return data(name, kMetering, put_display_list, list)
      .settable(kManagers, axdr::Tag::array,
                [](Core& core, Bytes value) { return take_display_list(core, list, value); });
}
inline constexpr auto kDisplayRows = std::to_array<Row>({
    data(protocol::cosem::obis(0, 0, 96, 50, 0), kMetering, put_display_behaviour)
        .settable(kManagers, axdr::Tag::structure, take_display_behaviour),
    display_list<kClientList>(protocol::cosem::obis(0, 0, 96, 50, 1)),
    display_list<kServiceList>(protocol::cosem::obis(0, 0, 96, 50, 2)),
    // Blue Book 6.2.30: consumer information, to the local display.
    data(protocol::cosem::obis(0, 0, 96, 13, 1), kMetering, put_display_message)
        .settable(kManagers, axdr::Tag::octet_string, take_display_message),
});

}  // namespace meter::fw
