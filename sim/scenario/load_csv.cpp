// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario/load_csv.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "os/files.hpp"
#include "sim/scenario/load_columns.hpp"
#include "sim/scenario/load_complaints.hpp"
#include "sim/scenario/load_readings.hpp"

namespace sim::run {
namespace {

constexpr double kMaxPowerW = 100 * 1.2 * 240;  // data sheet: Imax 100 A at 1.2 Un
constexpr std::int64_t kGridStepS = 60;
constexpr std::size_t kMostBackwards = 3;  // so many are the shape of the file, not mistakes

// Where reading stands in time.
struct Progress {
  unsigned last_row = 0;
  bool first_row = true;
  std::int64_t stamp_shift_s = 0;  // from the start of an interval to its stamp
  std::int64_t first_stamp_s = 0;
  std::int64_t last_stamp_s = std::numeric_limits<std::int64_t>::min();
  std::string_view last_line;
  std::int64_t expected_s = 0;
  std::size_t refused = 0;    // rows since the last good one, which may stand for those missing
  std::size_t backwards = 0;  // rows that do not come after the one before
  std::int64_t start_s = 0;   // of the row at hand
};

class Reader {
 public:
  explicit Reader(const LoadCsvRequest& request) : request_(request), say_(request.file) {}
  LoadCsvResult read(const std::string& text);

 private:
  bool read_rows();
  bool find_interval();
  void read_row(const CsvRow& row);
  // Interval start of the row; false when the row cannot be placed in time.
  bool place_in_time(const CsvRow& row);
  bool step_in_time(const CsvRow& row, std::int64_t utc_s);
  void stand_at(std::int64_t utc_s);
  bool refuse(const CsvRow& row, const std::string& what);
  void fill_hole(const CsvRow& row, std::int64_t until_s);
  void check_size(const CsvRow& row);
  void read_cell(const LoadColumn& each, std::size_t home, const CsvRow& row);
  void check_cover();
  double most_wh() const { return kMaxPowerW * static_cast<double>(interval_s()) / 3600; }
  std::int64_t interval_s() const { return result_.table.interval_s; }
  std::vector<double>& energies(std::size_t home) {
    return result_.table.homes[columns_.used[home].meter - 1].energy_wh;
  }
  bool wanted(std::int64_t start_s) const;
  bool expected(std::int64_t start_s) const {
    return start_s + interval_s() > request_.from_utc_s && start_s < request_.to_utc_s;
  }

