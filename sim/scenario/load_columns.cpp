// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario/load_columns.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace sim::run {
namespace {

constexpr std::size_t kRowsForValues = 2000;
// A column that never falls in so many rows and rises so often is a register.
constexpr std::size_t kLeastSteps = 24;
constexpr std::size_t kLeastRises = 8;

// "#3": the third column.
std::optional<std::size_t> numbered(const std::string& name, std::size_t n_columns) {
  std::size_t number = 0;
  if (!name.starts_with('#')) return {};
  const char* const end = name.data() + name.size();
  const auto [stop, problem] = std::from_chars(name.data() + 1, end, number);
  if (problem != std::errc{} || stop != end || number < 1 || number > n_columns) return {};
  return number - 1;
}

struct Walk {
  std::size_t steps = 0;
  std::size_t rises = 0;
  std::size_t falls = 0;
  bool never_falls() const { return falls == 0 && steps >= kLeastSteps && rises >= kLeastRises; }
};

class Chooser {
 public:
  Chooser(const CsvShape& shape, const LoadCsvRequest& request)
      : shape_(shape), request_(request), meter_of_(shape.columns.size(), 0) {}
  LoadColumns choose();

 private:
  std::vector<std::string> homes() const;
  void map_columns();
  void fill_columns();
  void find_units();
  void find_values();
  std::vector<Walk> walk_used() const;
  void fault(std::size_t column, std::string text) {
    columns_.faults.push_back({std::max(1u, shape_.header_row), column, std::move(text)});
  }
  bool holds_time(std::size_t column) const {
    return column == shape_.stamp_column || column == shape_.time_column;
  }

  const CsvShape& shape_;
  const LoadCsvRequest& request_;
  std::vector<std::uint32_t> meter_of_;  // by column; 0: nobody's
  LoadColumns columns_;
};

std::vector<std::string> Chooser::homes() const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < shape_.columns.size(); ++i) {
    if (shape_.columns[i].energy) names.push_back(shape_.columns[i].name);
  }
  return names;
}

void Chooser::map_columns() {
  for (const auto& [name, meter] : request_.map) {
    const std::string written = "load.map." + name + " = " + std::to_string(meter) + ": ";
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < shape_.columns.size(); ++i) {
      if (shape_.columns[i].name == name && !holds_time(i)) found.push_back(i);
    }
    if (found.empty()) {
      const auto number = numbered(name, shape_.columns.size());
      if (number && !holds_time(*number)) found.push_back(*number);
    }
    if (found.empty()) {
      const std::string meant = nearest(name, homes());
      fault(0, written + "missing column, allowed: a column of the header" +
                   (meant.empty() ? ", or its number such as \"#2\""
                                  : " (did you mean " + meant + "?)"));
    } else if (found.size() > 1) {
      fault(found[1], written + std::to_string(found.size()) +
                          " columns are called so, allowed: their numbers, \"#" +
                          std::to_string(found[0] + 1) + "\" or \"#" +
                          std::to_string(found[1] + 1) + "\"");
    } else if (meter_of_[found.front()] != 0) {
      fault(found.front(), written + "the column is meter " +
                               std::to_string(meter_of_[found.front()]) +
                               " already, allowed: one meter a column");
    } else {
      meter_of_[found.front()] = meter;
    }
  }
}

// Who is not named goes to who is left, in order.
void Chooser::fill_columns() {
  std::vector<bool> served(request_.n_meters + 1, false);
  for (const auto& [name, meter] : request_.map) {
    if (meter <= request_.n_meters) served[meter] = true;
  }
  std::uint32_t next = 1;
  const auto skip = [&] {
    while (next <= request_.n_meters && served[next]) ++next;
  };
  for (std::size_t i = 0; i < shape_.columns.size(); ++i) {
    skip();
    if (!shape_.columns[i].energy || meter_of_[i] != 0) continue;
    if (next <= request_.n_meters) meter_of_[i] = next++;
  }
  skip();
  if (next <= request_.n_meters) {
    std::size_t last = shape_.columns.size() - 1;
    while (last > 0 && shape_.header_row != 0 && shape_.columns[last].name.empty()) --last;
    fault(last, "row " + std::to_string(std::max(1u, shape_.header_row)) + ": too few columns, " +
                    std::to_string(homes().size()) + " homes for " +
                    std::to_string(request_.n_meters) + " meters, allowed: one column a meter");
  }
  for (std::size_t i = 0; i < shape_.columns.size(); ++i) {
    if (meter_of_[i] == 0 || meter_of_[i] > request_.n_meters) continue;
    const auto twin = std::ranges::find_if(columns_.used, [&](const LoadColumn& other) {
      return shape_.columns[other.column].name == shape_.columns[i].name;
    });
    if (twin != columns_.used.end() && shape_.header_row != 0) {
      fault(i, shown(shape_, shape_.header_row, i, shape_.columns[i].name) +
                   ": repeated column, allowed: one column a home, or [load.map] with numbers "
                   "such as \"#" +
                   std::to_string(i + 1) + "\"");
    }
    columns_.used.push_back({i, meter_of_[i], CsvUnit::wh, false});
  }
}

void Chooser::find_units() {
  const CsvUnit wanted = request_.dialect.unit;
  std::size_t others = 0;
  const LoadColumn* first = nullptr;
  for (LoadColumn& each : columns_.used) {
    const auto named = shape_.columns[each.column].unit;
    each.unit = wanted != CsvUnit::automatic ? wanted : named.value_or(CsvUnit::wh);
    if (wanted == CsvUnit::automatic || !named || *named == wanted) continue;
    if (others++ == 0) first = &each;
  }
  if (first == nullptr) return;
  const CsvColumn& column = shape_.columns[first->column];
  columns_.doubts.push_back(
      {std::max(1u, shape_.header_row), first->column,
       "csv.unit = \"" + std::string(unit_text(wanted)) + "\" holds, though column " + column.name +
           " says " + unit_text(*column.unit) +
           (others > 1 ? ", as " + std::to_string(others - 1) + " more do" : "")});
}

