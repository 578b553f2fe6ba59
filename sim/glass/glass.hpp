// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The glass of the meters' display as its maker draws it: which bit of segment memory makes which
// segment black, and what an eye makes of that. Knows nothing of the firmware, which has a map of
// its own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sim::glass {

inline constexpr std::size_t kOctets = 32;
using Segments = std::array<std::uint8_t, kOctets>;

// A segment by its line and common.
struct Place {
  std::uint8_t line = 0;
  std::uint8_t common = 0;
};
constexpr bool is_lit(const Segments& segments, Place place) {
  return (segments[place.line] >> place.common & 1) != 0;
}

// Digits: eight of the value and six of its OBIS code, each a line with segments a to g.
inline constexpr std::uint8_t kValueDigits = 8;
inline constexpr std::uint8_t kCodeDigits = 6;
constexpr std::uint8_t value_line(std::uint8_t digit) { return digit; }
constexpr std::uint8_t code_line(std::uint8_t digit) {
  return static_cast<std::uint8_t>(kValueDigits + digit);
}
inline constexpr std::array<std::uint8_t, 7> kCommonOfSegment{0, 2, 6, 7, 5, 1, 3};
inline constexpr std::uint8_t kCommonOfPoint = 4;
// Not every digit has a point behind it: up to three decimals, hours and minutes, days and months.
constexpr bool value_has_point(std::uint8_t digit) { return digit >= 3 && digit <= 6; }
constexpr bool code_has_point(std::uint8_t digit) { return digit + 1 < kCodeDigits; }

// Everything else: symbols of the data sheets (DISPLAY INDICATIONS), by the names they are told by.
struct Mark {
  const char* name;
  Place place;
};
inline constexpr std::uint8_t kMarkLine = kValueDigits + kCodeDigits;
inline constexpr const char* kMarkNames[] = {
    "k",       "W",       "V",     "A",         "r",       "h",       "Hz",    "%",      "THD",
    "max",     "L1",      "L2",    "L3",        "import",  "export",  "Q1",    "Q2",     "Q3",
    "Q4",      "T1",      "T2",    "T3",        "T4",      "T5",      "T6",    "closed", "open",
    "press",   "battery", "cover", "terminals", "magnet",  "I1<>I2",  "clock", "event",  "profile",
    "optical", "line",    "key",   "error",     "message", "service",
};
inline constexpr std::size_t kMarks = std::size(kMarkNames);
inline constexpr std::size_t kUnitMarks = 8;  // those in front: letters of units
static_assert(kMarkLine + (kMarks + 7) / 8 <= kOctets);
constexpr Place mark_place(std::size_t mark) {
  return {static_cast<std::uint8_t>(kMarkLine + mark / 8), static_cast<std::uint8_t>(mark % 8)};
}

// What stands there.
struct Reading {
  std::string value;               // "012345.67", "HELLO"; '?': no character
  std::string code;                // "1.8.0"
  std::string unit;                // "kWh"
  std::vector<std::string> marks;  // lit, by name, without those of the unit
  bool dark = false;               // nothing is lit
  bool full = false;               // everything is: the self-test

  bool has(const std::string& mark) const;
};
Reading read(const Segments& segments);

// Octets as hexadecimal digits, and back; anything else is dark.
std::string hex_of(const Segments& segments);
Segments segments_of(const std::string& hex);

}  // namespace sim::glass
