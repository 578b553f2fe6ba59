// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "meter/hal/meter_hal.h"
#include "models/core/parts/device.hpp"

namespace models {

// One firmware instance, and the only way into it: upcalls never nest.
class UpcallGate {
 public:
  UpcallGate(DeviceLife& life, const meter_firmware& firmware)
      : life_(life), firmware_(firmware), memory_(firmware.instance_bytes) {}
  UpcallGate(const UpcallGate&) = delete;
  UpcallGate& operator=(const UpcallGate&) = delete;

  // The windows come first, then the call itself; afterwards the supply may turn out to be gone.
  // Not at all while the firmware is off.
  template <typename Call>
  void upcall(Call call) {
    if (!life_.running) return;
    begin();
    call(firmware_, memory_.get());
    end();
  }
  // Between two upcalls, as part of one: windows.
  template <typename Call>
  void within(Call call) {
    watch_.enter();
    call(firmware_, memory_.get());
    watch_.leave();
  }
  void init(const meter_hal& hal) {
    memory_.clear();
    watch_.restart();
    within(
        [&hal](const meter_firmware& firmware, void* instance) { firmware.init(instance, &hal); });
  }
  // Memory for a power line modem behind the instance, if the firmware wants it.
  void add_plc_memory() {
    memory_ = InstanceMemory(std::size_t{firmware_.instance_bytes} + firmware_.plc_bytes);
  }

  // Called once, before the first upcall at or after the time (a debugger wants to stop there).
  void break_at(kernel::TimeNs at, std::function<void()> hook) {
    break_at_ns_ = at;
    break_hook_ = std::move(hook);
  }
  const meter_firmware& firmware() const { return firmware_; }
  void* instance() { return memory_.get(); }
  bool running() const { return life_.running; }
  std::uint64_t upcalls() const { return watch_.upcalls(); }

 protected:
  ~UpcallGate() = default;

 private:
  virtual void before_upcall(kernel::TimeNs now) = 0;
  virtual void after_upcall(kernel::TimeNs now, bool stuck) = 0;
  void begin() {
    const kernel::TimeNs now = life_.now();
    if (now >= break_at_ns_) {
      break_at_ns_ = kernel::kNever;
      break_hook_();
    }
    before_upcall(now);
    watch_.begin(now);
  }
  void end() {
    watch_.leave();
    after_upcall(life_.now(), watch_.stuck());
  }

  DeviceLife& life_;
  const meter_firmware& firmware_;
  InstanceMemory memory_;
  std::function<void()> break_hook_;
  kernel::TimeNs break_at_ns_ = kernel::kNever;
  UpcallWatch watch_;
};

}  // namespace models
