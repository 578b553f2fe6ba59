// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "sim/scenario/scenario.hpp"

namespace sim::run {

// docs/power-quality.md, as meters hold them: 90 % and 110 % of Un, hysteresis 2 %.
struct QualityLimits {
  std::uint16_t sag_dv = 2160;
  std::uint16_t swell_dv = 2640;
  std::uint16_t hysteresis_dv = 48;
  std::uint16_t sag_s = 0;
  std::uint16_t swell_s = 0;

  bool operator==(const QualityLimits&) const = default;
  double sag_v() const { return 0.1 * sag_dv; }
  double swell_v() const { return 0.1 * swell_dv; }
  double hysteresis_v() const { return 0.1 * hysteresis_dv; }
};

// Those of one meter over its life: an order comes when it comes, and until it must be there
// nothing is sure. What a meter refuses changes nothing.
class LimitTimes {
 public:
  LimitTimes(const Scenario& scenario, std::uint32_t meter);

  // What holds at the latest then.
  const QualityLimits& at(kernel::TimeNs now) const;
  // The widest of those that may hold then.
  QualityLimits widest(kernel::TimeNs now) const;
  bool sure(kernel::TimeNs from, kernel::TimeNs to) const;

 private:
  struct Change {
    kernel::TimeNs at;
    kernel::TimeNs sure_at;
    QualityLimits to;
  };
  std::vector<Change> changes_{{0, 0, {}}};
};

}  // namespace sim::run
