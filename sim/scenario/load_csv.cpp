// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario/load_csv.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>

namespace sim::run {
namespace {

constexpr std::size_t kMaxErrors = 100;         // a file in the wrong format has one in every cell
constexpr double kMaxPowerW = 100 * 1.2 * 240;  // data sheet: Imax 100 A at 1.2 Un
constexpr std::uint32_t kNoMeter = 0;
constexpr std::int64_t kGridStepS = 60;
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

using Cells = std::vector<std::string_view>;

// No quoting beyond whole cells in double quotes: measurement exports do not need it.
void split(std::string_view line, Cells& cells) {
  cells.clear();
  for (;;) {
    const std::size_t comma = line.find(',');
    std::string_view cell = line.substr(0, comma);
    while (!cell.empty() && cell.front() == ' ') cell.remove_prefix(1);
    while (!cell.empty() && cell.back() == ' ') cell.remove_suffix(1);
    if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') {
      cell = cell.substr(1, cell.size() - 2);
    }
    cells.push_back(cell);
    if (comma == std::string_view::npos) return;
    line.remove_prefix(comma + 1);
  }
}

class Reader {
 public:
  explicit Reader(const LoadCsvRequest& request) : request_(request) {}
  LoadCsvResult read(std::string_view text);

 private:
  bool next_line(std::string_view& text, std::string_view& line);
  bool read_header(const Cells& header);
  bool find_interval(std::string_view text);
  void read_row(const Cells& cells);
  // Interval start of the row; false when the row cannot be placed in time.
  bool place_in_time(std::string_view stamp);
  bool step_in_time(std::string_view stamp, std::int64_t utc_s);
  bool skip_one();
  void read_cell(std::size_t column, std::string_view cell);
  void finish();
  bool wanted(std::int64_t start_utc_s) const;
  void error(std::size_t column, std::string text);
  std::string shown(std::size_t column, std::string_view cell) const;

