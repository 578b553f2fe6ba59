// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The glass: which bit of segment memory is which segment, and what characters look like on it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "meter/hal/display.h"

namespace meter::fw {

inline constexpr std::size_t kMainDigits = 8;
inline constexpr std::size_t kCodeDigits = 6;

// The glass has a line of eight commons for each digit, those of the value from the left, then
// those of its code, and behind them the symbols.
inline constexpr std::size_t kMainLine = 0;
inline constexpr std::size_t kCodeLine = kMainLine + kMainDigits;
inline constexpr std::size_t kSymbolLine = kCodeLine + kCodeDigits;

// Symbols in the order of the glass. The first eight are the letters that units are made of, in one
// octet.
enum class Symbol : std::uint8_t {
  kilo,
  watt,
  volt,
  ampere,
  reactive,
  hour,
  hertz,
  percent,
  thd,
  maximum,
  phase_1,
  phase_2,
  phase_3,
  imports,
  exports,
  quadrant_1,
  quadrant_2,
  quadrant_3,
  quadrant_4,
  tariff_1,
  tariff_2,
  tariff_3,
  tariff_4,
  tariff_5,
  tariff_6,
  relay_closed,
  relay_open,
  button,  // it may close the relay
  battery,
  meter_cover,
  terminal_cover,
  magnet,
  difference,
  clock,
  event,
  profile,
  optical,
  line,
  key,
  error,
  message,
  service,
};
constexpr Symbol symbol_after(Symbol first, std::size_t n) {
  return static_cast<Symbol>(static_cast<std::size_t>(first) + n);
}

using UnitMask = std::uint8_t;  // bits of Symbol::kilo to Symbol::percent
constexpr UnitMask unit_of(std::initializer_list<Symbol> letters) {
  unsigned mask = 0;
  for (const Symbol letter : letters) mask |= 1u << static_cast<unsigned>(letter);
  return static_cast<UnitMask>(mask);
}

// Segments of a character: bit 0 is a, the top one, to bit 5, f, around; bit 6 is g, the middle.
std::uint8_t glyph_of(char c);

// A frame while it is made: nothing of it is kept.
class Frame {
 public:
  using Segments = std::array<std::uint8_t, METER_DISPLAY_BYTES>;

  const Segments& segments() const { return segments_; }
  void light_all() { segments_.fill(0xFF); }
  void light(Symbol symbol, bool on = true);
  void unit(UnitMask letters) { segments_[kSymbolLine] |= letters; }
  void digit(std::size_t line, char c) { segments_[line] |= commons_of(c); }
  void point(std::size_t line);
  // From a line on; a point stands behind the character before it.
  void text(std::size_t line, std::size_t digits, std::string_view characters);

 private:
  static std::uint8_t commons_of(char c);

  Segments segments_{};
};

}  // namespace meter::fw
