// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/meter/meter_node.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "kernel/assert.hpp"
#include "kernel/purpose.hpp"

namespace models {
namespace {

WindowFeed::Pace pace_of(const MeterNodeConfig& config) {
  if (config.detailed) return WindowFeed::Pace::every_window;
  return config.lazy ? WindowFeed::Pace::on_demand : WindowFeed::Pace::every_step;
}

// For another firmware: as far as that has it, too, it stays as it is.
void resize(InstanceMemory& retained, std::uint32_t bytes, meter_hal& hal) {
  InstanceMemory next(bytes);
  std::memcpy(next.get(), retained.get(), std::min(next.bytes(), retained.bytes()));
  retained = std::move(next);
  hal.retained = retained.get();
  hal.retained_bytes = bytes;
}

}  // namespace

MeterNode::MeterNode(const NodeServices& services, const MeterNodeConfig& config,
                     std::unique_ptr<ElectricalFeed> feed)
    : UpcallGate(life_, *config.firmware, config.meter),
      life_{services.agenda, flash_},
      sleeps_(config.sleeps),
      flash_(METER_FLASH_PAGES),
      board_{{flash_, ProgramBlock(life_)},
             McuClock(life_, *this, node_id(meter(), kNodeMeter), kAlarm, config.tolerance.mcu_ppb),
             RtcBlock(life_, *this, node_id(meter(), kNodeMeter), kRtc, config.tolerance.rtc,
                      config.rtc_start_ticks),
             CpuBlock(life_, board_.clock, config.service_times),
             UartBlock(life_, board_.cpu, *this),
             BufferAccount(services.buffers),
             RelayBlock(life_, *this, node_id(meter(), kNodeMeter), kRelay, config.relay),
             PulseBlock(life_, board_.uarts),
             CryptoBlock(services.crypto,
                         RandomSource(services.seed, config.meter, kernel::kPurposeMeterRandom)),
             PlcBlock(life_, board_.clock, *this),
             ThermometerBlock(board_.rtc.clock(), config.tolerance.thermometer_k),
             BatteryBlock(life_, *this, node_id(meter(), kNodeMeter), kBattery),
             InputBlock(life_, *this, *this, node_id(meter(), kNodeMeter), kInput),
             DisplayBlock(life_, *this, *this, node_id(meter(), kNodeMeter), kDisplay),
             SampleBlock(windows_),
             ImageBlock(flash_, config.images, *config.firmware)},
      windows_(life_, *this, *this, node_id(meter(), kNodeMeter), kWindow, std::move(feed),
               pace_of(config)),
      supply_(services.agenda, *this, node_id(meter(), kNodeMeter), kSupply, *this),
      hal_(meter::hal::table_of(board_)),
      retained_(config.firmware->retained_bytes) {
  static_assert(METER_FLASH_PAGE_BYTES == Flash::kPageBytes && METER_RTC_HZ == Rtc::kRateHz);
  TWIN_ASSERT(services.buffers.buffer_bytes() >= METER_BUFFER_BYTES);
  hal_.retained = retained_.get();
  hal_.retained_bytes = config.firmware->retained_bytes;
  hal_.capabilities = METER_HAS_NEUTRAL;
  hal_.plc = nullptr;
  hal_.capabilities |= METER_HAS_HALF_CYCLES;
  if (config.sleeps) hal_.capabilities |= METER_HAS_SLEEP;
}

void MeterNode::attach_plc(plc::Modem& modem) {
  TWIN_ASSERT(!life_.running && boots_ == 0, boots_);
  board_.plc.attach(modem);
  hal_.plc = meter::hal::table_of(board_).plc;
}

MeterNode::Totals MeterNode::totals() const {
  return {upcalls(), windows_.windows(), boots_, watchdog_resets_, life_.bad_downcalls};
}

void MeterNode::on_time(kernel::TimeNs now, std::uint32_t what) {
  switch (what) {
    case kWindow:
      return catch_up();
    case kSupply:
      return supply_.step(now);
    case kRelay:
      return settle_relay(now);
    case kRtc:
      board_.rtc.matched();
      return upcall("on_rtc", &meter_firmware::on_rtc);
    case kAlarm:
      return upcall("on_alarm", &meter_firmware::on_alarm);
    case kInput:
      return board_.inputs.step(now);
    case kDisplay:
      return board_.display.step(now);
    case kBattery:  // dead: clock and retained memory live on nothing else now
      if (life_.asleep) stop_hardware();
      TWIN_ASSERT(!life_.running);
      board_.rtc.lose();
      return retained_.clear();
    default:
      TWIN_ASSERT(false, what);
  }
}

void MeterNode::catch_up() {
  if (!life_.running || life_.asleep) return;
  const kernel::TimeNs now = life_.now();
  windows_.deliver(now);
  windows_.arm(now);
  check_supply(now);
}

void MeterNode::after_upcall(kernel::TimeNs now, bool stuck) {
  board_.samples.forget();
  if (!life_.asleep) windows_.arm(now);
  if (life_.asleep) board_.battery.wake();
  if (stuck) watchdog(now);
  check_supply(now);
  if (!life_.running || !board_.images.wants_reset()) return;
  turn_off(now);
  supply_.restart(now);
}

// The injected cut of the flash takes the whole meter down.
void MeterNode::check_supply(kernel::TimeNs now) {
  if (!life_.running || !flash_.power_cut()) return;
  turn_off(now);
  supply_.collapse();
}

void MeterNode::settle_relay(kernel::TimeNs now) {
  windows_.deliver(now);
  const Relay& relay = board_.relay.relay();
  if (board_.relay.settle()) windows_.feed().set_relay(now, relay.closed());
  upcall("on_relay", &meter_firmware::on_relay, relay.closed() ? 1 : 0);
}

void MeterNode::knock_relay(bool closed) {
  const kernel::TimeNs now = life_.now();
  if (life_.running) windows_.deliver(now);
  if (!board_.relay.knock(closed)) return;
  windows_.feed().set_relay(now, closed);
  if (life_.running) upcall("on_relay", &meter_firmware::on_relay, closed ? 1 : 0);
}

// ---- Production line ----

bool MeterNode::provision(const meter_provision& provision) {
  TWIN_ASSERT(!life_.running && boots_ == 0, boots_);
  init_instance();
  const int status = within("provision", &meter_firmware::provision, &provision);
  stop_hardware();
  return status == 0;
}

bool MeterNode::calibrate(meter_calibration_step step, const meter_sums& sums,
                          const meter_reference& reference) {
  TWIN_ASSERT(!life_.running && boots_ == 0, boots_);
  // One bench session: the instance keeps what it learns until the constants are stored.
  if (step == METER_CALIBRATE_GAIN) init_instance();
  const int status = within("calibrate", &meter_firmware::calibrate, step, &sums, &reference);
  if (step == METER_CALIBRATE_STORE) stop_hardware();
  return status == 0;
}

// ---- Mains and supply ----

void MeterNode::before_mains_change(kernel::TimeNs now) {
  if (life_.running && !life_.asleep) windows_.deliver(now);
}

void MeterNode::on_mains_change(const MainsInput::Change& change) {
  using Kind = MainsInput::Kind;
  if (change.kind != Kind::kSagBegin && change.kind != Kind::kSagEnd) return;
  if (change.kind == Kind::kSagBegin) {
    windows_.feed().set_sag(change.at, change.sag_end, change.factor);
  }
  if (life_.running && !life_.asleep) windows_.watch(change.at);
}

void MeterNode::on_supply_event(kernel::TimeNs now, Supply::Event event) {
  const auto tell = [this](meter_power_state state) {
    upcall("on_power", &meter_firmware::on_power, state);
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
      if (!may_sleep()) return turn_off(now);
      lose_mains(now);
      life_.asleep = true;
      board_.battery.feed(BatteryBlock::Duty::sleep);
      tell(METER_POWER_BATTERY);
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
  if (life_.asleep) stop_hardware();
  TWIN_ASSERT(!life_.running);
  flash_.restore_power();
  board_.images.restore_power();
  windows_.power_on(now);
  ++boots_;
  const ImageBlock::Start start = board_.images.start();
  const meter_boot_reason otherwise = std::exchange(boot_reason_, METER_BOOT_POWER);
  if (start.another) {
    const bool back = start.reason == METER_BOOT_IMAGE_BEFORE;
    back ? board_.program.use_before() : board_.program.use_other();
    load(*start.firmware);
    resize(retained_, start.firmware->retained_bytes, hal_);
  }
  life_.running = true;
  board_.battery.feed(BatteryBlock::Duty::none);
  init_instance();
  if (supply_listener_ != nullptr) supply_listener_->on_supply(now, true);
  board_.plc.power(true);
  board_.inputs.power_on();
  upcall("boot", &meter_firmware::boot, start.another ? start.reason : otherwise);
  if (!life_.running || !board_.images.on_trial()) return;
  turn_off(life_.now());  // not confirmed
  supply_.restart(life_.now());
}

bool MeterNode::may_sleep() const {
  const bool can = sleeps_ && (firmware().capabilities & METER_SLEEPS) != 0;
  return life_.running && can && board_.battery.good() && !flash_.power_cut();
}

// What hangs on the mains, but for the processor.
void MeterNode::lose_mains(kernel::TimeNs now) {
  windows_.deliver(now);
  windows_.power_off(now);
  windows_.stop();
  board_.relay.stop();
  board_.pulses.stop();
  board_.uarts.silence();
  board_.plc.power(false);
  if (supply_listener_ != nullptr) supply_listener_->on_supply(now, false);
}

void MeterNode::turn_off(kernel::TimeNs now) {
  if (!life_.running) return;
  board_.battery.feed(BatteryBlock::Duty::clock);
  if (life_.asleep) return stop_hardware();
  if (!flash_.power_cut()) windows_.deliver(now);
  windows_.power_off(now);
  stop_hardware();
  board_.plc.power(false);
  if (supply_listener_ != nullptr) supply_listener_->on_supply(now, false);
}

void MeterNode::stop_hardware() {
  life_.running = life_.asleep = false;
  windows_.stop();
  stop(board_);
}

void MeterNode::watchdog(kernel::TimeNs now) {
  const bool on_battery = life_.asleep;
  turn_off(now);
  ++watchdog_resets_;
  boot_reason_ = METER_BOOT_WATCHDOG;
  if (on_battery) return;
  board_.battery.feed(BatteryBlock::Duty::none);  // the mains are there
  supply_.restart(now);
}

}  // namespace models
