// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/typetest/front_end.hpp"

namespace sim::typetest {

FrontEnd::FrontEnd(std::uint64_t seed, std::uint32_t meter, int n_phases)
    : n_phases_(n_phases),
      tolerance_(models::draw_tolerance(seed, meter)),
      drift_(models::draw_drift(seed, meter)),
      sensor_(n_phases == 1 ? models::kShunt : models::kTransformer),
      at_temperature_(tolerance_),
      afe_(seed, meter, n_phases, tolerance_.adc_ppm) {}

void FrontEnd::warm_to(double celsius) {
  at_temperature_ = models::at_temperature(tolerance_, drift_, celsius);
}

meter_window FrontEnd::sample(const Setting& setting, std::int64_t first_cycle,
                              kernel::TimeNs start_ns) {
  models::AfeTolerance now = at_temperature_;
  const double seconds = static_cast<double>(setting.window_ns) / kernel::kNsPerSecond;
  for (std::size_t p = 0; p < static_cast<std::size_t>(n_phases_); ++p) {
    heat_[p].pass(sensor_, setting.current_a[p], seconds);
    now.phase[p] = models::carrying(now.phase[p], drift_.phase[p], sensor_, heat_[p].kelvin(),
                                    setting.current_a[p]);
  }
  afe_.set_tolerance(now);
  return afe_.sample(setting.signals, first_cycle, start_ns, setting.window_ns, samples_);
}

}  // namespace sim::typetest
