// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "models/core/meter/board.hpp"
#include "models/core/meter/meter_supply.hpp"
#include "models/core/meter/window_feed.hpp"
#include "models/core/parts/device.hpp"
#include "models/core/parts/tolerance.hpp"

namespace models {

struct MeterNodeConfig {
  const meter_firmware* firmware = nullptr;
  std::uint32_t meter = 0;  // number in the scenario: keys its draws, orders it in the agenda
  bool detailed = false;    // every window delivered when it ends; else when somebody looks
  bool lazy = true;         // fleet tier only; false: windows are delivered at every grid step
  std::int64_t rtc_start_ticks = 0;  // what the clock showed when simulated time began
  DeviceTolerance tolerance;
  const ServiceTimes* service_times = &kProvisionalServiceTimes;
};

// One meter on an agenda: a firmware instance, the board it sees, the front end and the supply. The
// same class serves the detailed and the fleet tier. Keeps the rules of meter_hal.h: upcalls never
// nest, windows come first.
class MeterNode final : public UpcallGate, private kernel::Entity, private SupplyClient {
 public:
  MeterNode(const NodeServices& services, const MeterNodeConfig& config,
            std::unique_ptr<ElectricalFeed> feed);

  // ---- Production line: before the first power on ----
  bool provision(const meter_provision& provision);
  bool calibrate(meter_calibration_step step, const meter_sums& sums,
                 const meter_reference& reference);

  // ---- The world around it ----
  MeterSupply& supply() { return supply_; }
  const MeterSupply& supply() const { return supply_; }
  void power(kernel::TimeNs at, bool on) { supply_.power(at, on); }
  void set_supply_listener(SupplyListener& listener) { supply_listener_ = &listener; }
  // The power line modem, before the first power on. Fed by the meter's own supply and switched on
  // with the firmware, if that has the modem's upcalls. Without one hal->plc is NULL.
  void attach_plc(plc::Modem& modem);

  // Delivers all windows ended so far, e.g. at the end of a run.
  void catch_up();

  // ---- What may be read from outside ----
  std::uint32_t meter() const { return meter_; }
  Board& board() { return board_; }
  const Board& board() const { return board_; }
  Flash& flash() { return flash_; }
  const Flash& flash() const { return flash_; }
  const ElectricalFeed& feed() const { return windows_.feed(); }
  struct Totals {
    std::uint64_t upcalls;
    std::uint64_t windows;
    std::uint32_t boots;
    std::uint32_t watchdog_resets;
    std::uint32_t bad_downcalls;
  };
  Totals totals() const;

 private:
  enum : std::uint32_t { kWindow, kSupply, kRelay, kRtc, kAlarm };  // agenda: what, in this order

  void on_time(kernel::TimeNs now, std::uint32_t what) override;
  void before_upcall(kernel::TimeNs now) override { windows_.deliver(now); }
  void after_upcall(kernel::TimeNs now, bool stuck) override;
  void before_mains_change(kernel::TimeNs now) override;
  void on_mains_change(const MainsInput::Change& change) override;
  void on_supply_event(kernel::TimeNs now, Supply::Event event) override;

  void init_instance();
  void boot(kernel::TimeNs now);
  void turn_off(kernel::TimeNs now);
  void stop_hardware();
  void watchdog(kernel::TimeNs now);
  void check_supply(kernel::TimeNs now);
  void settle_relay(kernel::TimeNs now);

  DeviceLife life_;
  std::uint32_t meter_;
  std::uint32_t boots_ = 0;
  std::uint32_t watchdog_resets_ = 0;
  meter_boot_reason boot_reason_ = METER_BOOT_FIRST;
  Flash flash_;
  Board board_;
  WindowFeed windows_;
  MeterSupply supply_;
  SupplyListener* supply_listener_ = nullptr;
  meter_hal hal_;
  InstanceMemory retained_;
};

}  // namespace models
