// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario/load_complaints.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace sim::run {
namespace {

constexpr std::size_t kMaxErrors = 100;  // a file in the wrong format has one in every cell
// An empty home's standby draws more.
constexpr double kLeastKwhYear = 50;
constexpr double kLeastWhDay = 10;

std::string counted(std::size_t n, const char* one, const char* many) {
  return std::to_string(n) + " " + (n == 1 ? one : many);
}

}  // namespace

void LoadComplaints::error(unsigned row, std::size_t column, std::string text) {
  if (++n_errors_ > kMaxErrors) return;
  errors_.push_back({{file_, row, static_cast<unsigned>(column + 1)}, std::move(text)});
}

void LoadComplaints::warn(unsigned row, std::size_t column, std::string text) {
  warnings_.push_back({{file_, row, static_cast<unsigned>(column + 1)}, std::move(text)});
}

void LoadComplaints::first_gap(unsigned row, std::size_t column, std::string text) {
  if (n_empty_ + n_missing_ + n_falls_ > 0) return;
  first_gap_ = {{file_, row, static_cast<unsigned>(column + 1)}, std::move(text)};
}

void LoadComplaints::note_empty_cell(unsigned row, std::size_t column, std::string shown) {
  first_gap(row, column, std::move(shown) + ": ");
  ++n_empty_;
}

void LoadComplaints::note_missing_row(unsigned row_behind) {
  first_gap(row_behind, 0, "before row " + std::to_string(row_behind) + ": ");
  ++n_missing_;
}

void LoadComplaints::note_fall(unsigned row, std::size_t column) {
  first_gap(row, column, "row " + std::to_string(row) + ": ");
  ++n_falls_;
}

void LoadComplaints::note_repeated(unsigned row) {
  if (n_repeated_++ == 0) first_repeated_ = row;
}

void LoadComplaints::note_implausible(const LoadTable& table, const LoadColumns& columns,
                                      unsigned header_row) {
  if (n_errors_ > 0) return;
  constexpr std::size_t kShown = 3;
  std::size_t n_homes = 0;
  std::size_t first = 0;
  std::string names;
  bool wh = false;
  for (const LoadColumn& each : columns.used) {
    const LoadTable::Home& home = table.homes[each.meter - 1];
    double sum_wh = 0;
    double known_s = 0;
    for (const double energy_wh : home.energy_wh) {
      if (std::isnan(energy_wh)) continue;
      sum_wh += energy_wh;
      known_s += static_cast<double>(table.interval_s);
    }
    const double wh_day = known_s > 0 ? sum_wh * 86'400 / known_s : kLeastKwhYear * 1000;
    const double kwh_year = wh_day * 365 / 1000;
    if (kwh_year >= kLeastKwhYear) continue;
    if (n_homes++ == 0) first = each.column;
    wh = wh || each.unit == CsvUnit::wh;
    if (n_homes > kShown) continue;
    names +=
        (n_homes > 1 ? ", " : "") + home.column + " " +
        (wh_day < kLeastWhDay ? result::number_text(std::round(wh_day * 100) / 100) + " Wh a day"
                              : result::number_text(std::round(kwh_year)) + " kWh a year");
  }
  if (n_homes == 0) return;
  // One empty home of many is a home; where it is most of them it is the unit.
  const bool most = 2 * n_homes > columns.used.size();
  const char* const guess =
      wh ? "; are the numbers kWh? csv.unit = \"kWh\"" : "; is csv.unit right?";
  warn(std::max(1u, header_row), first,
       counted(n_homes, "home draws", "homes draw") + " next to nothing: " + names +
           (n_homes > kShown ? " ..." : "") + (most ? guess : ""));
}

void LoadComplaints::give(LoadCsvResult& result) {
  std::ranges::stable_sort(errors_, {}, [](const Problem& problem) {
    return std::tuple(problem.place.line, problem.place.column);
  });
  if (n_errors_ > kMaxErrors) {
    errors_.push_back(
        {errors_.back().place, "and " + std::to_string(n_errors_ - kMaxErrors) + " more errors"});
  }
  if (n_empty_ + n_missing_ + n_falls_ > 0) {
    std::string kinds;
    const auto add = [&](std::size_t n, const char* one, const char* many) {
      if (n > 0) kinds += (kinds.empty() ? "" : ", ") + counted(n, one, many);
    };
    add(n_empty_, "cell without a value", "cells without a value");
    add(n_missing_, "row missing", "rows missing");
    add(n_falls_, "reading that falls", "readings that fall");
    Problem gaps = first_gap_;
    gaps.text +=
        "the first gap of " + kinds + "; the homes draw nothing there and their truth is unknown";
    warnings_.push_back(std::move(gaps));
  }
  if (n_repeated_ > 0) {
    warn(first_repeated_, 0,
         "row " + std::to_string(first_repeated_) + ": the first of " +
             counted(n_repeated_, "row", "rows") + " that repeat the one before; once is enough");
  }
  result.errors = std::move(errors_);
  result.warnings = std::move(warnings_);
}

}  // namespace sim::run
