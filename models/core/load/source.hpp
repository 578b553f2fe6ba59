// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

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

struct SeriesConfig {
  std::int64_t interval_s = 1800;  // a multiple of 60
  std::int64_t first_step = 0;     // grid step of the first interval's start
  // A series of watt-hours knows no reactive power: an inductive share of the active power and the
  // capacitive filters of what is always on.
  double tan_phi = 0.2;
  double standing_var = -25;
  double harmonic_ratio = 0.1;
};

// Recorded energies: each interval is drawn at constant power. NaN marks a gap: nothing is drawn
// and nobody knows what was. Outside the series everything is a gap.
class Series : public LoadSource {
 public:
  Series(std::vector<double> interval_wh, const SeriesConfig& config);
  HomeLoad at(std::int64_t step) const override;

 private:
  std::vector<double> interval_wh_;
  SeriesConfig config_;
};

}  // namespace models
