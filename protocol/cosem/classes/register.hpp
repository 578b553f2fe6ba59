// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/axdr/cursor.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/cosem/class.hpp"

namespace protocol::cosem::classes {

// Blue Book 4.3.2.
struct Register {
  static constexpr ClassId kId{3};
  static constexpr std::uint8_t kVersion = 0;
  static constexpr const char* kName = "register";
  enum AttributeIndex : std::int8_t { kValue = 2, kScalerUnit };
  enum MethodIndex : std::int8_t { kReset = 1 };
  static constexpr AttributeFacts kAttributes[] = {
      {kValue, "value", kChoice, Right::read_write},
      {kScalerUnit, "scaler_unit", Tag::structure, Right::read},
  };
  static constexpr MethodFacts kMethods[] = {
      {kReset, "reset", kChoice},
  };
};

// The quantity is value * 10^scaler in the unit of Blue Book table 4; 255: a count.
struct ScalerUnit {
  std::int8_t scaler = 0;
  std::uint8_t unit = 255;
};
constexpr void put_scaler_unit(const ScalerUnit& value, Writer& out) {
  axdr::begin_structure(2, out);
  axdr::put_integer(value.scaler, out);
  axdr::put_enum(value.unit, out);
}
// What cannot be read fails the cursor.
inline ScalerUnit take_scaler_unit(axdr::Cursor& in) {
  in.structure(2);
  const auto scaler = static_cast<std::int8_t>(in.number());
  return {scaler, in.enumeration()};
}

}  // namespace protocol::cosem::classes
