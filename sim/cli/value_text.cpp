// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/read.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/classes/association_ln.hpp"
#include "protocol/cosem/obis.hpp"
#include "protocol/cosem/types.hpp"
#include "protocol/hosted/civil_text/civil_text.hpp"

namespace sim::cli {
namespace {

using nlohmann::ordered_json;
using protocol::Bytes;
using protocol::axdr::Cursor;
using protocol::axdr::Tag;
using protocol::axdr::Value;

std::string date_time_text(const protocol::cosem::DateTime& time) {
  // Shown as local time with its offset; COSEM's deviation has the opposite sign of RFC 3339's.
  const std::int64_t local_s = time.utc_s - 60 * time.deviation_min;
  const int offset_min = -time.deviation_min;
  const std::string text = protocol::civil_text(local_s);
  if (offset_min == 0) return text + "Z";
  const int absolute = offset_min < 0 ? -offset_min : offset_min;
  return text +
         fmt::format("{}{:02}:{:02}", offset_min < 0 ? '-' : '+', absolute / 60, absolute % 60);
}

bool printable(Bytes octets) {
  if (octets.empty()) return false;
  for (const std::uint8_t octet : octets) {
    if (octet < 0x20 || octet > 0x7E) return false;
  }
  return true;
}

ordered_json octet_string(Bytes octets) {
  if (octets.size() == protocol::cosem::kDateTimeOctets) {
    const auto time = protocol::cosem::decode_date_time(octets);
    if (time.ok()) return date_time_text(time.value());
  }
  if (printable(octets)) return std::string(octets.begin(), octets.end());
  return hex_text(octets);
}

std::int64_t big_endian(Bytes octets, bool is_signed) {
  std::uint64_t number = is_signed && !octets.empty() && (octets[0] & 0x80u) != 0 ? ~0ull : 0ull;
  for (const std::uint8_t octet : octets) number = (number << 8) | octet;
  return static_cast<std::int64_t>(number);
}

ordered_json scalar(const Value& value) {
  switch (value.tag) {
    case Tag::null_data:
      return nullptr;
    case Tag::boolean:
      return !value.content.empty() && value.content[0] != 0;
    case Tag::double_long:
    case Tag::integer:
    case Tag::long_:
    case Tag::long64:
      return big_endian(value.content, true);
    case Tag::double_long_unsigned:
    case Tag::unsigned_:
    case Tag::long_unsigned:
    case Tag::long64_unsigned:
    case Tag::enum_:
      return static_cast<std::uint64_t>(big_endian(value.content, false));
    case Tag::visible_string:
    case Tag::utf8_string:
      return std::string(value.content.begin(), value.content.end());
    case Tag::octet_string:
    case Tag::date_time:
      return octet_string(value.content);
    default:
      return hex_text(value.content);
  }
}

ordered_json to_json(Bytes octets) {
  Cursor cursor(octets);
  std::vector<std::pair<ordered_json, std::uint32_t>> open;  // container, elements still missing
  for (;;) {
    const Value value = cursor.next();
    if (!cursor.ok()) return "? " + hex_text(octets);
    ordered_json done = value.is_container() ? ordered_json::array() : scalar(value);
    if (value.is_container() && value.count > 0) {
      open.emplace_back(std::move(done), value.count);
      continue;
    }
    while (!open.empty()) {
      open.back().first.push_back(std::move(done));
      if (--open.back().second > 0) break;
      done = std::move(open.back().first);
      open.pop_back();
      if (open.empty()) return done;
    }
    if (open.empty()) return done;
  }
}

std::string plain(const ordered_json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

const char* access_text(std::uint64_t mode) {
  constexpr const char* kModes[] = {"-", "r", "w", "rw", "r!", "w!", "rw!"};  // !: authenticated
  return mode < std::size(kModes) ? kModes[mode] : "?";
}

}  // namespace

std::string hex_text(Bytes octets) { return fmt::format("{:02X}", fmt::join(octets, "")); }

std::string value_as_json(Bytes value) { return to_json(value).dump(2); }

std::string value_as_text(Bytes value) {
  const ordered_json json = to_json(value);
  return json.is_array() ? json.dump(2) : plain(json);
}

std::string rows_as_text(Bytes value) {
  const ordered_json rows = to_json(value);
  if (!rows.is_array()) return plain(rows) + "\n";
  std::string text;
  for (const ordered_json& row : rows) {
    std::string line;
    if (!row.is_array()) line = plain(row);
    for (std::size_t i = 0; row.is_array() && i < row.size(); ++i) {
      line += fmt::format("{}{:>{}}", i == 0 ? "" : "  ", plain(row[i]), i < 2 ? 0 : 10);
    }
    text += line + "\n";
  }
  return text;
}

// ---- COSEM objects in a person's words ----

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
