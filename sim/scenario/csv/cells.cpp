// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario/csv/cells.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace sim::run {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// All members of a gzip file, one after the other (RFC 1952, 2.2).
std::string gunzip(const std::string& octets, std::size_t max_octets, std::string& text) {
  z_stream stream{};
  constexpr int kGzipOnly = 16 + MAX_WBITS;
  if (inflateInit2(&stream, kGzipOnly) != Z_OK) return "cannot be unpacked";
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(octets.data()));
  stream.avail_in = static_cast<uInt>(octets.size());
  std::array<char, 65'536> block{};
  std::string error = "a gzip file that is cut off, allowed: a whole one";
  int status = Z_OK;
  while (status == Z_OK || (status == Z_STREAM_END && stream.avail_in > 0)) {
    if (status == Z_STREAM_END) inflateReset(&stream);
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = block.size();
    status = inflate(&stream, Z_NO_FLUSH);
    text.append(block.data(), block.size() - stream.avail_out);
    if (text.size() > max_octets) {
      error = "a gzip file of more than " + std::to_string(max_octets >> 20) +
              " MiB, allowed: less, or cut to the time the scenario needs";
      break;
    }
    if (status == Z_BUF_ERROR) break;  // more was announced than is there
  }
  inflateEnd(&stream);
  if (status == Z_STREAM_END && text.size() <= max_octets) return "";
  return status == Z_DATA_ERROR ? "a damaged gzip file, allowed: a whole one" : error;
}

// "1,234,567.8": groups of three; gives it without the separators.
bool ungroup(std::string_view text, char group, char decimal, std::string& digits) {
  const std::size_t end = std::min(text.find(decimal), text.size());
  std::size_t in_group = 0;
  bool grouped = false;
  for (std::size_t i = 0; i < end; ++i) {
    if (text[i] == group) {
      if (in_group == 0 || in_group > 3 || (grouped && in_group != 3)) return false;
      grouped = true;
      in_group = 0;
    } else {
      if (is_digit(text[i])) ++in_group;
      digits += text[i];
    }
  }
  if (grouped && in_group != 3) return false;
  for (std::size_t i = end; i < text.size(); ++i) {
    digits += i == end ? '.' : text[i];
  }
  return true;
}

// The words of a header: letters, and what units are written with.
template <typename Visit>
bool any_word(std::string_view text, const Visit& visit) {
  std::string word;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : ' ';
    const auto octet = static_cast<unsigned char>(c);
    if (is_letter(c) || octet >= 0x80 || c == '%' || c == '$') {
      word += c;
      continue;
    }
    if (!word.empty() && visit(std::string_view(word))) return true;
    word.clear();
  }
  return false;
}

bool in_brackets(std::string_view header, std::string_view word) {
  const std::string text(word);
  return header.find("[" + text + "]") != std::string_view::npos ||
         header.find("(" + text + ")") != std::string_view::npos;
}

struct UnitName {
  const char* word;  // in small letters
  CsvUnit unit;
};
constexpr std::array<UnitName, 7> kUnits = {{{"wh", CsvUnit::wh},
                                             {"kwh", CsvUnit::kwh},
                                             {"w", CsvUnit::w},
                                             {"watt", CsvUnit::w},
                                             {"watts", CsvUnit::w},
                                             {"kw", CsvUnit::kw},
                                             {"kilowatt", CsvUnit::kw}}};

std::optional<CsvUnit> unit_of_word(std::string_view word) {
  const std::string small = lower(word);
  for (const UnitName& each : kUnits) {
    if (small == each.word) return each.unit;
  }
  return {};
}

std::string why_too_much(std::string_view text) {
  std::string_view line;
  for (Lines lines(text); lines.next(line);) {
    if (line.size() > kMaxLineOctets) {
      return "a line of more than " + std::to_string(kMaxLineOctets >> 20) +
             " MiB, allowed: CSV of shorter lines";
    }
    if (lines.number() > kMaxLines) {
      return "more than " + std::to_string(kMaxLines) +
             " lines, allowed: fewer, or cut to the time the scenario needs";
    }
  }
  return {};
}

}  // namespace

CsvText text_of(std::string octets, std::size_t max_octets) {
  if (octets.starts_with("\x1f\x8b")) {
    std::string text;
    std::string error = gunzip(octets, max_octets, text);
    if (!error.empty()) return {{}, std::move(error)};
    octets = std::move(text);
  }
  if (octets.size() > max_octets) {
    return {{}, "more than " + std::to_string(max_octets >> 20) + " MiB, allowed: less"};
  }
  if (octets.starts_with("\xFF\xFE") || octets.starts_with("\xFE\xFF")) {
    return {{}, "UTF-16 text, allowed: UTF-8 (iconv -f UTF-16 -t UTF-8)"};
  }
  if (octets.starts_with("PK\x03\x04")) {
    return {{}, "a spreadsheet or zip file, allowed: CSV text, which a spreadsheet can export"};
  }
  if (octets.find('\0') != std::string::npos) return {{}, "not text, allowed: a CSV file"};
  if (std::string why = why_too_much(octets); !why.empty()) return {{}, std::move(why)};
  if (octets.starts_with("\xEF\xBB\xBF")) octets.erase(0, 3);  // byte order mark
  return {std::move(octets), {}};
}

