// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "models/core/meter/service_times.hpp"
#include "models/core/parts/device.hpp"

namespace models {

// How long the processor is busy with what the firmware says it does.
class CpuBlock {
 public:
  CpuBlock(DeviceLife& life, const McuClock& clock, const ServiceTimes& times)
      : life_(life), clock_(clock), times_(times) {}

  // ---- hal: cpu ----
  void work(meter_work kind, std::uint32_t units) {
    if (kind >= METER_WORKS) {
      life_.refuse();
      return;
    }
    free_ns_ = free_at() + service_time(times_, kind, units);
  }
  // Rounded up: not a microsecond before the work is done.
  std::int64_t done_us() const {
    const Oscillator& uptime = clock_.oscillator();
    const kernel::TimeNs done = free_at();
    const std::int64_t count = uptime.count_at(done);
    return uptime.time_of(count) < done ? count + 1 : count;
  }

  void restart() { free_ns_ = life_.now(); }
  // When the work declared so far is done.
  kernel::TimeNs free_at() const { return std::max(free_ns_, life_.now()); }

 private:
  DeviceLife& life_;
  const McuClock& clock_;
  const ServiceTimes& times_;
  kernel::TimeNs free_ns_ = 0;
};

}  // namespace models