  const LoadCsvRequest& request_;
  LoadComplaints say_;
  LoadCsvResult result_;
  CsvShape shape_;
  LoadColumns columns_;
  bool reads_ = false;            // some column holds readings
  Cells cells_;                   // of the row at hand
  std::vector<unsigned> row_of_;  // by kept interval: the line it stands in; 0: it is missing
  Progress at_;
};

bool Reader::wanted(std::int64_t start_s) const {
  // Of readings one more: the end of the last interval.
  const std::int64_t keep_to_s = request_.keep_to_utc_s + (reads_ ? interval_s() : 0);
  return start_s + interval_s() > request_.from_utc_s && start_s < keep_to_s;
}

// A refused row does not move the time of the next.
bool Reader::refuse(const CsvRow& row, const std::string& what) {
  std::string stamp = shape_.stamp_column < cells_.size() ? cells_[shape_.stamp_column] : "";
  if (shape_.time_column < cells_.size()) stamp += " " + cells_[shape_.time_column];
  say_.error(row.number, shape_.stamp_column,
             shown(shape_, row.number, shape_.stamp_column, stamp) + ": " + what);
  ++at_.refused;
  return false;
}

bool Reader::place_in_time(const CsvRow& row) {
  const auto local_s = row.stamp ? row.stamp->local_s(shape_.date) : std::nullopt;
  if (!local_s) return refuse(row, std::string("not a timestamp, allowed: ") + kStampForms);
  const auto offset_min = row.stamp->offset_min;
  const auto utc_s = offset_min ? std::optional<std::int64_t>(*local_s - 60 * *offset_min)
                                : request_.zone.to_utc(*local_s, at_.last_stamp_s);
  if (!utc_s) {
    return refuse(row, "this hour does not exist in " + request_.zone_name +
                           ", allowed: times that the zone's clocks show (csv.timezone)");
  }
  return step_in_time(row, *utc_s);
}

void Reader::stand_at(std::int64_t utc_s) {
  at_.start_s = utc_s - at_.stamp_shift_s;
  at_.last_stamp_s = utc_s;
  at_.expected_s = utc_s + interval_s();
  at_.refused = 0;
}

bool Reader::step_in_time(const CsvRow& row, std::int64_t utc_s) {
  if (at_.first_row) {
    at_.first_row = false;
    at_.first_stamp_s = at_.expected_s = utc_s;
  }
  if (utc_s != at_.expected_s) {
    if (utc_s == at_.last_stamp_s && row.line == at_.last_line) {
      say_.note_repeated(row.number);
      return false;
    }
    const bool hole = utc_s > at_.expected_s && (utc_s - at_.expected_s) % interval_s() == 0;
    if (!hole) {
      std::string what = utc_s == at_.last_stamp_s ? "repeated" : "irregular";
      what += " timestamp, allowed: " + format_utc(at_.expected_s) + ", " +
              std::to_string(interval_s()) + " s after the row before";
      if (utc_s <= at_.last_stamp_s && ++at_.backwards == kMostBackwards) {
        what +=
            "; the rows do not follow each other in time, and reading ends here: a row for "
            "each home, register or tariff? docs/load-files.md, \"Several rows of one time\"";
      }
      return refuse(row, what);
    }
    fill_hole(row, utc_s);
  }
  stand_at(utc_s);
  at_.last_line = row.line;
  return true;
}

// Rows are missing up to the one at hand. What the run does not need is nobody's fault.
void Reader::fill_hole(const CsvRow& row, std::int64_t until_s) {
  const std::int64_t step_s = interval_s();
  const auto n = static_cast<std::size_t>((until_s - at_.expected_s) / step_s);
  const std::int64_t first_s = at_.expected_s - at_.stamp_shift_s;
  const std::int64_t needed_s = std::max(first_s, request_.from_utc_s - step_s + 1);
  std::int64_t start_s = first_s + (needed_s - first_s + step_s - 1) / step_s * step_s;
  const std::int64_t end_s = until_s - at_.stamp_shift_s;
  const bool needed = start_s < end_s && expected(start_s);
  if (needed && n > at_.refused && request_.gaps == CsvGaps::refuse) {
    const std::size_t told = at_.refused;
    refuse(row, "irregular timestamp, " + std::to_string(n - told) +
                    (n - told == 1 ? " row is missing before it, allowed: "
                                   : " rows are missing before it, allowed: ") +
                    format_utc(at_.expected_s) + ", " + std::to_string(step_s) +
                    " s after the row before, or csv.gaps = \"allow\"");
  }
  for (; start_s < end_s && wanted(start_s); start_s += step_s) {
    if (result_.table.n_intervals++ == 0) result_.table.first_utc_s = start_s;
    row_of_.push_back(0);
    for (std::size_t i = 0; i < columns_.used.size(); ++i) energies(i).push_back(kUnknown);
    if (!expected(start_s) || request_.gaps == CsvGaps::refuse) continue;
    say_.note_missing_row(row.number);
    if (!reads_) result_.table.gaps += columns_.used.size();
  }
}

// The usual step, so that one wrong row does not make all others wrong; of equally frequent ones
// the first.
bool Reader::find_interval() {
  std::map<std::int64_t, std::pair<std::size_t, std::size_t>> steps;  // how often, first at
  std::optional<std::int64_t> last_s;
  for (std::size_t i = 0; i < shape_.rows.size(); ++i) {
    const auto& stamp = shape_.rows[i].stamp;
    const auto local_s = stamp ? stamp->local_s(shape_.date) : std::nullopt;
    if (!local_s) continue;
    const std::int64_t now_s = *local_s - 60 * stamp->offset_min.value_or(0);
    if (last_s) ++steps.try_emplace(now_s - *last_s, 0, i).first->second.first;
    last_s = now_s;
  }
  const unsigned first = shape_.rows.front().number;
  if (steps.empty()) {
    for (const CsvRow& row : shape_.rows) {
      split(row.line, shape_.delimiter, cells_);
      if (!row.stamp) refuse(row, std::string("not a timestamp, allowed: ") + kStampForms);
    }
    if (say_.none()) {
      say_.error(first, 0,
                 "row " + std::to_string(first) +
                     ": too few rows, allowed: two or more, each with a timestamp");
    }
    return false;
  }
  std::int64_t usual_s = 0;
  std::pair<std::size_t, std::size_t> best{0, 0};
  for (const auto& [step_s, seen] : steps) {
    const bool more =
        seen.first > best.first || (seen.first == best.first && seen.second < best.second);
    if (step_s <= 0 || !more) continue;
    best = seen;
    usual_s = step_s;
  }
  if (usual_s <= 0 || usual_s % kGridStepS != 0) {
    say_.error(first, 0,
               "row " + std::to_string(first) + ": timestamps " + std::to_string(usual_s) +
                   " s apart, allowed: rising in equal steps of whole minutes");
    return false;
  }
  result_.table.interval_s = usual_s;
  at_.stamp_shift_s = request_.stamp == StampAt::end && !reads_ ? usual_s : 0;
  return true;
}

void Reader::read_cell(const LoadColumn& each, std::size_t home, const CsvRow& row) {
  const bool keep = wanted(at_.start_s);
  const std::string_view cell =
      each.column < cells_.size() ? std::string_view(cells_[each.column]) : std::string_view();
  double energy_wh = kUnknown;
  if (is_missing(cell, request_.dialect.missing)) {
    if (expected(at_.start_s) && !reads_) ++result_.table.gaps;
    if (expected(at_.start_s) && each.column < cells_.size()) {  // else the row is at fault
      say_.note_empty_cell(row.number, each.column, shown(shape_, row.number, each.column, cell));
    }
  } else {
    std::string_view text = cell;
    LoadColumn in_cell = each;
    const auto unit = take_unit(text);
    if (unit && request_.dialect.unit == CsvUnit::automatic) in_cell.unit = *unit;
    const double factor = in_cell.to_wh(interval_s());
    const std::string allowed =
        std::string(", allowed: ") + unit_text(in_cell.unit) + " from 0" +
        (each.reading ? " up" : " to " + result::number_text(most_wh() / factor));
    const auto value = parse_number(text, shape_.decimal_comma);
    energy_wh = value.value_or(0) * factor;
    const char* wrong = nullptr;
    if (!value) {
      wrong = "not a number";
    } else if (*value < 0) {
      wrong = "negative";
    } else if (energy_wh > most_wh() && !each.reading) {
      wrong = "more than a 100 A meter carries";
    }
    if (wrong != nullptr) {
      say_.error(row.number, each.column,
                 shown(shape_, row.number, each.column, cell) + ": " + wrong + allowed);
    }
  }
  if (keep) energies(home).push_back(energy_wh);
}

void Reader::check_size(const CsvRow& row) {
  const std::size_t header = shape_.columns.size();
  if (cells_.size() == header || cells_.size() == shape_.usual_cells) return;
  if (cells_.size() > header &&
      std::all_of(cells_.begin() + static_cast<long>(header), cells_.end(),
                  [](const auto& each) { return each.empty(); })) {
    return;  // delimiters at the end of the line
  }
  say_.error(row.number, cells_.size() - 1,
             "row " + std::to_string(row.number) + ": " + std::to_string(cells_.size()) +
                 " cells, too " + (cells_.size() < header ? "few" : "many") +
                 " columns, allowed: " + std::to_string(header) + " as in the header");
}

void Reader::read_row(const CsvRow& row) {
  split(row.line, shape_.delimiter, cells_);
  const std::size_t repeated = say_.repeated();
  const bool placed = place_in_time(row);
  if (say_.repeated() != repeated) return;
  check_size(row);
  if (!placed) at_.start_s = std::numeric_limits<std::int64_t>::max() / 2;  // check the cells only
  if (placed && wanted(at_.start_s)) {
    if (result_.table.n_intervals++ == 0) result_.table.first_utc_s = at_.start_s;
    row_of_.push_back(row.number);
  }
  for (std::size_t i = 0; i < columns_.used.size(); ++i) read_cell(columns_.used[i], i, row);
  at_.last_row = row.number;
}

void Reader::check_cover() {
  const LoadTable& table = result_.table;
  const std::int64_t end_s =
      table.first_utc_s + static_cast<std::int64_t>(table.n_intervals) * table.interval_s;
  const bool covered = table.n_intervals > 0 && table.first_utc_s <= request_.from_utc_s &&
                       end_s >= request_.to_utc_s;
  if (!say_.none() || covered) return;
  const std::int64_t last_s = reads_ ? at_.last_stamp_s : at_.expected_s - at_.stamp_shift_s;
  say_.error(at_.last_row, 0,
             "row " + std::to_string(at_.last_row) + ": the file covers " +
                 format_utc(at_.first_stamp_s - at_.stamp_shift_s) + " to " + format_utc(last_s) +
                 ", too few rows, allowed: all of " + format_utc(request_.from_utc_s) + " to " +
                 format_utc(request_.to_utc_s));
}

bool Reader::read_rows() {
  columns_ = choose_columns(shape_, request_);
  for (const CsvFault& fault : columns_.faults) say_.error(fault.row, fault.column, fault.text);
  for (const CsvFault& doubt : columns_.doubts) say_.warn(doubt.row, doubt.column, doubt.text);
  if (!columns_.faults.empty()) return false;
  reads_ = std::ranges::any_of(columns_.used, &LoadColumn::reading);
  if (!find_interval()) return false;
  result_.understood = understood(shape_, columns_, request_, interval_s());
  result_.table.homes.resize(request_.n_meters);
  for (const LoadColumn& each : columns_.used) {
    const std::string& name = shape_.columns[each.column].name;
    result_.table.homes[each.meter - 1].column =
        name.empty() ? "#" + std::to_string(each.column + 1) : name;
  }
  for (std::size_t i = 0; i < shape_.rows.size() && at_.backwards < kMostBackwards; ++i) {
    read_row(shape_.rows[i]);
  }
  if (reads_) {
    take_differences({shape_, columns_, request_, row_of_, most_wh()}, result_.table, say_);
  }
  check_cover();
  return true;
}

LoadCsvResult Reader::read(const std::string& text) {
  if (const auto fault = find_shape(text, request_.dialect, shape_)) {
    say_.error(fault->row, fault->column, fault->text);
  } else if (read_rows()) {
    say_.note_implausible(result_.table, columns_, shape_.header_row);
  }
  say_.give(result_);
  return std::move(result_);
}

}  // namespace

LoadCsvResult read_load_csv(const LoadCsvRequest& request, std::string octets) {
  const CsvText text = text_of(std::move(octets));
  if (!text.error.empty()) return {{}, {{{request.file, 0, 0}, text.error}}, {}, {}};
  return Reader(request).read(text.text);
}

LoadCsvResult read_load_csv(const Scenario& scenario) {
  constexpr std::int64_t kNs = kernel::kNsPerSecond;
  LoadCsvRequest request;
  request.file = scenario.path_of(scenario.load.csv);
  request.zone = find_zone(scenario.csv.time_zone).value_or(ZoneTable{});
  request.zone_name = scenario.csv.time_zone;
  request.stamp = scenario.csv.stamp;
  request.dialect = scenario.csv.dialect;
  request.gaps = scenario.csv.gaps;
  request.n_meters = static_cast<std::uint32_t>(scenario.meters.count);
  request.map = scenario.load.map;
  request.from_utc_s = scenario.general.start_utc_s;
  request.to_utc_s = request.from_utc_s + scenario.capture_end() / kNs;
  request.keep_to_utc_s = request.from_utc_s + (scenario.end() + kNs - 1) / kNs;
  os::Input input = os::read_file(request.file, kMaxTextOctets);
  if (!input.error.empty()) {
    const std::string why = input.error.substr(request.file.size() + 2);  // the problem names it
    return {{}, {{{request.file, 0, 0}, why + ", allowed: a CSV file"}}, {}, {}};
  }
  return read_load_csv(request, std::move(input.text));
}

}  // namespace sim::run
