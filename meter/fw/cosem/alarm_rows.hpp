// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The objects of alarms and of the protection against fraud.
#pragma once

#include "meter/fw/cosem/object_row.hpp"

namespace meter::fw {

// A number of 32 bits that clients set.
template <typename Take>
AccessResult take_bits(Core& core, Bytes value, Take&& take) {
  const auto bits = static_cast<std::uint32_t>(axdr::Cursor(value).unsigned_number());
  return take(core, bits) ? AccessResult::success : AccessResult::hardware_fault;
}
template <typename Change>
bool changed_settings(Core& core, Change&& change) {
  Settings next = core.settings;
  change(next);
  return core.change_settings(next);
}

// Blue Book 6.2.60: register, filter and descriptor of alarms. E 128 to 254 is the manufacturer's.
inline constexpr auto kAlarmRows = std::to_array<Row>({
    data(protocol::cosem::obis(0, 0, 97, 98, 0), kMetering,
         [](const Core& core, std::uint8_t, Writer& out) {
           axdr::put_double_long_unsigned(core.durable.state.alarm.raised, out);
         })
        .settable(kManagers, axdr::Tag::double_long_unsigned,  // what is left of it
                  [](Core& core, Bytes value) {
                    return take_bits(core, value, [](Core& of, std::uint32_t left) {
                      of.clear_alarms(left);
                      return true;
                    });
                  }),
    data(protocol::cosem::obis(0, 0, 97, 98, 10), kMetering,
         [](const Core& core, std::uint8_t, Writer& out) {
           axdr::put_double_long_unsigned(core.settings.alarm_filter(), out);
         })
        .settable(kManagers, axdr::Tag::double_long_unsigned,
                  [](Core& core, Bytes value) {
                    return take_bits(core, value, [](Core& of, std::uint32_t filter) {
                      return changed_settings(of,
                                              [&](Settings& next) { next.muted_alarms = ~filter; });
                    });
                  }),
    data(protocol::cosem::obis(0, 0, 97, 98, 20), kMetering,
         [](const Core& core, std::uint8_t, Writer& out) {
           axdr::put_double_long_unsigned(core.durable.state.alarm.descriptor, out);
         })
        .settable(kManagers, axdr::Tag::double_long_unsigned,
                  [](Core& core, Bytes value) {
                    return take_bits(core, value, [](Core& of, std::uint32_t left) {
                      of.durable.state.alarm.descriptor &= left;
                      of.durable.save(of.hal);
                      return true;
                    });
                  }),
    // Alarms that open the relay.
    data(protocol::cosem::obis(0, 0, 97, 98, 128), kMetering,
         [](const Core& core, std::uint8_t, Writer& out) {
           axdr::put_double_long_unsigned(core.settings.switch_off, out);
         })
        .settable(kManagers, axdr::Tag::double_long_unsigned,
                  [](Core& core, Bytes value) {
                    return take_bits(core, value, [](Core& of, std::uint32_t mask) {
                      return changed_settings(of, [&](Settings& next) { next.switch_off = mask; });
                    });
                  }),
});

inline constexpr Source kTampers = [](const Core& core, std::uint8_t contact, Writer& out) {
  axdr::put_long_unsigned(core.durable.state.tamper.count[contact], out);
};
// Blue Book 6.2.23: counters of tampering, in the order of kContacts (fraud/fraud.hpp).
inline constexpr auto kTamperRows = std::to_array<Row>({
    data(protocol::cosem::obis(0, 0, 96, 20, 0), kMetering, kTampers, 0),
    data(protocol::cosem::obis(0, 0, 96, 20, 5), kMetering, kTampers, 1),
    data(protocol::cosem::obis(0, 0, 96, 20, 15), kMetering, kTampers, 2),
    data(protocol::cosem::obis(0, 0, 96, 20, 30), kMetering, kTampers, 3),
    // Broken seals, a bit a contact; 0 when they are whole again.
    data(protocol::cosem::obis(0, 0, 96, 5, 128), kMetering,
         [](const Core& core, std::uint8_t, Writer& out) {
           axdr::put_unsigned(core.durable.state.tamper.broken_seals, out);
         })
        .settable(kManagers, axdr::Tag::unsigned_,
                  [](Core& core, Bytes value) {
                    if (axdr::Cursor(value).unsigned_number() != 0) {
                      return AccessResult::other_reason;
                    }
                    core.durable.state.tamper.broken_seals = 0;
                    core.durable.save(core.hal);
                    return AccessResult::success;
                  }),
    // Service is permitted: covers are opened without a seal being broken.
    data(protocol::cosem::obis(0, 0, 96, 5, 129), kMetering,
         [](const Core& core, std::uint8_t, Writer& out) {
           axdr::put_boolean(core.settings.service_permitted != 0, out);
         })
        .settable(kManagers, axdr::Tag::boolean,
                  [](Core& core, Bytes value) {
                    const bool permitted = axdr::Cursor(value).boolean();
                    return changed_settings(
                               core,
                               [&](Settings& next) { next.service_permitted = permitted ? 1 : 0; })
                               ? AccessResult::success
                               : AccessResult::hardware_fault;
                  }),
});

}  // namespace meter::fw
