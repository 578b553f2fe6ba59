// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/axdr/cursor.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/axdr/exactly.hpp"
#include "protocol/cosem/class.hpp"

namespace protocol::cosem::classes {

// Blue Book 4.5.2.
struct ScriptTable {
  static constexpr ClassId kId{9};
  static constexpr std::uint8_t kVersion = 0;
  static constexpr const char* kName = "script table";
  enum AttributeIndex : std::int8_t { kScripts = 2 };
  enum MethodIndex : std::int8_t { kExecute = 1 };
  static constexpr AttributeFacts kAttributes[] = {
      {kScripts, "scripts", Tag::array, Right::read_write},
  };
  static constexpr MethodFacts kMethods[] = {
      {kExecute, "execute", Tag::long_unsigned},
  };
};
// service_id of an action specification.
inline constexpr std::uint8_t kScriptWrites = 1;
inline constexpr std::uint8_t kScriptExecutes = 2;

// Which script of which table: action_item of limiters and monitors (Blue Book 4.5.9, 4.5.10).
struct ActionItem {
  Bytes table;
  std::uint16_t selector = 0;
};
constexpr void put_action_item(const ActionItem& item, Writer& out) {
  axdr::begin_structure(2, out);
  axdr::put_octet_string(item.table, out);
  axdr::put_long_unsigned(item.selector, out);
}
// What cannot be read fails the cursor; so does a selector that is no long-unsigned.
inline ActionItem take_action_item(axdr::Cursor& in) {
  in.structure(2);
  ActionItem item;
  item.table = in.octet_string();
  item.selector = static_cast<std::uint16_t>(axdr::take_exactly(Tag::long_unsigned, in));
  return item;
}

// The table of a meter whose script n puts tariff rate n in force: an activity calendar names it.
inline constexpr Obis kTariffScripts{{0, 0, 10, 0, 100, 255}};
// The table whose script 1 disconnects and 2 reconnects: 0 is none.
inline constexpr Obis kDisconnectScripts{{0, 0, 10, 0, 106, 255}};
inline constexpr std::uint16_t kScriptDisconnects = 1;
inline constexpr std::uint16_t kScriptReconnects = 2;
// Which rate that is: data, unsigned, from 1.
inline constexpr Obis kActiveRate{{0, 0, 96, 14, 0, 255}};

}  // namespace protocol::cosem::classes
