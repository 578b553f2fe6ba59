// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hosted/parameter/parameter.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "protocol/axdr/cursor.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/cosem/obis.hpp"

namespace protocol::parameters {
namespace {

using Octets = std::vector<std::uint8_t>;
constexpr std::size_t kMaxSettings = 32;
constexpr std::size_t kMaxOctets = 1024;  // of a value

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

template <typename Number>
std::optional<Number> number_of(std::string_view text) {
  Number value{};
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc{} || at != end) return {};
  return value;
}

std::optional<Octets> octets_of(std::string_view hex) {
  if (hex.size() % 2 != 0 || hex.size() / 2 > kMaxOctets) return {};
  Octets octets;
  for (std::size_t k = 0; k < hex.size(); k += 2) {
    unsigned value = 0;
    const auto [at, error] = std::from_chars(&hex[k], &hex[k] + 2, value, 16);
    if (error != std::errc{} || at != &hex[k] + 2) return {};
    octets.push_back(static_cast<std::uint8_t>(value));
  }
  return octets;
}

using Encode = std::optional<Octets> (*)(std::string_view text);

template <typename Number, auto kPut>
std::optional<Octets> number(std::string_view text) {
  const auto value = number_of<Number>(text);
  if (!value) return {};
  return orders::value_of(16, [&](Writer& out) { kPut(*value, out); });
}
std::optional<Octets> boolean(std::string_view text) {
  if (text != "true" && text != "false") return {};
  return orders::value_of(2, [&](Writer& out) { axdr::put_boolean(text == "true", out); });
}
std::optional<Octets> octet_string(std::string_view text) {
  const auto octets = octets_of(text);
  if (!octets) return {};
  return orders::value_of(kMaxOctets + 8,
                          [&](Writer& out) { axdr::put_octet_string(*octets, out); });
}
std::optional<Octets> characters(std::string_view text) {
  if (text.size() > kMaxOctets) return {};
  return orders::value_of(kMaxOctets + 8, [&](Writer& out) {
    axdr::put_octet_string({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, out);
  });
}
std::optional<Octets> visible_string(std::string_view text) {
  if (text.size() > kMaxOctets) return {};
  return orders::value_of(kMaxOctets + 8,
                          [&](Writer& out) { axdr::put_visible_string(text, out); });
}
// One whole value, and nothing behind it.
std::optional<Octets> encoded(std::string_view text) {
  auto octets = octets_of(text);
  if (!octets) return {};
  axdr::Cursor cursor(*octets);
  cursor.skip_value();
  if (!cursor.ok() || !cursor.at_end()) return {};
  return octets;
}

struct Type {
  std::string_view name;
  const char* allowed;
  Encode encode;
};
constexpr Type kTypes[] = {
    {"boolean", "true, false", boolean},
    {"enum", "0 to 255", number<std::uint8_t, axdr::put_enum>},
    {"integer", "-128 to 127", number<std::int8_t, axdr::put_integer>},
    {"long", "-32768 to 32767", number<std::int16_t, axdr::put_long>},
    {"double-long", "a number of 32 bits", number<std::int32_t, axdr::put_double_long>},
    {"long64", "a number of 64 bits", number<std::int64_t, axdr::put_long64>},
    {"unsigned", "0 to 255", number<std::uint8_t, axdr::put_unsigned>},
    {"long-unsigned", "0 to 65535", number<std::uint16_t, axdr::put_long_unsigned>},
    {"double-long-unsigned", "0 to 4294967295",
     number<std::uint32_t, axdr::put_double_long_unsigned>},
    {"long64-unsigned", "a number of 64 bits, not negative",
     number<std::uint64_t, axdr::put_long64_unsigned>},
    {"octet-string", "octets in hex, at most 1024", octet_string},
    {"text", "at most 1024 characters", characters},
    {"visible-string", "at most 1024 characters", visible_string},
    {"axdr", "one encoded value in hex", encoded},
};

// "3/1.0.12.31.0.255:2"
std::optional<cosem::Attribute> attribute_of(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::size_t colon = text.rfind(':');
  if (slash == text.npos || colon == text.npos || colon < slash) return {};
  const auto class_id = number_of<std::uint16_t>(text.substr(0, slash));
  const auto name = cosem::parse_obis(text.substr(slash + 1, colon - slash - 1));
  const auto index = number_of<std::int8_t>(text.substr(colon + 1));
  if (!class_id || !name || !index || *index < 1) return {};
  return cosem::Attribute{static_cast<cosem::ClassId>(*class_id), *name, *index};
}

// The fault, or nothing.
std::string take(std::string_view text, std::vector<Setting>& settings) {
  const std::size_t equals = text.find('=');
  const std::string_view of = trimmed(text.substr(0, std::min(equals, text.size())));
  const auto attribute = attribute_of(of);
  if (equals == text.npos || !attribute) {
    return "\"" + std::string(text) + "\", allowed: CLASS/OBIS:ATTRIBUTE=TYPE VALUE";
  }
  if (std::ranges::find(settings, *attribute, &Setting::attribute) != settings.end()) {
    return "\"" + std::string(of) + "\" a second time, allowed: each attribute once";
  }
  const std::string_view value = trimmed(text.substr(equals + 1));
  const std::size_t space = std::min(value.find(' '), value.size());
  const std::string_view name = value.substr(0, space);
  std::string known;
  for (const Type& type : kTypes) {
    known += (known.empty() ? "" : ", ") + std::string(type.name);
    if (type.name != name) continue;
    auto octets = type.encode(trimmed(value.substr(space)));
    if (!octets) return "\"" + std::string(value) + "\", allowed: " + type.allowed;
    settings.push_back({*attribute, std::move(*octets)});
    return {};
  }
  return "type \"" + std::string(name) + "\", allowed: " + known;
}

}  // namespace

ParsedSettings parse_settings(std::string_view text) {
  ParsedSettings parsed;
  for (bool more = true; more && parsed.fault.empty();) {
    const std::size_t end = text.find(';');
    more = end != text.npos;
    parsed.fault = take(trimmed(text.substr(0, end)), parsed.settings);
    if (more) text.remove_prefix(end + 1);
    if (more && trimmed(text).empty()) more = false;  // a semicolon behind the last
  }
  if (parsed.settings.size() > kMaxSettings) parsed.fault = "allowed: at most 32 settings";
  if (!parsed.fault.empty()) parsed.settings.clear();
  return parsed;
}

std::vector<orders::Step> steps_of(const std::vector<Setting>& settings) {
  using orders::Step;
  std::vector<Step> steps;
  for (const auto service : {Step::Service::set, Step::Service::read_back}) {
    for (const Setting& setting : settings) {
      steps.push_back({service, setting.attribute, setting.value});
    }
  }
  return steps;
}

}  // namespace protocol::parameters
