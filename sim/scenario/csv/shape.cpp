// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario/csv/shape.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace sim::run {
namespace {

constexpr std::size_t kSampleLines = 200;

struct SampleLine {
  std::string_view line;
  unsigned number = 0;
  Cells cells;
};

std::string_view without_separator_line(std::string_view text, char& delimiter, unsigned& skipped) {
  // Excel: "sep=;" names the delimiter.
  Lines lines(text);
  std::string_view line;
  if (!lines.next(line) || !lower(line).starts_with("sep=") || line.size() < 5) return text;
  delimiter = line[4];
  skipped = 1;
  const std::size_t next = static_cast<std::size_t>(line.data() - text.data()) + line.size();
  std::string_view rest = text.substr(next);
  rest.remove_prefix(rest.starts_with("\r\n") ? 2 : std::min<std::size_t>(1, rest.size()));
  return rest;
}

// The delimiter that gives the most lines the same number of cells; of equal ones the rarer sign.
char find_delimiter(std::string_view text) {
  constexpr std::array<char, 4> kDelimiters = {';', '\t', '|', ','};
  char best = ',';
  std::size_t most = 0;
  for (const char delimiter : kDelimiters) {
    std::map<std::size_t, std::size_t> lines_of;  // by number of cells
    Lines lines(text);
    std::string_view line;
    Cells cells;
    for (std::size_t n = 0; n < kSampleLines && lines.next(line); ++n) {
      if (split(line, delimiter, cells) && cells.size() > 1) ++lines_of[cells.size()];
    }
    for (const auto& [n_cells, n_lines] : lines_of) {
      if (n_lines <= most) continue;
      most = n_lines;
      best = delimiter;
    }
  }
  return best;
}

char delimiter_of(CsvDelimiter delimiter) {
  switch (delimiter) {
    case CsvDelimiter::automatic:
      break;
    case CsvDelimiter::comma:
      return ',';
    case CsvDelimiter::semicolon:
      return ';';
    case CsvDelimiter::tab:
      return '\t';
    case CsvDelimiter::bar:
      return '|';
  }
  return '\0';
}

bool is_time(std::string_view cell) { return take_time(cell) && cell.empty(); }
// Eight digits are a number as well: what they are is for the column to say.
bool is_date(std::string_view cell) {
  return cell.find_first_not_of("0123456789") != std::string_view::npos &&
         parse_stamp(cell).has_value();
}

class Finder {
 public:
  Finder(std::string_view text, const Dialect& dialect, CsvShape& shape)
      : text_(text), dialect_(dialect), shape_(shape) {}
  std::optional<CsvFault> find();

 private:
  void sample();
  bool find_stamps();
  CsvFault no_stamps();
  void find_header();
  void find_time_column();
  std::optional<CsvFault> find_decimal();
  void find_columns();
  void find_column(std::size_t column);
  std::optional<CsvFault> day_in_a_row() const;
  std::string heading(std::size_t column) const;
  std::string_view cell(const SampleLine& line, std::size_t column) const {
    return column < line.cells.size() ? std::string_view(line.cells[column]) : std::string_view();
  }

