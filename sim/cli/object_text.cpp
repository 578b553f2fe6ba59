// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// COSEM objects in a person's words.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/classes/association_ln.hpp"
#include "protocol/cosem/obis.hpp"
#include "sim/cli/value_text.hpp"

namespace sim::cli {
namespace {

const char* access_text(std::uint64_t mode) {
  constexpr const char* kModes[] = {"-", "r", "w", "rw", "r!", "w!", "rw!"};  // !: authenticated
  return mode < std::size(kModes) ? kModes[mode] : "?";
}

}  // namespace

std::string objects_as_text(protocol::Bytes value) {
  protocol::axdr::Cursor cursor(value);
  std::string text;
  const std::uint32_t n = cursor.array();
  for (std::uint32_t i = 0; i < n && cursor.ok(); ++i) {
    const auto object = protocol::cosem::classes::take_listed_object(cursor);
    cursor.structure(2);
    std::string rights;
    const std::uint32_t attributes = cursor.array();
    for (std::uint32_t a = 0; a < attributes && cursor.ok(); ++a) {
      cursor.structure(3);
      const auto index = cursor.number();
      const auto mode = cursor.unsigned_number();
      cursor.skip_value();  // access selectors
      rights += fmt::format(" {}:{}", index, access_text(mode));
    }
    cursor.skip_value();  // methods
    text += fmt::format("{:>5}  v{}  {:<16}{}\n", static_cast<unsigned>(object.class_id),
                        object.version, protocol::cosem::ObisText(object.name).view(), rights);
  }
  return cursor.ok() ? text : "? " + hex_text(value) + "\n";
}

std::string unit_text(unsigned unit) {
  constexpr std::pair<unsigned, const char*> kUnits[] = {
      {7, "s"},     {27, "W"}, {28, "VA"}, {29, "var"}, {30, "Wh"}, {31, "VAh"},
      {32, "varh"}, {33, "A"}, {35, "V"},  {44, "Hz"},  {255, ""}};
  for (const auto& [number, name] : kUnits) {
    if (number == unit) return name;
  }
  return fmt::format("unit {}", unit);
}

std::string register_as_text(std::int64_t value, int scaler, unsigned unit) {
  std::string number = std::to_string(value < 0 ? -value : value);
  if (scaler > 0) number += std::string(static_cast<std::size_t>(scaler), '0');
  if (scaler < 0) {
    const auto decimals = static_cast<std::size_t>(-scaler);
    if (number.size() <= decimals) number.insert(0, decimals + 1 - number.size(), '0');
    number.insert(number.size() - decimals, ".");
  }
  const std::string name = unit_text(unit);
  return (value < 0 ? "-" : "") + number + (name.empty() ? "" : " " + name);
}

}  // namespace sim::cli
