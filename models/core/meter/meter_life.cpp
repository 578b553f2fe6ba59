// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The life of a meter: production line, supply, boot and loss.
#include "kernel/assert.hpp"
#include "models/core/meter/meter_node.hpp"

namespace models {

// ---- Production line ----

bool MeterNode::provision(const meter_provision& provision) {
  TWIN_ASSERT(!life_.running && boots_ == 0, boots_);
  init_instance();
  const int status = firmware().provision(instance(), &provision);
  stop_hardware();
  return status == 0;
}

bool MeterNode::calibrate(meter_calibration_step step, const meter_sums& sums,
                          const meter_reference& reference) {
  TWIN_ASSERT(!life_.running && boots_ == 0, boots_);
  // One bench session: the instance keeps what it learns until the constants are stored.
  if (step == METER_CALIBRATE_GAIN) init_instance();
  const int status = firmware().calibrate(instance(), step, &sums, &reference);
  if (step == METER_CALIBRATE_STORE) stop_hardware();
  return status == 0;
}

// ---- Mains and supply ----

void MeterNode::before_mains_change(kernel::TimeNs now) {
  if (life_.running) windows_.deliver(now);
}

void MeterNode::on_mains_change(const MainsInput::Change& change) {
  if (change.kind != MainsInput::Kind::kSagBegin) return;
  windows_.feed().set_sag(change.at, change.sag_end, change.factor);
}

void MeterNode::on_supply_event(kernel::TimeNs now, Supply::Event event) {
  const auto tell = [this](meter_power_state state) {
    upcall([state](const meter_firmware& firmware, void* self) { firmware.on_power(self, state); });
  };
  switch (event) {
    case Supply::Event::kNone:
      break;
    case Supply::Event::kBoot:
      boot(now);
      break;
    case Supply::Event::kFailing:
      tell(METER_POWER_FAILING);
      break;
    case Supply::Event::kRestored:
      tell(METER_POWER_GOOD);
      break;
    case Supply::Event::kOff:
      turn_off(now);
      break;
  }
}

// ---- Boot and loss ----

void MeterNode::init_instance() {
  board_.clock.restart();
  board_.cpu.restart();
  init(hal_);
}

void MeterNode::boot(kernel::TimeNs now) {
  TWIN_ASSERT(!life_.running);
  flash_.restore_power();
  windows_.power_on(now);
  ++boots_;
  life_.running = true;
  init_instance();
  const meter_boot_reason reason = boot_reason_;
  boot_reason_ = METER_BOOT_POWER;
  if (supply_listener_ != nullptr) supply_listener_->on_supply(now, true);
  board_.plc.power(true);
  upcall([reason](const meter_firmware& firmware, void* self) { firmware.boot(self, reason); });
}

void MeterNode::turn_off(kernel::TimeNs now) {
  if (!life_.running) return;
  if (!flash_.power_cut()) windows_.deliver(now);
  windows_.power_off(now);
  stop_hardware();
  board_.plc.power(false);
  if (!supply_.battery_good()) {
    board_.rtc.lose();
    retained_.clear();
  }
  if (supply_listener_ != nullptr) supply_listener_->on_supply(now, false);
}

void MeterNode::stop_hardware() {
  life_.running = false;
  windows_.stop();
  board_.stop();
}

void MeterNode::watchdog(kernel::TimeNs now) {
  turn_off(now);
  ++watchdog_resets_;
  boot_reason_ = METER_BOOT_WATCHDOG;
  supply_.restart(now);
}

}  // namespace models
