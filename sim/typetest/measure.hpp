// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/typetest/bench_meter.hpp"
#include "sim/typetest/plan.hpp"
#include "sim/typetest/setting.hpp"

namespace sim::typetest {

// A measurement, ready for every meter: what the source is set to and what is true of it.
struct Prepared {
  Measurement what;
  Setting setting;
  Truth truth;
  kernel::TimeNs nominal_ns = 0;  // how long it takes, about
};
std::vector<Prepared> prepare(const Plan& plan);
// All of them on one meter, in simulated time.
kernel::TimeNs length_of(const std::vector<Prepared>& prepared);

// On one meter.
Measured measure(BenchMeter& meter, const Prepared& prepared);

}  // namespace sim::typetest
