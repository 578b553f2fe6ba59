// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "models/core/afe/periodic_afe.hpp"
#include "models/core/afe/thermal.hpp"

namespace sim::typetest {

// What the source is set to, as the meters' converters see it.
struct Setting {
  models::PeriodicState signals;
  std::array<double, models::kMaxPhases> current_a{};  // rms
  kernel::TimeNs window_ns = 0;                        // ten cycles
  double celsius = 23;
};

// The drawn parts of one meter, at a temperature and with the current that they carry.
class FrontEnd {
 public:
  FrontEnd(std::uint64_t seed, std::uint32_t meter, int n_phases);

  const models::AfeTolerance& tolerance() const { return tolerance_; }
  void warm_to(double celsius);
  // The next window, which begins with so many cycles since the source was set; valid until the
  // next one.
  meter_window sample(const Setting& setting, std::int64_t first_cycle, kernel::TimeNs start_ns);

 private:
  int n_phases_;
  models::AfeTolerance tolerance_;
  models::ThermalDrift drift_;
  const models::CurrentSensor& sensor_;
  std::array<models::SensorHeat, models::kMaxPhases> heat_;
  models::AfeTolerance at_temperature_;
  models::PeriodicAfe afe_;
  models::SampleBuffer samples_;
};

}  // namespace sim::typetest
