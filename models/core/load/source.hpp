// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace models {

// What a home draws over one grid step, all phases together.
struct HomeLoad {
  double active_w = 0;        // total of all orders; negative: export
  double reactive_var = 0;    // fundamental; positive: inductive while importing
  double harmonic_ratio = 0;  // rms of current orders 3..7 over the fundamental's
  bool known = true;          // false: gap in the source; nothing is drawn and truth is unknown
};

// A pure function of the grid step: any order of calls gives the same answers.
class LoadSource {
 public:
  virtual ~LoadSource() = default;
  virtual HomeLoad at(std::int64_t step) const = 0;
};

}  // namespace models
