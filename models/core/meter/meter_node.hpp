// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "kernel/agenda.hpp"
#include "kernel/keyed_stream.hpp"
#include "meter/hal/meter_hal.h"
#include "models/core/afe/feed.hpp"
#include "models/core/meter/mains_input.hpp"
#include "models/core/meter/service_times.hpp"
#include "models/core/parts/buffer_pool.hpp"
#include "models/core/parts/flash.hpp"
#include "models/core/parts/instance_memory.hpp"
#include "models/core/parts/node_services.hpp"
#include "models/core/parts/oscillator.hpp"
#include "models/core/parts/pulse_output.hpp"
#include "models/core/parts/relay.hpp"
#include "models/core/parts/rtc.hpp"
#include "models/core/parts/serial_port.hpp"
#include "models/core/parts/supply.hpp"
#include "models/core/parts/tolerance.hpp"
#include "plc-channel/medium/modem.hpp"

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

// One meter: a firmware instance and the hardware around it, on an agenda. The same class serves
// the detailed and the fleet tier. Implements struct meter_hal; see meter_hal.h for the rules it
// keeps (upcalls never nest, windows come first).
//
// Declared work and the ports: what goes out of a UART waits for it by itself. The power line modem
// does not wait: the MAC's frames, and the instants it chooses for them, are those of a processor
// that serves its modem first. A firmware therefore hands the answer to a request to its MAC no
// earlier than work_done_us, under its own alarm.
class MeterNode final : private kernel::Entity, private WindowSink, private plc::ModemListener {
 public:
  MeterNode(const NodeServices& services, const MeterNodeConfig& config,
            std::unique_ptr<ElectricalFeed> feed);
  ~MeterNode();
  MeterNode(const MeterNode&) = delete;
  MeterNode& operator=(const MeterNode&) = delete;

  // ---- Production line: before the first power on ----
  bool provision(const meter_provision& provision);
  bool calibrate(meter_calibration_step step, const meter_sums& sums,
                 const meter_reference& reference);

  // ---- The world around it; times now or in the future ----
  void power(kernel::TimeNs at, bool on);
  void sag(kernel::TimeNs from, kernel::TimeNs to, double factor);
  void set_temperature(double celsius);
  // The clock's count jumps by itself, now: a fault. The RTC raises its interrupt, as chips with a
  // fault flag do; nothing else tells the firmware, and the match it had asked for is gone.
  void disturb_clock(double seconds);
  void set_relay_stuck(bool stuck) { relay_.set_stuck(stuck); }
  // Backup battery empty: clock and retained memory do not survive the next outage.
  void set_battery(bool good) { battery_good_ = good; }

  // ---- Ports ----
  void attach(meter_uart port, SerialLineEnd& line) { lines_[port] = &line; }
  SerialReceiver& receiver(meter_uart port) { return receivers_[port]; }
  // The power line modem, before the first power on. Fed by the meter's own supply and switched on
  // with the firmware, if that has the modem's upcalls. Without one the plc_* downcalls are NULL.
  void attach_plc(plc::Modem& modem);
  void set_supply_listener(SupplyListener& listener) { supply_listener_ = &listener; }
  // Called once, before the first upcall at or after the time (a debugger wants to stop there).
  void break_at(kernel::TimeNs at, std::function<void()> hook);

  // Delivers all windows ended so far, e.g. at the end of a run.
  void catch_up();

  // ---- What may be read from outside ----
  bool running() const { return running_; }
  std::uint32_t meter() const { return config_.meter; }
  const meter_firmware& firmware() const { return *config_.firmware; }
  const Rtc& rtc() const { return rtc_; }
  Flash& flash() { return flash_; }
  const Flash& flash() const { return flash_; }
  const Relay& relay() const { return relay_; }
  const Supply& supply() const { return supply_; }
  const MainsInput& mains() const { return mains_; }
  const PulseOutput& pulses(meter_pulse_output output) const { return pulses_[output]; }
  const ElectricalFeed& feed() const { return *feed_; }
  void* instance() { return instance_.get(); }
  struct Totals {
    std::uint64_t upcalls = 0;
    std::uint64_t windows = 0;
    std::uint32_t boots = 0;
    std::uint32_t watchdog_resets = 0;
    std::uint32_t bad_downcalls = 0;  // arguments no hardware would accept
  };
  const Totals& totals() const { return totals_; }

