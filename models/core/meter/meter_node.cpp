// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/meter/meter_node.hpp"

#include <utility>

#include "kernel/assert.hpp"
#include "kernel/purpose.hpp"

namespace models {

namespace {

WindowFeed::Pace pace_of(const MeterNodeConfig& config) {
  if (config.detailed) return WindowFeed::Pace::every_window;
  return config.lazy ? WindowFeed::Pace::on_demand : WindowFeed::Pace::every_step;
}

}  // namespace

MeterNode::MeterNode(const NodeServices& services, const MeterNodeConfig& config,
                     std::unique_ptr<ElectricalFeed> feed)
    : UpcallGate(life_, *config.firmware),
      life_{services.agenda, flash_},
      meter_(config.meter),
      flash_(METER_FLASH_PAGES),
      board_{McuClock(life_, *this, node_id(meter_, kNodeMeter), kAlarm, config.tolerance.mcu_ppb),
             RtcBlock(life_, *this, node_id(meter_, kNodeMeter), kRtc, config.tolerance.rtc,
                      config.rtc_start_ticks),
             flash_,
             CpuBlock(life_, board_.clock, *config.service_times),
             UartBlock(life_, board_.cpu, *this),
             BufferAccount(services.buffers),
             RelayBlock(life_, *this, node_id(meter_, kNodeMeter), kRelay),
             PulseBlock(life_),
             CryptoBlock(services.crypto,
                         RandomSource(services.seed, config.meter, kernel::kPurposeMeterRandom)),
             PlcBlock(life_, board_.clock, *this),
             ThermometerBlock(board_.rtc.clock()),
             BatteryBlock(supply_)},
      windows_(life_, *this, *this, node_id(meter_, kNodeMeter), kWindow, std::move(feed),
               pace_of(config)),
      supply_(services.agenda, *this, node_id(meter_, kNodeMeter), kSupply, *this),
      hal_(meter::hal::table_of(board_)),
      retained_(config.firmware->retained_bytes) {
  static_assert(METER_FLASH_PAGE_BYTES == Flash::kPageBytes && METER_RTC_HZ == Rtc::kRateHz);
  TWIN_ASSERT(services.buffers.buffer_bytes() >= METER_BUFFER_BYTES);
  hal_.retained = retained_.get();
  hal_.retained_bytes = config.firmware->retained_bytes;
  hal_.plc = nullptr;
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
      return upcall([](const meter_firmware& firmware, void* self) { firmware.on_rtc(self); });
    case kAlarm:
      return upcall([](const meter_firmware& firmware, void* self) { firmware.on_alarm(self); });
    default:
      TWIN_ASSERT(false, what);
  }
}

void MeterNode::catch_up() {
  if (!life_.running) return;
  const kernel::TimeNs now = life_.now();
  windows_.deliver(now);
  windows_.arm(now);
  check_supply(now);
}

void MeterNode::after_upcall(kernel::TimeNs now, bool stuck) {
  windows_.arm(now);
  if (stuck) watchdog(now);
  check_supply(now);
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
  upcall([&relay](const meter_firmware& firmware, void* self) {
    firmware.on_relay(self, relay.closed() ? 1 : 0);
  });
}

}  // namespace models