bool Lines::next(std::string_view& line) {
  if (rest_.empty()) return false;
  const std::size_t end = rest_.find_first_of("\r\n");
  line = rest_.substr(0, end);
  ++number_;
  if (end == std::string_view::npos) {
    rest_ = {};
    return true;
  }
  const bool both = rest_[end] == '\r' && end + 1 < rest_.size() && rest_[end + 1] == '\n';
  rest_.remove_prefix(end + (both ? 2 : 1));
  return true;
}

bool split(std::string_view line, char delimiter, Cells& cells) {
  cells.clear();
  std::size_t at = 0;
  for (;;) {
    while (at < line.size() && line[at] == ' ') ++at;
    if (line.substr(at, 2) == "=\"") ++at;
    std::string cell;
    if (at < line.size() && line[at] == '"') {
      bool closed = false;
      for (++at; at < line.size() && !closed; ++at) {
        if (line[at] != '"') {
          cell += line[at];
        } else if (at + 1 < line.size() && line[at + 1] == '"') {
          cell += line[at++];
        } else {
          closed = true;
        }
      }
      if (!closed) return false;
      cell = trimmed(cell);
    }
    const std::size_t end = std::min(line.find(delimiter, at), line.size());
    cell += trimmed(line.substr(at, end - at));
    cells.push_back(std::move(cell));
    if (end == line.size()) return true;
    at = end + 1;
  }
}

bool all_empty(const Cells& cells) {
  return std::ranges::all_of(cells, [](const std::string& cell) { return cell.empty(); });
}

std::string lower(std::string_view text) {
  std::string small(text);
  for (char& c : small) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return small;
}

bool is_missing(std::string_view cell, const std::vector<std::string>& words) {
  if (cell.empty()) return true;
  for (const std::string& word : words) {
    if (cell.size() == word.size() && lower(cell) == lower(word)) return true;
  }
  return false;
}

std::optional<double> parse_number(std::string_view text, bool decimal_comma) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  if (first >= text.size() ||
      !(is_digit(text[first]) || text[first] == '.' || text[first] == ',')) {
    return {};
  }
  std::string digits;
  if (!ungroup(text, decimal_comma ? '.' : ',', decimal_comma ? ',' : '.', digits)) return {};
  double value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, problem] = std::from_chars(digits.data(), end, value);
  if (problem != std::errc{} || stop != end || !std::isfinite(value)) return {};
  return value;
}

std::optional<CsvUnit> take_unit(std::string_view& text) {
  std::size_t from = text.size();
  while (from > 0 && is_letter(text[from - 1])) --from;
  if (from == 0 || from == text.size()) return {};
  const auto unit = unit_of_word(text.substr(from));
  if (unit) text = trimmed(text.substr(0, from));
  return unit;
}

std::optional<CsvUnit> unit_named(std::string_view header) {
  const std::string small = lower(header);
  const auto says = [&](const char* text) { return small.find(text) != std::string::npos; };
  std::optional<CsvUnit> unit;
  any_word(header, [&](std::string_view word) {
    const auto named = unit_of_word(word);
    // A home may be called "W".
    const bool letter = word.size() == 1 && !in_brackets(header, word) && !says("power") &&
                        !says("max") && !says("avg") && !says("mean");
    if (named && !letter) unit = named;
    return false;
  });
  if (says("kilowatt-hour") || says("kilowatt hour")) return CsvUnit::kwh;
  if (says("watt-hour") || says("watt hour")) return CsvUnit::wh;
  return unit;
}

bool names_another_quantity(std::string_view header) {
  constexpr std::array<std::string_view, 24> kOther = {
      "v",   "volt", "volts", "a", "amp", "amps", "hz", "var", "kvar", "varh", "kvarh", "va",
      "kva", "°c",   "°f",    "%", "eur", "€",    "$",  "usd", "gbp",  "£",    "m³",    "gas"};
  return any_word(header, [&](std::string_view word) {
    // "A", "V" alone are names of homes; as units they stand in brackets.
    if (word.size() == 1 && is_letter(word[0]) && !in_brackets(header, word)) return false;
    return std::ranges::find(kOther, lower(word)) != kOther.end();
  });
}

std::optional<CsvValues> values_named(std::string_view header) {
  const std::string small = lower(header);
  const auto says = [&](const char* text) { return small.find(text) != std::string::npos; };
  for (const char* const word : {"usage", "consumption", "consumed", "interval", "verbruik"}) {
    if (says(word)) return CsvValues::interval;
  }
  for (const char* const word : {"reading", "meterstand", "zählerstand", "cumulative", "counter"}) {
    if (says(word)) return CsvValues::reading;
  }
  return small.starts_with("stand") ? std::optional(CsvValues::reading) : std::nullopt;
}

const char* unit_text(CsvUnit unit) {
  switch (unit) {
    case CsvUnit::kwh:
      return "kWh";
    case CsvUnit::w:
      return "W";
    case CsvUnit::kw:
      return "kW";
    case CsvUnit::automatic:
    case CsvUnit::wh:
      break;
  }
  return "Wh";
}

}  // namespace sim::run