 private:
  friend struct MeterHalCalls;
  friend struct MeterPlcCalls;
  enum : std::uint32_t { kWindow, kSupply, kRelay, kRtc, kAlarm };  // agenda: what, in this order
  class Receiver final : public SerialReceiver {
   public:
    void on_frame(kernel::TimeNs now, std::span<const std::uint8_t> frame) override {
      node_->receive(now, port_, frame);
    }

   private:
    friend class MeterNode;
    MeterNode* node_ = nullptr;
    meter_uart port_ = METER_UART_RS485;
  };

  void on_time(kernel::TimeNs now, std::uint32_t what) override;
  void on_sums(const meter_sums& sums, std::uint32_t n_repeats) override;
  void on_samples(const meter_window& window) override;
  void on_frame(const plc::ReceivedFrame& frame) override;
  void on_beacon(const plc::HeardBeacon& beacon) override;
  void on_beacon_lost() override;

  // The windows come first, then the call itself; afterwards the supply may turn out to be gone.
  template <typename Call>
  void upcall(Call call) {
    before_upcall();
    call();
    after_upcall();
  }
  void before_upcall();
  void after_upcall();
  void receive(kernel::TimeNs now, meter_uart port, std::span<const std::uint8_t> frame);
  void deliver_windows(kernel::TimeNs now);
  void arm_window(kernel::TimeNs now);
  void step_supply(kernel::TimeNs now);
  void take_mains_change(kernel::TimeNs now);
  void handle(kernel::TimeNs now, Supply::Event event);
  void arm_supply();
  void init_instance(kernel::TimeNs now);
  void boot(kernel::TimeNs now);
  void turn_off(kernel::TimeNs now);
  void stop_hardware(kernel::TimeNs now);
  void lose_battery(kernel::TimeNs now);
  void watchdog(kernel::TimeNs now);
  void check_supply(kernel::TimeNs now);
  void settle_relay(kernel::TimeNs now);
  void rearm_rtc();
  bool uses_plc() const;
  bool broken_supply() const { return !running_ || flash_.power_cut(); }
  kernel::TimeNs window_start(kernel::TimeNs now) const;

  kernel::Agenda& agenda_;
  NodeServices services_;
  MeterNodeConfig config_;
  meter_hal hal_;
  std::unique_ptr<ElectricalFeed> feed_;
  InstanceMemory instance_;
  kernel::Timer window_timer_;
  kernel::Timer supply_timer_;
  kernel::Timer relay_timer_;
  kernel::Timer rtc_timer_;
  kernel::Timer alarm_timer_;
  Oscillator uptime_;
  Rtc rtc_;
  std::int64_t rtc_match_ticks_ = INT64_MAX;
  kernel::TimeNs cpu_free_ns_ = 0;  // when the work declared so far is done
  std::array<SerialLineEnd*, METER_UARTS> lines_{};
  std::array<Receiver, METER_UARTS> receivers_;
  plc::Modem* plc_ = nullptr;
  Flash flash_;
  Relay relay_;
  std::array<PulseOutput, METER_PULSE_OUTPUTS> pulses_;
  Supply supply_;
  MainsInput mains_;
  BufferAccount buffers_;
  kernel::KeyedStream random_;
  SupplyListener* supply_listener_ = nullptr;
  std::function<void()> break_hook_;
  kernel::TimeNs break_at_ns_ = kernel::kNever;
  kernel::TimeNs last_upcall_ns_ = -1;
  std::uint32_t upcalls_at_instant_ = 0;
  Totals totals_;
  meter_boot_reason boot_reason_ = METER_BOOT_FIRST;
  bool running_ = false;  // firmware lives
  bool in_upcall_ = false;
  bool battery_good_ = true;
  alignas(16) std::array<std::uint8_t, METER_RETAINED_BYTES> retained_{};
};

// The downcall table, without context and without a power line modem.
meter_hal meter_hal_table();
void add_plc_downcalls(meter_hal& hal);

}  // namespace models
