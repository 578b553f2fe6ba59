// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Power of a meter: production line, supply, boot and loss.
#include <algorithm>

#include "kernel/assert.hpp"
#include "models/core/meter/meter_node.hpp"

namespace models {

// ---- Production line ----

bool MeterNode::provision(const meter_provision& provision) {
  TWIN_ASSERT(!running_ && totals_.boots == 0, totals_.boots);
  init_instance(agenda_.now());
  const int status = config_.firmware->provision(instance_.get(), &provision);
  stop_hardware(agenda_.now());
  return status == 0;
}

bool MeterNode::calibrate(meter_calibration_step step, const meter_sums& sums,
                          const meter_reference& reference) {
  TWIN_ASSERT(!running_ && totals_.boots == 0, totals_.boots);
  // One bench session: the instance keeps what it learns until the constants are stored.
  if (step == METER_CALIBRATE_GAIN) init_instance(agenda_.now());
  const int status = config_.firmware->calibrate(instance_.get(), step, &sums, &reference);
  if (step == METER_CALIBRATE_STORE) stop_hardware(agenda_.now());
  return status == 0;
}

// ---- Mains and supply ----

void MeterNode::power(kernel::TimeNs at, bool on) {
  mains_.power(std::max(at, agenda_.now()), on);
  arm_supply();
}

void MeterNode::sag(kernel::TimeNs from, kernel::TimeNs to, double factor) {
  mains_.sag(from, to, factor);
  arm_supply();
}

void MeterNode::arm_supply() { supply_timer_.arm(std::min(mains_.next(), supply_.deadline())); }

void MeterNode::step_supply(kernel::TimeNs now) {
  // What the capacitor decides comes before what the mains do at the same instant.
  if (supply_.deadline() <= now) handle(now, supply_.on_deadline());
  while (mains_.next() <= now) take_mains_change(now);
  arm_supply();
}

void MeterNode::take_mains_change(kernel::TimeNs now) {
  if (running_) deliver_windows(now);
  const MainsInput::Change change = mains_.take();
  if (change.kind == MainsInput::Kind::kSagBegin) {
    feed_->set_sag(change.at, change.sag_end, change.factor);
  }
  handle(now, supply_.on_mains(now, mains_.factor()));
}

void MeterNode::handle(kernel::TimeNs now, Supply::Event event) {
  switch (event) {
    case Supply::Event::kNone:
      break;
    case Supply::Event::kBoot:
      boot(now);
      break;
    case Supply::Event::kFailing:
      upcall([this] { config_.firmware->on_power(instance_.get(), METER_POWER_FAILING); });
      break;
    case Supply::Event::kRestored:
      upcall([this] { config_.firmware->on_power(instance_.get(), METER_POWER_GOOD); });
      break;
    case Supply::Event::kOff:
      turn_off(now);
      break;
  }
}

// ---- Boot and loss ----

void MeterNode::init_instance(kernel::TimeNs now) {
  instance_.clear();
  uptime_.set(now, 0);
  cpu_free_ns_ = now;
  upcalls_at_instant_ = 0;
  in_upcall_ = true;
  config_.firmware->init(instance_.get(), &hal_);
  in_upcall_ = false;
}

void MeterNode::boot(kernel::TimeNs now) {
  TWIN_ASSERT(!running_);
  flash_.restore_power();
  feed_->advance(now, *this);  // passes over the windows of the outage
  feed_->set_power(now, true);
  ++totals_.boots;
  running_ = true;
  init_instance(now);
  const meter_boot_reason reason = boot_reason_;
  boot_reason_ = METER_BOOT_POWER;
  if (supply_listener_ != nullptr) supply_listener_->on_supply(now, true);
  if (uses_plc()) plc_->power(true);
  upcall([this, reason] { config_.firmware->boot(instance_.get(), reason); });
}

void MeterNode::turn_off(kernel::TimeNs now) {
  if (!running_) return;
  if (!flash_.power_cut()) deliver_windows(now);
  // The window in which the supply ends is never completed; truth leaves it out as well.
  feed_->set_power(window_start(now), false);
  stop_hardware(now);
  if (uses_plc()) plc_->power(false);
  if (!battery_good_) lose_battery(now);
  if (supply_listener_ != nullptr) supply_listener_->on_supply(now, false);
}

void MeterNode::stop_hardware(kernel::TimeNs now) {
  running_ = false;
  alarm_timer_.disarm();
  rtc_timer_.disarm();
  relay_timer_.disarm();
  window_timer_.disarm();
  rtc_match_ticks_ = INT64_MAX;
  relay_.abandon();
  for (PulseOutput& output : pulses_) output.stop(now);
  for (SerialLineEnd* line : lines_) {
    if (line != nullptr) line->silence();
  }
  buffers_.give_all();
}

void MeterNode::lose_battery(kernel::TimeNs now) {
  rtc_.lose(now);
  retained_.fill(0);
}

void MeterNode::watchdog(kernel::TimeNs now) {
  turn_off(now);
  ++totals_.watchdog_resets;
  boot_reason_ = METER_BOOT_WATCHDOG;
  supply_.restart(now);
  arm_supply();
}

}  // namespace models
