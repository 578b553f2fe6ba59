// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/glass/glass.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace sim::glass {
namespace {

// Segments that make a character; 5 and S are one.
struct Character {
  char c;
  std::string_view segments;
};
constexpr Character kCharacters[] = {
    {' ', ""},       {'0', "abcdef"}, {'1', "bc"},     {'2', "abdeg"}, {'3', "abcdg"},
    {'4', "bcfg"},   {'5', "acdfg"},  {'6', "acdefg"}, {'7', "abc"},   {'8', "abcdefg"},
    {'9', "abcdfg"}, {'A', "abcefg"}, {'B', "cdefg"},  {'C', "adef"},  {'D', "bcdeg"},
    {'E', "adefg"},  {'F', "aefg"},   {'G', "acdef"},  {'H', "bcefg"}, {'I', "ef"},
    {'J', "bcde"},   {'K', "acefg"},  {'L', "def"},    {'M', "aceg"},  {'N', "ceg"},
    {'O', "cdeg"},   {'P', "abefg"},  {'Q', "abcfg"},  {'R', "eg"},    {'T', "defg"},
    {'U', "bcdef"},  {'V', "cde"},    {'W', "bdfg"},   {'X', "cfg"},   {'Y', "bcdfg"},
    {'Z', "abde"},   {'-', "g"},      {'_', "d"},      {'=', "dg"},    {'/', "beg"},
    {'?', "abeg"},   {')', "abcd"},   {'+', "efg"},    {'"', "bf"},    {'\'', "b"},
};
// Round brackets: the left one is a C.

char character_at(const Segments& segments, std::uint8_t line) {
  std::string lit;
  for (std::uint8_t k = 0; k < kCommonOfSegment.size(); ++k) {
    if (is_lit(segments, {line, kCommonOfSegment[k]})) lit += static_cast<char>('a' + k);
  }
  const auto found = std::ranges::find(kCharacters, lit, &Character::segments);
  return found == std::end(kCharacters) ? '?' : found->c;
}

std::string stripped(std::string text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

template <typename HasPoint, typename Line>
std::string digits(const Segments& segments, std::uint8_t n, Line line, HasPoint has_point) {
  std::string text;
  for (std::uint8_t k = 0; k < n; ++k) {
    text += character_at(segments, line(k));
    if (has_point(k) && is_lit(segments, {line(k), kCommonOfPoint})) text += '.';
  }
  return stripped(text);
}

// Of everything on the glass: how much is lit, and how much there is.
struct Count {
  std::size_t lit = 0;
  std::size_t all = 0;
};
Count count(const Segments& segments) {
  Count count;
  const auto add = [&](Place place) {
    ++count.all;
    count.lit += is_lit(segments, place) ? 1 : 0;
  };
  const auto add_digits = [&](std::uint8_t n, auto line, auto has_point) {
    for (std::uint8_t k = 0; k < n; ++k) {
      for (const std::uint8_t common : kCommonOfSegment) add({line(k), common});
      if (has_point(k)) add({line(k), kCommonOfPoint});
    }
  };
  add_digits(kValueDigits, value_line, value_has_point);
  add_digits(kCodeDigits, code_line, code_has_point);
  for (std::size_t k = 0; k < kMarks; ++k) add(mark_place(k));
  return count;
}

}  // namespace

bool Reading::has(const std::string& mark) const {
  return std::ranges::find(marks, mark) != marks.end();
}

Reading read(const Segments& segments) {
  Reading reading;
  reading.value = digits(segments, kValueDigits, value_line, value_has_point);
  reading.code = digits(segments, kCodeDigits, code_line, code_has_point);
  for (std::size_t k = 0; k < kMarks; ++k) {
    if (!is_lit(segments, mark_place(k))) continue;
    if (k < kUnitMarks) {
      reading.unit += kMarkNames[k];
    } else {
      reading.marks.emplace_back(kMarkNames[k]);
    }
  }
  const Count lit = count(segments);
  reading.dark = lit.lit == 0;
  reading.full = lit.lit == lit.all;
  return reading;
}

std::string hex_of(const Segments& segments) {
  std::string text;
  for (const std::uint8_t octet : segments) {
    text += "0123456789abcdef"[octet >> 4];
    text += "0123456789abcdef"[octet & 15];
  }
  return text;
}

Segments segments_of(const std::string& hex) {
  Segments segments{};
  if (hex.size() != 2 * segments.size()) return segments;
  for (std::size_t k = 0; k < segments.size(); ++k) {
    const char* const at = hex.data() + 2 * k;
    const auto [end, error] = std::from_chars(at, at + 2, segments[k], 16);
    if (error != std::errc{} || end != at + 2) return {};
  }
  return segments;
}

}  // namespace sim::glass
