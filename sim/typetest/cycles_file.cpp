// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>
#include <sstream>

#include "os/files.hpp"
#include "sim/typetest/recorded_cycles.hpp"

namespace sim::typetest {
namespace {

constexpr const char* kHeader = "cycle,label,on_event,sample,v_V,i_A";
constexpr std::size_t kColumns = 6;
constexpr std::size_t kMostCycles = 200;
constexpr std::size_t kLeastSamples = 32, kMostSamples = 4096;
constexpr double kMostVolts = 200, kMostAmperes = 60;  // peaks on 120 V that the converter takes

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells(1);
  for (const char c : line) {
    if (c == '\r') continue;
    if (c == ',') {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  return cells;
}

std::optional<double> number_of(const std::string& text, double most) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || at != end || !(std::abs(value) <= most)) return std::nullopt;
  return value;
}

}  // namespace

CyclesRead read_cycles(const std::string& file) {
  CyclesRead read;
  const os::Input input = os::read_file(file, os::kMaxTextOctets);
  read.error = input.error;
  if (!read.error.empty()) return read;
  std::istringstream lines(input.text);
  std::string line, last;
  std::size_t number = 0;  // 0: of the whole file
  const auto complain = [&](const std::string& what) {
    read.cycles.clear();
    read.error = number == 0 ? fmt::format("{}: {}", file, what)
                             : fmt::format("{}:{}: {}", file, number, what);
    return read;
  };
  while (std::getline(lines, line)) {
    ++number;
    const std::vector<std::string> cells = cells_of(line);
    if (number == 1) {
      if (!line.starts_with(kHeader)) {
        return complain(fmt::format("\"{}\", allowed is {}", line.substr(0, 80), kHeader));
      }
      continue;
    }
    if (cells.size() == 1 && cells[0].empty()) continue;
    if (cells.size() != kColumns) {
      return complain(fmt::format("{} columns, allowed are {}", cells.size(), kColumns));
    }
    if (read.cycles.empty() || cells[0] != last) {
      if (read.cycles.size() == kMostCycles) {
        return complain(fmt::format("allowed are {} cycles", kMostCycles));
      }
      last = cells[0];
      read.cycles.emplace_back().name = fmt::format("appliance {} cycle {}", cells[1], cells[0]);
    }
    const auto volts = number_of(cells[4], kMostVolts);
    const auto amperes = number_of(cells[5], kMostAmperes);
    if (!volts) {
      return complain(
          fmt::format("v_V = {}: allowed are -{} to {}", cells[4], kMostVolts, kMostVolts));
    }
    if (!amperes) {
      return complain(
          fmt::format("i_A = {}: allowed are -{} to {}", cells[5], kMostAmperes, kMostAmperes));
    }
    read.cycles.back().voltage_v.push_back(*volts);
    read.cycles.back().current_a.push_back(*amperes);
  }
  number = 0;
  if (read.cycles.empty()) return complain(fmt::format("holds no cycle, allowed is {}", kHeader));
  for (const RecordedCycle& cycle : read.cycles) {
    const std::size_t n = cycle.voltage_v.size();
    if (n < kLeastSamples || n > kMostSamples) {
      return complain(fmt::format("{} has {} samples: allowed are {} to {}", cycle.name, n,
                                  kLeastSamples, kMostSamples));
    }
  }
  return read;
}

}  // namespace sim::typetest
