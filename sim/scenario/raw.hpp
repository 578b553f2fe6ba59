// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/scenario/problem.hpp"

namespace sim::run {

// A TOML value with its place, so that only one translation unit knows the TOML library.
struct Raw {
  enum class Type { boolean, integer, real, text, date_time, clock, array, table, other };
  Type type = Type::other;
  bool boolean = false;
  std::int64_t integer = 0;  // clock: seconds of the day
  double real = 0;
  std::string text;        // text, and date_time as RFC 3339 (without a zone if it has none)
  std::vector<Raw> items;  // array
  std::vector<std::pair<std::string, Raw>> members;  // table
  Place place;                                       // of the value
  Place key_place;                                   // of its key

  const Raw* find(const std::string& key) const;
  Raw* find(const std::string& key);
  std::string shown() const;  // as a user would write it
};

struct RawFile {
  std::optional<Raw> root;  // none: `problem` says why
  Problem problem;
};
RawFile parse_toml(const std::string& text, const std::string& file);

// "key.path=value": the value is TOML, or bare text where TOML would want quotes. Sets or adds it
// in `root`.
std::optional<Problem> apply_override(Raw& root, const std::string& assignment);

}  // namespace sim::run
