// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario/written.hpp"

#include <algorithm>
#include <tuple>

namespace sim::run {
namespace {

Problems in_order(Problems problems) {
  std::ranges::stable_sort(problems, {}, [](const Problem& problem) {
    return std::tuple(problem.place.line == 0, problem.place.line, problem.place.column);
  });
  return problems;
}

}  // namespace

std::string row_key(const std::string& table, std::size_t row, const std::string& key) {
  return table + "#" + std::to_string(row) + "." + key;
}

std::string display_path(const std::string& path) {
  // Names that users give ("#3" in load.map, any unknown key) may hold a # as well.
  const std::size_t hash = path.find('#');
  const std::size_t dot = path.find('.');
  if (hash == std::string::npos || dot == std::string::npos || hash > dot) return path;
  return path.substr(0, hash) + path.substr(dot);
}

const Raw* Written::seen(const std::string& path) const {
  const auto found = seen_.find(path);
  return found == seen_.end() ? nullptr : found->second;
}

bool Written::from_command_line(const std::string& path) const {
  const Raw* const raw = seen(path);
  return raw != nullptr && raw->place.line == 0;
}

void Written::complain(const std::string& path, const Raw& raw, const std::string& what,
                       const std::string& allowed) {
  bad_.insert(path);
  problems_.push_back({raw.place, display_path(path) + " = " + raw.shown() + ": " + what +
                                      ", allowed: " + allowed});
}

void Written::complain_at(const std::string& path, const std::string& what,
                          const std::string& allowed) {
  const Raw* const raw = seen(path);
  if (raw != nullptr && good(path)) complain(path, *raw, what, allowed);
}

void Written::miss(const std::string& path, const Raw& row, const std::string& text) {
  bad_.insert(path);
  problems_.push_back({row.place, display_path(path) + ": " + text});
}

void Written::warn_at(const std::string& path, const std::string& what) {
  const Raw* const raw = seen(path);
  if (raw == nullptr || !good(path)) return;
  warnings_.push_back({raw->place, display_path(path) + " = " + raw->shown() + ": " + what});
}

Problems Written::take_problems() { return in_order(std::move(problems_)); }
Problems Written::take_warnings() { return in_order(std::move(warnings_)); }

}  // namespace sim::run
