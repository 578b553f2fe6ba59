// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "kernel/keyed_stream.hpp"
#include "kernel/purpose.hpp"
#include "models/core/meter/board.hpp"
#include "models/core/meter/meter_supply.hpp"
#include "models/core/meter/window_feed.hpp"
#include "models/core/parts/device.hpp"
#include "models/core/parts/rtc.hpp"

namespace models {

// What differs between two meters off the same line, apart from the analogue front end.
struct DeviceTolerance {
  RtcCrystal rtc;
  std::int32_t mcu_ppb = 0;         // the processor's own crystal: uptime and alarms
  std::int32_t clock_aged_ppb = 0;  // the RTC's crystal, since the factory
  double thermometer_k = 0;         // by which the thermometer reads too much
};

// Operations of 100 A that a relay is made for, and what one relay endures: at least that, a third
// more on average. Those behind it were done before it was mounted.
inline RelayWear draw_relay_wear(std::uint64_t seed, std::uint32_t meter, std::uint32_t rated,
                                 std::uint32_t behind) {
  kernel::KeyedStream draw(seed, meter, kernel::kPurposeDeviceTolerance, 16);
  return {behind, rated + static_cast<std::uint32_t>(draw.uniform(0, 2.0 / 3.0) * rated)};
}

struct DeviceSpread {
  double clock_ppm = 10;        // standard deviation of tuning forks, before any trim
  double mcu_ppm = 20;          // uncompensated MHz crystal, at most
  double clock_ageing_ppm = 3;  // at most: a tuning fork in its first year
  double turnover_k = 5;        // at most, around 25 degrees
  double parabola_ppb = 6;      // a square kelvin, at most, around 34
  double thermometer_k = 2;     // at most: a sensor in a microcontroller
};

inline DeviceTolerance draw_device_tolerance(std::uint64_t seed, std::uint32_t meter,
                                             const DeviceSpread& spread = {}) {
  kernel::KeyedStream draw(seed, meter, kernel::kPurposeDeviceTolerance);
  const auto within = [&draw](double most) { return draw.uniform(-most, most); };
  DeviceTolerance tolerance;
  tolerance.rtc.offset_ppb = static_cast<std::int32_t>(draw.gaussian() * 1000 * spread.clock_ppm);
  tolerance.mcu_ppb = static_cast<std::int32_t>(within(1000 * spread.mcu_ppm));
  tolerance.clock_aged_ppb = static_cast<std::int32_t>(within(1000 * spread.clock_ageing_ppm));
  tolerance.rtc.turnover_c += within(spread.turnover_k);
  tolerance.rtc.ppb_per_k2 += within(spread.parabola_ppb);
  tolerance.thermometer_k = within(spread.thermometer_k);
  return tolerance;
}

struct MeterNodeConfig {
  const meter_firmware* firmware = nullptr;
  std::uint32_t meter = 0;  // number in the scenario: keys its draws, orders it in the agenda
  bool detailed = false;    // every window delivered when it ends; else when somebody looks
  bool sleeps = false;      // the battery keeps the firmware when the mains are gone
  bool lazy = true;         // fleet tier only; false: windows are delivered at every grid step
  std::int64_t rtc_start_ticks = 0;  // what the clock showed when simulated time began
  DeviceTolerance tolerance;
  RelayWear relay;
  ImageLibrary* images = nullptr;  // none: no image is good
  ServiceTimes service_times = kServiceTimes;
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

  // The processor starts anew, now: its watchdog's doing.
  void watchdog(kernel::TimeNs now);

  // Somebody knocks at the relay, now.
  void knock_relay(bool closed);

  // Delivers all windows ended so far, e.g. at the end of a run.
  void catch_up();

  // ---- What may be read from outside ----
  Board& board() { return board_; }
  const Board& board() const { return board_; }
  Flash& flash() { return flash_; }
  const ElectricalFeed& feed() const { return windows_.feed(); }
  WindowFeed& windows() { return windows_; }
  struct Totals {
    std::uint64_t upcalls;
    std::uint64_t windows;
    std::uint32_t boots;
    std::uint32_t watchdog_resets;
    std::uint32_t bad_downcalls;
  };
  Totals totals() const;

 private:
  enum : std::uint32_t {
    kWindow,
    kSupply,
    kRelay,
    kRtc,
    kAlarm,
    kInput,
    kDisplay,
    kBattery
  };  // agenda: what, in order

  void on_time(kernel::TimeNs now, std::uint32_t what) override;
  void before_upcall(kernel::TimeNs now) override {
    if (!life_.asleep) windows_.deliver(now);
  }
  void after_upcall(kernel::TimeNs now, bool stuck) override;
  void before_mains_change(kernel::TimeNs now) override;
  void on_mains_change(const MainsInput::Change& change) override;
  void on_supply_event(kernel::TimeNs now, Supply::Event event) override;

  void init_instance();
  void boot(kernel::TimeNs now);
  void turn_off(kernel::TimeNs now);
  void lose_mains(kernel::TimeNs now);
  void stop_hardware();
  bool may_sleep() const;
  void check_supply(kernel::TimeNs now);
  void settle_relay(kernel::TimeNs now);

  DeviceLife life_;
  bool sleeps_ = false;
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
