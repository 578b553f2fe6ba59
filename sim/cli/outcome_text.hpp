// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "sim/report/summary.hpp"

namespace sim::cli {

struct OutcomeStyle {
  std::size_t columns = 80;
  bool colour = false;
};
// Of standard output: its width, and colours when it is a terminal and NO_COLOR (no-color.org) is
// not set.
OutcomeStyle outcome_style();

// What `amitwin run` says at the end: the run, its headline, the expectations, where the rest is.
std::string outcome_text(const result::Summary& summary, const std::string& folder,
                         const OutcomeStyle& style);

}  // namespace sim::cli
