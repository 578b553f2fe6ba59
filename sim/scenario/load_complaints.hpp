// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "sim/scenario/load_columns.hpp"
#include "sim/scenario/load_csv.hpp"

namespace sim::run {

// Collects what is said of a load file: faults one by one up to a limit, what nobody knows and what
// is hardly meant in one line each.
class LoadComplaints {
 public:
  explicit LoadComplaints(std::string file) : file_(std::move(file)) {}
  void error(unsigned row, std::size_t column, std::string text);
  void warn(unsigned row, std::size_t column, std::string text);
  bool none() const { return n_errors_ == 0; }

  void note_empty_cell(unsigned row, std::size_t column, std::string shown);
  void note_missing_row(unsigned row_behind);
  void note_fall(unsigned row, std::size_t column);
  void note_repeated(unsigned row);
  std::size_t repeated() const { return n_repeated_; }
  // Homes that draw next to nothing: the numbers are of another unit?
  void note_implausible(const LoadTable& table, const LoadColumns& columns, unsigned header_row);

  void give(LoadCsvResult& result);

 private:
  void first_gap(unsigned row, std::size_t column, std::string text);

  std::string file_;
  Problems errors_;
  Problems warnings_;
  std::size_t n_errors_ = 0;
  std::size_t n_empty_ = 0;
  std::size_t n_missing_ = 0;
  std::size_t n_falls_ = 0;
  std::size_t n_repeated_ = 0;
  unsigned first_repeated_ = 0;
  Problem first_gap_;
};

}  // namespace sim::run