std::vector<Walk> Chooser::walk_used() const {
  std::vector<Walk> walks(columns_.used.size());
  std::vector<std::optional<double>> last(walks.size());
  Cells cells;
  for (std::size_t i = 0; i < std::min(kRowsForValues, shape_.rows.size()); ++i) {
    split(shape_.rows[i].line, shape_.delimiter, cells);
    for (std::size_t j = 0; j < walks.size(); ++j) {
      if (columns_.used[j].column >= cells.size()) continue;
      std::string_view text = cells[columns_.used[j].column];
      take_unit(text);
      const auto value = parse_number(text, shape_.decimal_comma);
      if (!value) continue;
      walks[j].steps += last[j] ? 1u : 0u;
      walks[j].rises += last[j] && *value > *last[j] ? 1u : 0u;
      walks[j].falls += last[j] && *value < *last[j] ? 1u : 0u;
      last[j] = value;
    }
  }
  return walks;
}

void Chooser::find_values() {
  const CsvValues wanted = request_.dialect.values;
  if (wanted == CsvValues::reading) {
    for (LoadColumn& each : columns_.used) each.reading = true;
    return;
  }
  std::vector<LoadColumn*> flat;  // no header and no shape says what they are
  bool some_read = false;
  std::vector<const LoadColumn*> rising;
  const std::vector<Walk> walks = walk_used();
  for (std::size_t i = 0; i < walks.size(); ++i) {
    LoadColumn& each = columns_.used[i];
    const Walk& found = walks[i];
    const auto named = shape_.columns[each.column].values;
    const bool power = each.unit == CsvUnit::w || each.unit == CsvUnit::kw;
    if (wanted == CsvValues::interval) {
      if (found.never_falls()) rising.push_back(&each);
      continue;
    }
    if (power) continue;
    each.reading = named ? *named == CsvValues::reading : found.never_falls();
    some_read = some_read || each.reading;
    if (!named && found.falls == 0 && !each.reading) flat.push_back(&each);
  }
  for (LoadColumn* const each : flat) each->reading = some_read;
  if (rising.empty()) return;
  const std::size_t column = rising.front()->column;
  columns_.doubts.push_back(
      {std::max(1u, shape_.header_row), column,
       "column " + shape_.columns[column].name + " never falls" +
           (rising.size() > 1 ? ", as " + std::to_string(rising.size() - 1) + " more do not" : "") +
           ": readings of a register? csv.values = \"reading\""});
}

LoadColumns Chooser::choose() {
  map_columns();
  fill_columns();
  find_units();
  find_values();
  const bool reads = std::ranges::any_of(columns_.used, &LoadColumn::reading);
  if (reads && request_.stamp == StampAt::end) {
    columns_.doubts.push_back({std::max(1u, shape_.header_row), 0,
                               "csv.stamp = \"end\" has no effect: readings are of their instant"});
  }
  return std::move(columns_);
}

}  // namespace

double LoadColumn::to_wh(std::int64_t interval_s) const {
  const double hours = static_cast<double>(interval_s) / 3600;
  switch (unit) {
    case CsvUnit::kwh:
      return 1000;
    case CsvUnit::w:
      return hours;
    case CsvUnit::kw:
      return 1000 * hours;
    case CsvUnit::automatic:
    case CsvUnit::wh:
      break;
  }
  return 1;
}

LoadColumns choose_columns(const CsvShape& shape, const LoadCsvRequest& request) {
  return Chooser(shape, request).choose();
}

std::string understood(const CsvShape& shape, const LoadColumns& columns,
                       const LoadCsvRequest& request, std::int64_t interval_s) {
  const bool reads = std::ranges::any_of(columns.used, &LoadColumn::reading);
  std::string text = std::to_string(shape.rows.size()) + " rows of " + std::to_string(interval_s) +
                     " s, stamped " +
                     (reads                           ? "when read"
                      : request.stamp == StampAt::end ? "at the end"
                                                      : "at the start") +
                     " in " + request.zone_name;
  if (shape.date_told) text += shape.date == CsvDate::mdy ? ", M-D-Y" : ", D-M-Y";
  if (shape.newest_first) text += ", newest first";
  text +=
      shape.header_row == 0 ? "; no header" : "; header in row " + std::to_string(shape.header_row);
  text += shape.delimiter == '\t' ? ", tabs" : std::string(", \"") + shape.delimiter + "\"";
  text += shape.decimal_comma ? ", decimal comma; " : ", decimal point; ";
  constexpr std::size_t kShown = 3;
  for (std::size_t i = 0; i < std::min(kShown, columns.used.size()); ++i) {
    const LoadColumn& each = columns.used[i];
    const std::string& name = shape.columns[each.column].name;
    text += (i > 0 ? ", " : "") + std::string("meter ") + std::to_string(each.meter) + " is " +
            (name.empty() ? "#" + std::to_string(each.column + 1) : name) + " (" +
            unit_text(each.unit) + (each.reading ? " readings)" : ")");
  }
  if (columns.used.size() > kShown) {
    text += " and " + std::to_string(columns.used.size() - kShown) + " more";
  }
  return text;
}

}  // namespace sim::run
