// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "cm1/hal/cm1_hal.h"
#include "kernel/agenda.hpp"
#include "kernel/keyed_stream.hpp"
#include "models/core/parts/flash.hpp"
#include "models/core/parts/instance_memory.hpp"
#include "models/core/parts/node_services.hpp"
#include "models/core/parts/oscillator.hpp"
#include "models/core/parts/serial_port.hpp"
#include "models/core/wan/modem_port.hpp"

namespace models {

struct Cm1NodeConfig {
  const cm1_firmware* firmware = nullptr;
  std::uint32_t module = 0;  // number of its meter
  std::int32_t mcu_ppb = 0;
  bool log_leds = false;  // keeps every change; else only the present colours
};

// One CM1 communication module: a firmware instance, its flash, its RS-485 end and its modem.
// Implements struct cm1_hal. Fed from its meter's 12 V rail.
class Cm1Node final : public SupplyListener,
                      public SerialReceiver,
                      private kernel::Entity,
                      private wan::ModemClient {
 public:
  // Data sheet: not more than 1.5 W in stand-by and 2 W during transmission.
  static constexpr double kStandbyW = 1.5;
  static constexpr double kTransmitW = 2.0;
  struct LedChange {
    kernel::TimeNs at;
    cm1_led led;
    cm1_colour colour;
  };

  Cm1Node(const NodeServices& services, const Cm1NodeConfig& config, wan::ModemPort& modem);
  Cm1Node(const Cm1Node&) = delete;
  Cm1Node& operator=(const Cm1Node&) = delete;

  // Commissioning, before the first power on.
  bool provision(const cm1_provision& provision);
  void attach(SerialLineEnd& line) { line_ = &line; }

  void on_supply(kernel::TimeNs now, bool on) override;
  void on_frame(kernel::TimeNs now, std::span<const std::uint8_t> frame) override;

  bool running() const { return running_; }
  std::uint32_t module() const { return config_.module; }
  Flash& flash() { return flash_; }
  const Flash& flash() const { return flash_; }
  cm1_colour led(cm1_led which) const { return leds_[which]; }
  const std::vector<LedChange>& led_log() const { return led_log_; }
  double energy_j(kernel::TimeNs now) const;
  void* instance() { return instance_.get(); }
  struct Totals {
    std::uint64_t upcalls = 0;
    std::uint32_t boots = 0;
    std::uint32_t watchdog_resets = 0;
    std::uint32_t bad_downcalls = 0;
  };
  const Totals& totals() const { return totals_; }

 private:
  friend struct Cm1HalCalls;
  enum : std::uint32_t { kBoot, kAlarm };  // agenda: what

  void on_time(kernel::TimeNs now, std::uint32_t what) override;
  void on_modem(wan::ModemState state) override;
  void on_socket_open(int socket, bool incoming) override;
  void on_socket_data(int socket, std::span<const std::uint8_t> octets) override;
  void on_socket_closed(int socket, wan::CloseReason reason) override;
  void on_socket_drained(int socket) override;

  template <typename Call>
  void upcall(Call call);
  void init_instance(kernel::TimeNs now);
  void turn_off(kernel::TimeNs now);

  kernel::Agenda& agenda_;
  Cm1NodeConfig config_;
  cm1_hal hal_;
  wan::ModemPort& modem_;
  InstanceMemory instance_;
  kernel::Timer boot_timer_;
  kernel::Timer alarm_timer_;
  Oscillator uptime_;
  Flash flash_;
  SerialLineEnd* line_ = nullptr;
  kernel::KeyedStream random_;
  std::array<cm1_colour, 2> leds_{};
  std::vector<LedChange> led_log_;
  kernel::TimeNs on_since_ns_ = 0;
  kernel::TimeNs on_before_ns_ = 0;
  kernel::TimeNs last_upcall_ns_ = -1;
  std::uint32_t upcalls_at_instant_ = 0;
  Totals totals_;
  bool powered_ = false;
  bool running_ = false;
  bool in_upcall_ = false;
};

cm1_hal cm1_hal_table();

}  // namespace models
