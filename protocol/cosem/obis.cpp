// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/cosem/obis.hpp"

namespace protocol::cosem {
namespace {

// The separator that may stand behind value group A, B, ... E.
constexpr bool separates(std::size_t group, char c) {
  switch (group) {
    case 0:
      return c == '-' || c == '.';
    case 1:
      return c == ':' || c == '.';
    case 4:
      return c == '*' || c == '.';
    default:
      return c == '.';
  }
}

}  // namespace

std::optional<Obis> parse_obis(std::string_view text) {
  Obis obis;
  obis.octets[5] = 255;
  std::size_t at = 0;
  for (std::size_t group = 0; group < 6; ++group) {
    unsigned value = 0;
    const std::size_t start = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9' && at - start < 3) {
      value = value * 10 + static_cast<unsigned>(text[at++] - '0');
    }
    if (at == start || value > 255) return std::nullopt;
    obis.octets[group] = static_cast<std::uint8_t>(value);
    if (at == text.size()) {
      if (group < 4) return std::nullopt;
      return obis;
    }
    if (group == 5 || !separates(group, text[at])) return std::nullopt;
    ++at;
  }
  return std::nullopt;
}

ObisText::ObisText(const Obis& obis) {
  for (std::size_t group = 0; group < 6; ++group) {
    if (group > 0) text_[size_++] = '.';
    const unsigned value = obis.octets[group];
    if (value >= 100) text_[size_++] = static_cast<char>('0' + value / 100);
    if (value >= 10) text_[size_++] = static_cast<char>('0' + value / 10 % 10);
    text_[size_++] = static_cast<char>('0' + value % 10);
  }
}

}  // namespace protocol::cosem
