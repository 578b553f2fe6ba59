// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/reader/value_text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "protocol/axdr/compact_array.hpp"
#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/classes/association_ln.hpp"
#include "protocol/cosem/obis.hpp"
#include "protocol/cosem/types.hpp"
#include "protocol/hosted/civil_text/civil_text.hpp"
#include "protocol/hosted/printable/printable.hpp"
#include "sim/reader/decimal.hpp"

namespace sim::reader {
namespace {

using nlohmann::ordered_json;
using protocol::Bytes;
using protocol::axdr::Cursor;
using protocol::axdr::Tag;
using protocol::axdr::Value;

enum class Style : std::uint8_t { text, json };

// Blue Book 4.1.6.1.
constexpr std::uint16_t kDeviationNotSpecified = 0x8000;
constexpr std::uint8_t kStatusNotSpecified = 0xFF;
constexpr std::pair<std::uint8_t, const char*> kClockStatus[] = {
    {0x01, "invalid"}, {0x02, "doubtful"}, {0x04, "other clock base"}, {0x08, "invalid status"}};

// Shown as local time with its offset; COSEM's deviation has the opposite sign of RFC 3339's.
std::string time_text(Bytes octets, const protocol::cosem::DateTime& time) {
  const std::string text = protocol::civil_text(time.utc_s - 60 * time.deviation_min);
  if ((octets[9] << 8 | octets[10]) == kDeviationNotSpecified) return text;
  const int offset_min = -time.deviation_min;
  if (offset_min == 0) return text + "Z";
  const int absolute = offset_min < 0 ? -offset_min : offset_min;
  return text +
         fmt::format("{}{:02}:{:02}", offset_min < 0 ? '-' : '+', absolute / 60, absolute % 60);
}

// Null when the octets are no date-time.
ordered_json date_time(Bytes octets, Style style) {
  if (octets.size() != protocol::cosem::kDateTimeOctets) return nullptr;
  const auto time = protocol::cosem::decode_date_time(octets);
  if (!time.ok()) return nullptr;
  const std::string text = time_text(octets, *time);
  std::vector<std::string> against;
  for (const auto& [bit, name] : kClockStatus) {
    if (time->status != kStatusNotSpecified && (time->status & bit) != 0) against.push_back(name);
  }
  if (against.empty()) return text;
  if (style == Style::json) return {{"time", text}, {"status", against}};
  return fmt::format("{} ({})", text, fmt::join(against, ", "));
}

std::string_view view(Bytes octets) {
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

bool is_ascii_text(Bytes octets) {
  for (const std::uint8_t octet : octets) {
    if (octet < 0x20 || octet > 0x7E) return false;
  }
  return !octets.empty();
}

ordered_json octet_string(Bytes octets, Style style) {
  ordered_json time = date_time(octets, style);
  if (!time.is_null()) return time;
  if (is_ascii_text(octets)) return std::string(view(octets));
  return hex_text(octets);
}

ordered_json text_string(Bytes octets, Style style) {
  if (style == Style::text) return protocol::printable(view(octets));
  if (!protocol::is_utf8(view(octets))) return hex_text(octets);
  return std::string(view(octets));
}

ordered_json bit_string(const Value& value) {
  std::string bits;
  for (std::uint32_t bit = 0; bit < value.count; ++bit) {
    bits += (value.content[bit / 8] >> (7 - bit % 8) & 1) != 0 ? '1' : '0';
  }
  return bits;
}

ordered_json to_json(Bytes octets, Style style);

ordered_json scalar(const Value& value, Style style) {
  switch (value.tag) {
    case Tag::null_data:
    case Tag::dont_care:
      return nullptr;
    case Tag::boolean:
      return !value.content.empty() && value.content[0] != 0;
    case Tag::double_long:
    case Tag::integer:
    case Tag::long_:
    case Tag::long64:
      return integer_of(value);
    case Tag::double_long_unsigned:
    case Tag::unsigned_:
    case Tag::long_unsigned:
    case Tag::long64_unsigned:
    case Tag::enum_:
      return static_cast<std::uint64_t>(integer_of(value));
    case Tag::float32:
    case Tag::float64: {
      const double number = real_of(value);
      if (std::isfinite(number)) return number;
      return fmt::format("{}", number);
    }
    case Tag::visible_string:
    case Tag::utf8_string:
      return text_string(value.content, style);
    case Tag::octet_string:
    case Tag::date_time:
      return octet_string(value.content, style);
    case Tag::bit_string:
      return bit_string(value);
    case Tag::compact_array: {
      std::vector<std::uint8_t> whole{static_cast<std::uint8_t>(Tag::compact_array)};
      whole.insert(whole.end(), value.content.begin(), value.content.end());
      const auto plain = plain_array(whole);
      return plain == whole ? ordered_json("? " + hex_text(whole)) : to_json(plain, style);
    }
    case Tag::array:
    case Tag::structure:
    case Tag::bcd:
    case Tag::date:
    case Tag::time:
      return hex_text(value.content);
  }
  return hex_text(value.content);
}

ordered_json to_json(Bytes octets, Style style) {
  Cursor cursor(octets);
  std::vector<std::pair<ordered_json, std::uint32_t>> open;  // container, elements still missing
  for (;;) {
    const Value value = cursor.next();
    if (!cursor.ok()) return "? " + hex_text(octets);
    ordered_json done = value.is_container() ? ordered_json::array() : scalar(value, style);
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

// Every string in it is UTF-8: nothing to throw for.
std::string dumped(const ordered_json& json) { return protocol::printable_json(json.dump(2)); }

std::string plain(const ordered_json& value) {
  return value.is_string() ? value.get<std::string>() : dumped(value);
}

const char* access_text(std::uint64_t mode) {
  constexpr const char* kModes[] = {"-", "r", "w", "rw", "r!", "w!", "rw!"};  // !: authenticated
  return mode < std::size(kModes) ? kModes[mode] : "?";
}

}  // namespace

std::string hex_text(Bytes octets) { return fmt::format("{:02X}", fmt::join(octets, "")); }

std::string value_as_json(Bytes value) { return dumped(to_json(value, Style::json)); }

std::string value_as_text(Bytes value) { return plain(to_json(value, Style::text)); }

std::string rows_as_text(Bytes value) {
  const ordered_json rows = to_json(value, Style::text);
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
  Cursor cursor(value);
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
      {1, "a"},     {2, "mo"},      {3, "wk"},     {4, "d"},      {5, "h"},     {6, "min"},
      {7, "s"},     {8, "°"},       {9, "°C"},     {11, "m"},     {12, "m/s"},  {13, "m³"},
      {14, "m³"},   {15, "m³/h"},   {16, "m³/h"},  {17, "m³/d"},  {18, "m³/d"}, {19, "l"},
      {20, "kg"},   {21, "N"},      {22, "Nm"},    {23, "Pa"},    {24, "bar"},  {25, "J"},
      {26, "J/h"},  {27, "W"},      {28, "VA"},    {29, "var"},   {30, "Wh"},   {31, "VAh"},
      {32, "varh"}, {33, "A"},      {34, "C"},     {35, "V"},     {36, "V/m"},  {37, "F"},
      {38, "Ω"},    {40, "Wb"},     {41, "T"},     {42, "A/m"},   {43, "H"},    {44, "Hz"},
      {45, "1/Wh"}, {46, "1/varh"}, {47, "1/VAh"}, {48, "V²h"},   {49, "A²h"},  {50, "kg/s"},
      {51, "S"},    {52, "K"},      {53, "1/V²h"}, {54, "1/A²h"}, {55, "1/m³"}, {56, "%"},
      {57, "Ah"},   {70, "dBm"},    {71, "dBµV"},  {72, "dB"},    {255, ""}};
  for (const auto& [number, name] : kUnits) {
    if (number == unit) return name;
  }
  return fmt::format("unit {}", unit);
}

std::string register_as_text(Bytes value, int scaler, unsigned unit) {
  Cursor cursor(value);
  const auto number = decimal_of(cursor.next());
  if (!cursor.ok() || !number) return value_as_text(value);
  const std::string name = unit_text(unit);
  return decimal_text(*number, scaler) + (name.empty() ? "" : " " + name);
}

std::string register_as_json(Bytes value, int scaler, unsigned unit) {
  const ordered_json json{{"raw", to_json(value, Style::json)},
                          {"scaler", scaler},
                          {"unit", unit_text(unit)},
                          {"text", register_as_text(value, scaler, unit)}};
  return protocol::printable_json(json.dump());
}

std::vector<std::uint8_t> plain_array(std::vector<std::uint8_t> value) {
  if (value.empty() || value[0] != static_cast<std::uint8_t>(Tag::compact_array)) return value;
  constexpr std::size_t kMostOctets = 1 << 24;
  for (std::size_t octets = 64 + 4 * value.size(); octets <= kMostOctets; octets *= 4) {
    std::vector<std::uint8_t> array(octets);
    const auto done = protocol::axdr::expand_compact_array(Bytes(value).subspan(1), array);
    if (done) {
      array.resize(done->size());
      return array;
    }
    if (done.error() != protocol::Error::no_space) break;
  }
  return value;
}

}  // namespace sim::reader