  std::string_view text_;
  const Dialect& dialect_;
  CsvShape& shape_;
  unsigned skipped_ = 0;  // lines before the text
  std::vector<SampleLine> lines_;
  std::size_t first_data_ = 0;  // in lines_
  std::size_t header_ = 0;      // in lines_, first line of the header
  std::size_t names_ = 0;       // in lines_, the line that names the columns
};

void Finder::sample() {
  Lines lines(text_);
  std::string_view line;
  while (lines_.size() < kSampleLines && lines.next(line)) {
    SampleLine each{line, lines.number() + skipped_, {}};
    if (!split(line, shape_.delimiter, each.cells)) each.cells.assign(1, std::string(line));
    lines_.push_back(std::move(each));
  }
}

// The column that has dates in the most lines, and the first of these lines.
bool Finder::find_stamps() {
  std::map<std::size_t, std::size_t> dates;
  for (const SampleLine& line : lines_) {
    for (std::size_t i = 0; line.cells.size() > 1 && i < line.cells.size(); ++i) {
      if (is_date(line.cells[i]) || (i == 0 && parse_stamp(line.cells[i]))) ++dates[i];
    }
  }
  std::size_t most = 0;
  for (const auto& [column, n] : dates) {
    if (n <= most) continue;
    most = n;
    shape_.stamp_column = column;
  }
  if (most == 0) return false;
  std::map<std::size_t, std::size_t> sizes;
  std::size_t usual = 0;
  for (const SampleLine& line : lines_) {
    if (parse_stamp(cell(line, shape_.stamp_column)) && ++sizes[line.cells.size()] > usual) {
      usual = sizes[line.cells.size()];
      shape_.usual_cells = line.cells.size();
    }
  }
  while (lines_[first_data_].cells.size() != shape_.usual_cells ||
         !parse_stamp(cell(lines_[first_data_], shape_.stamp_column))) {
    ++first_data_;
  }
  return true;
}

// Lines above the data with as many cells, most of them filled. The one with the most different
// words names the columns; the others may hold units.
void Finder::find_header() {
  std::size_t used = 0;
  for (std::size_t i = first_data_; i < lines_.size(); ++i) {
    for (std::size_t j = 0; j < lines_[i].cells.size(); ++j) {
      if (!lines_[i].cells[j].empty()) used = std::max(used, j + 1);
    }
  }
  header_ = first_data_;
  while (header_ > 0) {
    const Cells& cells = lines_[header_ - 1].cells;
    const auto filled =
        std::ranges::count_if(cells, [](const auto& each) { return !each.empty(); });
    // All of it as wide as its last line: what stands above is no part of the table.
    if (header_ < first_data_ && cells.size() != lines_[first_data_ - 1].cells.size()) break;
    if (cells.size() < 2 || cells.size() + 1 < std::min(used, shape_.usual_cells) ||
        2 * static_cast<std::size_t>(filled) <= std::min(used, cells.size())) {
      break;
    }
    --header_;
  }
  // A row with numbers whose stamp cannot be read is no second header.
  for (std::size_t i = header_ + 1; i < first_data_; ++i) {
    const Cells& cells = lines_[i].cells;
    const bool numbers = std::any_of(cells.begin() + 1, cells.end(), [&](const auto& each) {
      return parse_number(each, false) || parse_number(each, true);
    });
    if (numbers && !cell(lines_[i], shape_.stamp_column).empty()) first_data_ = i;
  }
  std::size_t most = 0;
  names_ = header_;
  for (std::size_t i = header_; i < first_data_; ++i) {
    const std::set<std::string> words(lines_[i].cells.begin(), lines_[i].cells.end());
    if (words.size() <= most) continue;
    most = words.size();
    names_ = i;
  }
  if (header_ < first_data_) {
    shape_.header_row = lines_[names_].number;
    shape_.usual_cells = std::max(shape_.usual_cells, lines_[names_].cells.size());
  }
}

void Finder::find_time_column() {
  const auto all = [&](std::size_t column, const auto& is) {
    for (std::size_t i = first_data_; i < lines_.size(); ++i) {
      if (!all_empty(lines_[i].cells) && !is(cell(lines_[i], column))) return false;
    }
    return true;
  };
  const auto date_only = [](std::string_view text) {
    const auto stamp = parse_stamp(text);
    return !stamp || !stamp->has_time;
  };
  if (!all(shape_.stamp_column, date_only)) return;
  for (std::size_t i = 0; i < shape_.usual_cells; ++i) {
    if (i == shape_.stamp_column || !all(i, is_time)) continue;
    shape_.time_column = i;
    return;
  }
}

std::string Finder::heading(std::size_t column) const {
  std::string text;
  for (std::size_t i = header_; i < first_data_; ++i) {
    text += std::string(cell(lines_[i], column)) + " ";
  }
  return text;
}

// "1,5" and "0,173" are decimals; "1,234" alone could be a thousand.
std::optional<CsvFault> Finder::find_decimal() {
  if (dialect_.decimal != CsvDecimal::automatic) {
    shape_.decimal_comma = dialect_.decimal == CsvDecimal::comma;
    return {};
  }
  std::size_t commas = 0;
  std::size_t points = 0;
  std::optional<CsvFault> doubtful;
  for (std::size_t i = first_data_; i < lines_.size(); ++i) {
    for (std::size_t j = 0; j < lines_[i].cells.size(); ++j) {
      std::string_view text = lines_[i].cells[j];
      take_unit(text);
      const bool as_point = parse_number(text, false).has_value();
      const bool as_comma = parse_number(text, true).has_value();
      const bool comma = text.find(',') != std::string_view::npos;
      const bool point = text.find('.') != std::string_view::npos;
      // "0,173" would be read as a group of three as well.
      const bool zero = text.starts_with("0,") || text.starts_with("-0,");
      if (comma && as_comma && (!as_point || zero)) ++commas;
      if (point && as_point && !comma) ++points;
      if (comma && as_comma && as_point && !zero && !doubtful) {
        doubtful = CsvFault{lines_[i].number, j,
                            "\"" + std::string(text) +
                                "\" could be a decimal or a thousand, allowed: csv.decimal = \",\" "
                                "or \".\""};
      }
    }
  }
  shape_.decimal_comma = commas > 0 && commas >= points;
  if (commas == 0 && points == 0) return doubtful;
  return {};
}

void Finder::find_column(std::size_t column) {
  CsvColumn& each = shape_.columns[column];
  const std::string heading_text = heading(column);
  each.unit = unit_named(heading_text);
  each.values = values_named(each.name);
  if (each.unit == CsvUnit::w || each.unit == CsvUnit::kw) each.values = CsvValues::interval;
  if (column == shape_.stamp_column || column == shape_.time_column) return;
  std::size_t numbers = 0;
  std::size_t texts = 0;
  std::size_t units = 0;
  std::set<std::string_view> different;
  for (std::size_t i = first_data_; i < lines_.size(); ++i) {
    std::string_view text = cell(lines_[i], column);
    if (is_missing(text, dialect_.missing)) continue;
    different.insert(text);
    if (!is_date(text) && !is_time(text)) {
      const auto unit = take_unit(text);
      if (parse_number(text, shape_.decimal_comma)) {
        ++numbers;
        if (unit) each.unit = unit;
        continue;
      }
    }
    ++texts;
    if (unit_named(text)) ++units;
  }
  // The same many digits in every row are somebody's number, not somebody's energy.
  const bool identifier = different.size() == 1 && numbers > 1 && different.begin()->size() >= 8 &&
                          different.begin()->find_first_not_of("0123456789") == std::string::npos;
  const bool named = shape_.header_row == 0 || !each.name.empty();
  each.energy =
      named && !identifier && !names_another_quantity(heading_text) && (numbers > 0 || texts == 0);
  // "0.5,kWh": a column of units speaks of the numbers before it.
  if (units > 0 && numbers == 0 && column > 0 && shape_.columns[column - 1].energy) {
    shape_.columns[column - 1].unit = unit_named(*different.begin());
  }
}

void Finder::find_columns() {
  shape_.columns.resize(shape_.usual_cells);
  for (std::size_t i = 0; i < shape_.columns.size(); ++i) {
    if (shape_.header_row != 0) shape_.columns[i].name = cell(lines_[names_], i);
    find_column(i);
  }
}

std::optional<CsvFault> Finder::day_in_a_row() const {
  constexpr std::size_t kHoursOfADay = 23;  // the short day of spring
  std::size_t times = 0;
  for (const CsvColumn& column : shape_.columns) {
    std::string_view name = column.name;
    times += take_time(name) ? 1 : 0;
  }
  if (times < kHoursOfADay) return {};
  return CsvFault{shape_.header_row, 1,
                  "the columns are times of a day, a row is a day; allowed: a row an interval "
                  "(docs/load-files.md, \"A day in a row\")"};
}

// Nothing in the file is a date: that is said of the first row behind what must be the header.
CsvFault Finder::no_stamps() {
  const auto filled = std::ranges::find_if(lines_, [](const auto& each) {
    return each.line.find_first_not_of(" \t") != std::string_view::npos;
  });
  if (filled == lines_.end()) {
    return {1, 0, "row 1: empty file, allowed: a header and one row an interval"};
  }
  const auto second = filled + 1;
  if (second == lines_.end()) {
    const unsigned row = filled->number + 1;
    return {row, 0,
            "row " + std::to_string(row) +
                ": too few rows, allowed: two or more, each with a timestamp"};
  }
  shape_.columns.resize(filled->cells.size());
  for (std::size_t i = 0; i < filled->cells.size(); ++i) shape_.columns[i].name = filled->cells[i];
  return {second->number, 0,
          shown(shape_, second->number, 0, cell(*second, 0)) +
              ": not a timestamp, and no column has any, allowed: " + kStampForms};
}

std::optional<CsvFault> Finder::find() {
  char delimiter = '\0';
  text_ = without_separator_line(text_, delimiter, skipped_);
  shape_.delimiter = delimiter_of(dialect_.delimiter);
  if (shape_.delimiter == '\0') {
    shape_.delimiter = delimiter != '\0' ? delimiter : find_delimiter(text_);
  }
  sample();
  if (!find_stamps()) return no_stamps();
  find_header();
  find_time_column();
  if (auto fault = find_decimal()) return fault;
  find_columns();
  if (auto fault = day_in_a_row()) return fault;
  if (auto fault = read_rows(text_, lines_[first_data_].number, skipped_, shape_)) return fault;
  if (auto fault = find_date_order(dialect_.date, shape_)) return fault;
  sort_rows(shape_);
  return {};
}

}  // namespace

std::optional<CsvFault> find_shape(std::string_view text, const Dialect& dialect, CsvShape& shape) {
  return Finder(text, dialect, shape).find();
}

}  // namespace sim::run
