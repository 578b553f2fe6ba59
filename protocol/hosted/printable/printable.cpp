// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hosted/printable/printable.hpp"

#include <cstdint>

namespace protocol {
namespace {

// One character at the front of `text`; size 1 and not valid when there is none, RFC 3629: no
// overlong forms, no surrogates, nothing above 10FFFF.
struct Character {
  std::uint32_t code = 0;
  std::size_t size = 1;
  bool valid = false;
};
Character front(std::string_view text) {
  const auto octet = [&](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
  const std::uint8_t first = octet(0);
  if (first < 0x80) return {first, 1, true};
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (first < 0xC2 || first > 0xF4 || text.size() < size) return {};
  std::uint32_t code = first & (0x7Fu >> size);
  for (std::size_t at = 1; at < size; ++at) {
    if ((octet(at) & 0xC0) != 0x80) return {};
    code = code << 6 | (octet(at) & 0x3Fu);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < kLeast[size] || surrogate || code > 0x10FFFF) return {};
  return {code, size, true};
}

bool harmless(std::uint32_t code) {
  if (code < 0x20 || (code >= 0x7F && code < 0xA0)) return false;
  const bool direction = (code >= 0x200E && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
                         (code >= 0x2066 && code <= 0x2069) || code == 0x061C || code == 0xFEFF;
  return !direction;
}

constexpr char kDigits[] = "0123456789ABCDEF";

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const Character character = front(text);
    if (!character.valid) return false;
    text.remove_prefix(character.size);
  }
  return true;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character character = front(text);
    const std::string_view octets = text.substr(0, character.size);
    text.remove_prefix(character.size);
    if (character.valid && harmless(character.code)) {
      out += octets;
      continue;
    }
    for (const char c : octets) {
      const auto octet = static_cast<std::uint8_t>(c);
      out += {'\\', 'x', kDigits[octet >> 4], kDigits[octet & 15]};
    }
  }
  return out;
}

std::string printable_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  while (!json.empty()) {
    const Character character = front(json);
    const std::uint32_t code = character.code;
    if (character.valid && code >= 0x7F && !harmless(code)) {  // all of them have four digits
      out += {'\\',
              'u',
              kDigits[code >> 12 & 15],
              kDigits[code >> 8 & 15],
              kDigits[code >> 4 & 15],
              kDigits[code & 15]};
    } else {
      out += json.substr(0, character.size);
    }
    json.remove_prefix(character.size);
  }
  return out;
}

std::string printable_cell(std::string_view text) {
  std::string cell = printable(text);
  if (cell.find_first_of(",\"") == std::string::npos) return cell;
  std::string quoted = "\"";
  for (const char c : cell) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace protocol
