// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "sim/glass/picture.hpp"

namespace sim::glass {
namespace {

constexpr std::size_t kInner = 62;  // columns between the borders

std::string row(const std::string& left, const std::string& right = "") {
  const std::size_t used = std::min(kInner - 2, left.size() + right.size());
  return "| " + left + std::string(kInner - 2 - used, ' ') + right + " |\n";
}

// Three lines of each digit; a point stands in the third, behind it.
std::array<std::string, 3> digit_art(const Segments& segments) {
  std::array<std::string, 3> art;
  for (std::uint8_t k = 0; k < kValueDigits; ++k) {
    const auto lit = [&](std::size_t segment) {
      return is_lit(segments, {value_line(k), kCommonOfSegment[segment]});
    };
    const auto bar = [&](std::size_t segment, char c) { return lit(segment) ? c : ' '; };
    const bool point = value_has_point(k) && is_lit(segments, {value_line(k), kCommonOfPoint});
    art[0] += {' ', bar(0, '_'), bar(0, '_'), ' ', ' ', ' '};
    art[1] += {bar(5, '|'), bar(6, '_'), bar(6, '_'), bar(1, '|'), ' ', ' '};
    art[2] += {bar(4, '|'), bar(3, '_'), bar(3, '_'), bar(2, '|'), point ? '.' : ' ', ' '};
  }
  return art;
}

using Wanted = bool (*)(const std::string&);
// Marks by name, in lines that fit.
std::vector<std::string> lines_of(const Reading& reading, Wanted wanted) {
  std::vector<std::string> lines(1);
  for (const std::string& mark : reading.marks) {
    if (!wanted(mark)) continue;
    if (lines.back().size() + 2 + mark.size() > kInner - 2) lines.emplace_back();
    lines.back() += (lines.back().empty() ? "" : "  ") + mark;
  }
  return lines;
}

// Above the digits what is measured, below them states.
bool is_of_measurement(const std::string& mark) {
  const auto* const first = std::begin(kMarkNames) + kUnitMarks;
  const auto* const relay = std::ranges::find(kMarkNames, std::string("closed"));
  return std::find(first, relay, mark) != relay;
}

}  // namespace

std::string text(const Segments& segments, bool backlit) {
  const std::string border = "+" + std::string(kInner, backlit ? '=' : '-') + "+\n";
  const Reading reading = read(segments);
  const auto art = digit_art(segments);
  std::string out = border;
  std::vector<std::string> above = lines_of(reading, is_of_measurement);
  const bool beside = reading.code.size() + 2 + above.front().size() <= kInner - 2;
  out += row(reading.code, beside ? above.front() : "");
  for (std::size_t k = beside ? 1 : 0; k < above.size(); ++k) out += row("", above[k]);
  out += row("  " + art[0]) + row("  " + art[1]) + row("  " + art[2], reading.unit) + row("");
  for (const std::string& line :
       lines_of(reading, [](const std::string& mark) { return !is_of_measurement(mark); })) {
    out += row(line);
  }
  return out + border;
}

}  // namespace sim::glass
