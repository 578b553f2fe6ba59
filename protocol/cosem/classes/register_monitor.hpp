// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/axdr/cursor.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/axdr/exactly.hpp"
#include "protocol/cosem/class.hpp"

namespace protocol::cosem::classes {

// Blue Book 4.5.10: an attribute's value against thresholds, each with a script for either way.
struct RegisterMonitor {
  static constexpr ClassId kId{21};
  static constexpr std::uint8_t kVersion = 0;
  static constexpr const char* kName = "register monitor";
  enum AttributeIndex : std::int8_t { kThresholds = 2, kMonitoredValue, kActions };
  static constexpr AttributeFacts kAttributes[] = {
      {kThresholds, "thresholds", Tag::array, Right::read_write},
      {kMonitoredValue, "monitored_value", Tag::structure, Right::read_write},
      {kActions, "actions", Tag::array, Right::read_write},
  };
  static constexpr std::span<const MethodFacts> kMethods{};
};
constexpr Obis register_monitor_name(unsigned e) {
  return {{0, 0, 16, 0, static_cast<std::uint8_t>(e), 255}};
}

// value_definition, of limiters too.
constexpr void put_value_definition(const Attribute& of, Writer& out) {
  axdr::begin_structure(3, out);
  axdr::put_long_unsigned(static_cast<std::uint16_t>(of.class_id), out);
  axdr::put_octet_string(of.instance.octets, out);
  axdr::put_integer(of.index, out);
}
// What cannot be read fails the cursor; a name that is none gives one that no object has.
inline Attribute take_value_definition(axdr::Cursor& in) {
  in.structure(3);
  Attribute of;
  of.class_id = static_cast<ClassId>(axdr::take_exactly(Tag::long_unsigned, in));
  const Bytes name = in.octet_string();
  of.instance = {};
  if (name.size() == of.instance.octets.size()) {
    std::copy(name.begin(), name.end(), of.instance.octets.begin());
  }
  of.index = static_cast<std::int8_t>(axdr::take_exactly(Tag::integer, in));
  return of;
}

}  // namespace protocol::cosem::classes
