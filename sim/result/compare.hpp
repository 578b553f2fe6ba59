// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sim::result {

// The first difference of two result files, tables by name, then rows, then columns.
struct Difference {
  std::string table;
  std::optional<std::uint64_t> row;  // from 0; none: the tables differ in shape
  std::string column;
  std::string a;
  std::string b;
  std::string whose = {};  // "meter 7, 2026-01-05 00:15:00 UTC", of tables that have such columns
  std::string text() const;
};

struct Comparison {
  std::string error;                     // not empty: a file that cannot be read
  std::optional<Difference> difference;  // none: equal
};
// Of a path that does not open as a result file: what is wrong with it.
const char* why_no_result(const std::string& path);
Comparison compare_results(const std::string& path_a, const std::string& path_b);

}  // namespace sim::result
