// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/csv/dialect.hpp"

namespace sim::run {

// Text of a load file as it may be used: unpacked, in UTF-8, with lines.
struct CsvText {
  std::string text;
  std::string error;  // what the octets are instead, and what to do; empty: text
};
// What is unpacked is bounded: a gzip file of a kilobyte may hold a gigabyte.
inline constexpr std::size_t kMaxTextOctets = std::size_t{512} << 20;
// Nor may it be one line, or nothing but lines: cells and rows take more room than their octets.
// Fifteen years of minutes are 8 million lines.
inline constexpr std::size_t kMaxLineOctets = std::size_t{4} << 20;
inline constexpr unsigned kMaxLines = 8'000'000;
CsvText text_of(std::string octets, std::size_t max_octets = kMaxTextOctets);

// Lines from the first; \n, \r\n or \r ends one.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  bool next(std::string_view& line);
  unsigned number() const { return number_; }  // of the line given last, from 1

 private:
  std::string_view rest_;
  unsigned number_ = 0;
};

// The cells of a line: blanks around them and quotes are gone; a doubled quote in quotes is one,
// and Excel's ="123" is 123.
using Cells = std::vector<std::string>;
// False: a quote is not closed on its line.
bool split(std::string_view line, char delimiter, Cells& cells);
bool all_empty(const Cells& cells);

std::string lower(std::string_view text);
bool is_missing(std::string_view cell, const std::vector<std::string>& words);

// Numbers with digits, one decimal sign and thousands in threes.
std::optional<double> parse_number(std::string_view text, bool decimal_comma);
// "kWh" of "1680 kWh"; the text is cut to the number.
std::optional<CsvUnit> take_unit(std::string_view& text);
// The unit that a word of the header names: "A (kWh)", "consumption_kwh", "[Wh]", "KWH/hh".
std::optional<CsvUnit> unit_named(std::string_view header);
// It names another quantity: "Temperature (°C)", "cost [EUR]", "L1 V".
bool names_another_quantity(std::string_view header);
// Words that say what the numbers are.
std::optional<CsvValues> values_named(std::string_view header);
const char* unit_text(CsvUnit unit);

}  // namespace sim::run
