// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/meter/upcall_gate.hpp"

namespace models {

void UpcallGate::begin() {
  const kernel::TimeNs now = life_.now();
  if (now >= break_at_ns_) {
    break_at_ns_ = kernel::kNever;
    break_hook_();
  }
  before_upcall(now);
  watch_.begin(now);
}

void UpcallGate::end() {
  watch_.leave();
  after_upcall(life_.now(), watch_.stuck());
}

void UpcallGate::init(const meter_hal& hal) {
  memory_.clear();
  watch_.restart();
  within([&hal](const meter_firmware& firmware, void* instance) { firmware.init(instance, &hal); });
}

void UpcallGate::add_plc_memory() {
  memory_ = InstanceMemory(std::size_t{firmware_.instance_bytes} + firmware_.plc_bytes);
}

}  // namespace models
