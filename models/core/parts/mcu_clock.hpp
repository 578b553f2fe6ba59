// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/core/parts/device.hpp"
#include "models/core/parts/oscillator.hpp"

namespace models {

// The processor's microseconds and its one alarm.
class McuClock {
 public:
  McuClock(const DeviceLife& life, kernel::Entity& entity, kernel::EntityId id, std::uint32_t what,
           std::int32_t deviation_ppb)
      : life_(life), alarm_(life.agenda, entity, id, what), oscillator_(kUptimeHz, deviation_ppb) {}

  // ---- hal: clock ----
  std::int64_t uptime_us() const { return oscillator_.count_at(life_.now()); }
  void alarm_us(std::int64_t at_us) {
    if (!life_.running) return;  // on the production line nothing runs by itself
    alarm_.arm(at_us == INT64_MAX ? kernel::kNever : oscillator_.time_of(at_us));
  }

  void restart() { oscillator_.set(life_.now(), 0); }
  void stop() { alarm_.disarm(); }
  const Oscillator& oscillator() const { return oscillator_; }

 private:
  static constexpr std::int64_t kUptimeHz = 1'000'000;

  const DeviceLife& life_;
  kernel::Timer alarm_;
  Oscillator oscillator_;
};

}  // namespace models