  const LoadCsvRequest& request_;
  LoadCsvResult result_;
  std::vector<std::string> names_;
  std::vector<std::uint32_t> meter_of_;  // by column
  unsigned row_ = 0;
  std::size_t errors_ = 0;
  bool first_row_ = true;
  std::int64_t stamp_shift_s_ = 0;  // from the start of an interval to its stamp
  std::int64_t first_stamp_s_ = 0;
  std::int64_t last_stamp_s_ = std::numeric_limits<std::int64_t>::min();
  std::int64_t expected_s_ = 0;
  std::int64_t start_s_ = 0;  // of the row at hand
};

void Reader::error(std::size_t column, std::string text) {
  if (++errors_ > kMaxErrors) return;
  result_.errors.push_back(
      {{request_.file, row_, static_cast<unsigned>(column + 1)}, std::move(text)});
}

std::string Reader::shown(std::size_t column, std::string_view cell) const {
  const std::string name = column < names_.size() ? names_[column] : std::to_string(column + 1);
  return "row " + std::to_string(row_) + ", column " + std::to_string(column + 1) + " (" + name +
         ") = \"" + std::string(cell) + "\"";
}

bool Reader::next_line(std::string_view& text, std::string_view& line) {
  if (text.empty()) return false;
  const std::size_t end = text.find('\n');
  line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  ++row_;
  return true;
}

bool Reader::read_header(const Cells& header) {
  names_.assign(header.begin(), header.end());
  meter_of_.assign(names_.size(), kNoMeter);
  std::vector<bool> served(request_.n_meters + 1, false);
  const std::vector<std::string> homes(names_.begin() + 1, names_.end());
  for (const auto& [column, meter] : request_.map) {
    const auto found = std::ranges::find(homes, column);
    if (found == homes.end()) {
      const std::string meant = nearest(column, homes);
      error(0, "load.map." + column + " = " + std::to_string(meter) +
                   ": missing column, allowed: a column of the header" +
                   (meant.empty() ? "" : " (did you mean " + meant + "?)"));
    } else {
      meter_of_[static_cast<std::size_t>(found - homes.begin()) + 1] = meter;
    }
    if (meter <= request_.n_meters) served[meter] = true;
  }
  std::uint32_t next = 1;
  for (std::size_t i = 1; i < names_.size(); ++i) {
    const auto twin =
        std::find(names_.begin() + 1, names_.begin() + static_cast<long>(i), names_[i]);
    if (twin != names_.begin() + static_cast<long>(i)) {
      error(i, shown(i, names_[i]) + ": repeated column, allowed: one column a home");
    }
    while (next <= request_.n_meters && served[next]) ++next;
    if (meter_of_[i] == kNoMeter && next <= request_.n_meters) meter_of_[i] = next++;
  }
  while (next <= request_.n_meters && served[next]) ++next;
  if (next <= request_.n_meters) {
    error(names_.size() - 1, "row " + std::to_string(row_) + ": too few columns, " +
                                 std::to_string(homes.size()) + " homes for " +
                                 std::to_string(request_.n_meters) +
                                 " meters, allowed: one column a meter");
  }
  result_.table.homes.resize(request_.n_meters);
  for (std::size_t i = 1; i < names_.size(); ++i) {
    if (meter_of_[i] == kNoMeter || meter_of_[i] > request_.n_meters) continue;
    result_.table.homes[meter_of_[i] - 1].column = names_[i];
  }
  return errors_ == 0;
}

bool Reader::wanted(std::int64_t start_utc_s) const {
  return start_utc_s + result_.table.interval_s > request_.from_utc_s &&
         start_utc_s < request_.keep_to_utc_s;
}

bool Reader::place_in_time(std::string_view stamp) {
  const auto civil = parse_civil(stamp);
  if (!civil) {
    error(0, shown(0, stamp) + ": not a timestamp, allowed: YYYY-MM-DD HH:MM[:SS][zone]");
    return skip_one();
  }
  const auto utc_s = civil->offset_min ? std::optional<std::int64_t>(civil->utc_s())
                                       : request_.zone.to_utc(civil->local_s, last_stamp_s_);
  if (!utc_s) {
    error(0, shown(0, stamp) +
                 ": this hour does not exist in the time zone, allowed: times that "
                 "the zone's clocks show");
    return skip_one();
  }
  return step_in_time(stamp, *utc_s);
}

// Whatever the row says, it stands where the next one is expected.
bool Reader::skip_one() {
  if (!first_row_) {
    last_stamp_s_ = expected_s_;
    expected_s_ += result_.table.interval_s;
  }
  return false;
}

bool Reader::step_in_time(std::string_view stamp, std::int64_t utc_s) {
  const std::int64_t interval_s = result_.table.interval_s;
  if (first_row_) {
    first_row_ = false;
    first_stamp_s_ = expected_s_ = utc_s;
  }
  if (utc_s == expected_s_) {
    start_s_ = utc_s - stamp_shift_s_;
    last_stamp_s_ = utc_s;
    expected_s_ += interval_s;
    return true;
  }
  const bool repeated = utc_s == last_stamp_s_;
  error(0, shown(0, stamp) + ": " + (repeated ? "repeated" : "irregular") +
               " timestamp, allowed: " + format_utc(expected_s_) + ", " +
               std::to_string(interval_s) + " s after the row before");
  // One hole is one mistake: go on behind it. A repeated row is one too many; anything else is
  // taken for the row that should stand here.
  const bool hole = utc_s > expected_s_ && (utc_s - expected_s_) % interval_s == 0;
  if (!repeated) last_stamp_s_ = hole ? utc_s : expected_s_;
  expected_s_ = last_stamp_s_ + interval_s;
  return false;
}

// The usual step between the first timestamps, so that one wrong row does not make all others
// wrong.
bool Reader::find_interval(std::string_view text) {
  constexpr std::size_t kRows = 64;
  std::vector<std::int64_t> steps;
  std::optional<std::int64_t> last_s;
  while (!text.empty() && steps.size() < kRows) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const auto civil = parse_civil(text.substr(0, std::min(text.find(','), end)));
    if (civil && last_s) steps.push_back(civil->utc_s() - *last_s);
    if (civil) last_s = civil->utc_s();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (steps.empty()) {
    error(0, "row " + std::to_string(row_ + 1) +
                 ": too few rows, allowed: two or more, each with a timestamp");
    return false;
  }
  std::int64_t usual_s = steps.front();  // of equally frequent steps the first
  long most = 0;
  for (const std::int64_t step : steps) {
    const long times = std::count(steps.begin(), steps.end(), step);
    if (step <= 0 || times <= most) continue;
    most = times;
    usual_s = step;
  }
  if (usual_s <= 0 || usual_s % kGridStepS != 0) {
    error(0, "row " + std::to_string(row_ + 1) + ": timestamps " + std::to_string(usual_s) +
                 " s apart, allowed: rising in equal steps of whole minutes");
    return false;
  }
  result_.table.interval_s = usual_s;
  stamp_shift_s_ = request_.stamp == StampAt::end ? usual_s : 0;
  return true;
}

void Reader::read_cell(std::size_t column, std::string_view cell) {
  const bool keep = wanted(start_s_);
  double energy_wh = kUnknown;
  if (cell.empty()) {
    if (keep && start_s_ < request_.to_utc_s) {
      ++result_.table.gaps;
      result_.warnings.push_back(
          {{request_.file, row_, static_cast<unsigned>(column + 1)},
           shown(column, cell) + ": empty, the home draws nothing and its truth is unknown"});
    }
  } else {
    const char* const end = cell.data() + cell.size();
    const auto [stop, problem] = std::from_chars(cell.data(), end, energy_wh);
    const double most_wh = kMaxPowerW * static_cast<double>(result_.table.interval_s) / 3600;
    const std::string allowed = ", allowed: Wh from 0 to " + result::number_text(most_wh);
    if (problem != std::errc{} || stop != end || !std::isfinite(energy_wh)) {
      error(column, shown(column, cell) + ": not a number" + allowed);
    } else if (energy_wh < 0) {
      error(column, shown(column, cell) + ": negative" + allowed);
    } else if (energy_wh > most_wh) {
      error(column, shown(column, cell) + ": more than a 100 A meter carries" + allowed);
    }
  }
  if (keep) result_.table.homes[meter_of_[column] - 1].energy_wh.push_back(energy_wh);
}

void Reader::read_row(const Cells& cells) {
  if (cells.size() != names_.size()) {
    error(cells.size() - 1, "row " + std::to_string(row_) + ": " + std::to_string(cells.size()) +
                                " cells, too " + (cells.size() < names_.size() ? "few" : "many") +
                                " columns, allowed: " + std::to_string(names_.size()) +
                                " as in the header");
  }
  const bool placed = place_in_time(cells[0]);
  if (!placed) start_s_ = std::numeric_limits<std::int64_t>::max() / 2;  // check the cells only
  if (placed && wanted(start_s_) && result_.table.n_intervals++ == 0) {
    result_.table.first_utc_s = start_s_;
  }
  for (std::size_t i = 1; i < std::min(cells.size(), names_.size()); ++i) {
    if (meter_of_[i] != kNoMeter) read_cell(i, cells[i]);
  }
}

void Reader::finish() {
  const LoadTable& table = result_.table;
  const std::int64_t end_s =
      table.first_utc_s + static_cast<std::int64_t>(table.n_intervals) * table.interval_s;
  const bool covered = table.n_intervals > 0 && table.first_utc_s <= request_.from_utc_s &&
                       end_s >= request_.to_utc_s;
  if (errors_ == 0 && !covered) {
    error(0, "row " + std::to_string(row_) + ": the file covers " +
                 format_utc(first_stamp_s_ - stamp_shift_s_) + " to " +
                 format_utc(expected_s_ - stamp_shift_s_) + ", too few rows, allowed: all of " +
                 format_utc(request_.from_utc_s) + " to " + format_utc(request_.to_utc_s));
  }
  if (errors_ > kMaxErrors) {
    result_.errors.push_back(
        {{request_.file, row_, 1}, "and " + std::to_string(errors_ - kMaxErrors) + " more errors"});
  }
}

LoadCsvResult Reader::read(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // byte order mark
  std::string_view line;
  Cells cells;
  if (!next_line(text, line) || line.empty()) {
    row_ = 1;
    error(0, "row 1: empty file, allowed: a header and one row an interval");
    return std::move(result_);
  }
  split(line, cells);
  if (!read_header(cells) || !find_interval(text)) return std::move(result_);
  while (next_line(text, line)) {
    if (line.empty()) continue;
    split(line, cells);
    read_row(cells);
  }
  finish();
  return std::move(result_);
}

}  // namespace

LoadCsvResult read_load_csv(const LoadCsvRequest& request, std::string_view text) {
  return Reader(request).read(text);
}

LoadCsvResult read_load_csv(const Scenario& scenario) {
  constexpr std::int64_t kNs = kernel::kNsPerSecond;
  LoadCsvRequest request;
  request.file = scenario.path_of(scenario.load.csv);
  request.zone = parse_zone(scenario.csv.time_zone).value_or(ZoneRule{});
  request.stamp = scenario.csv.stamp;
  request.n_meters = static_cast<std::uint32_t>(scenario.meters.count);
  request.map = scenario.load.map;
  request.from_utc_s = scenario.general.start_utc_s;
  request.to_utc_s = request.from_utc_s + scenario.capture_end() / kNs;
  request.keep_to_utc_s = request.from_utc_s + (scenario.end() + kNs - 1) / kNs;
  std::ifstream in(request.file, std::ios::binary);
  std::ostringstream text;
  if (!(text << in.rdbuf())) {
    return {{}, {{{request.file, 0, 0}, "cannot be read, allowed: a CSV file"}}, {}};
  }
  return read_load_csv(request, text.str());
}

}  // namespace sim::run
