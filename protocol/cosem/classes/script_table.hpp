// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

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

// The table of a meter whose script n puts tariff rate n in force: an activity calendar names it.
inline constexpr Obis kTariffScripts{{0, 0, 10, 0, 100, 255}};
// Which rate that is: data, unsigned, from 1.
inline constexpr Obis kActiveRate{{0, 0, 96, 14, 0, 255}};

}  // namespace protocol::cosem::classes
