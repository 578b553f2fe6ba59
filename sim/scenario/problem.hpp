// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sim::run {

// Where the user wrote it. Line 0: not in a file, `file` says where ("--set").
struct Place {
  std::string file;
  unsigned line = 0;
  unsigned column = 0;
};

// One mistake or doubt of the user: `file:line:col: key = value: what is wrong, what is allowed`.
struct Problem {
  Place place;
  std::string text;
  std::string line() const;
};
using Problems = std::vector<Problem>;

// The candidate a typing error probably meant; "" when none is near.
std::string nearest(std::string_view written, const std::vector<std::string>& candidates);

}  // namespace sim::run
