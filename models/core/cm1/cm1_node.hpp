// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "cm1/hal/cm1_hal.h"
#include "models/core/parts/device.hpp"
#include "models/core/parts/firmware_call.hpp"
#include "models/core/wan/ports.hpp"

namespace models {

// The two LEDs.
class LedBlock {
 public:
  struct Change {
    kernel::TimeNs at;
    cm1_led led;
    cm1_colour colour;
  };

  // `log`: keeps every change; else only the present colours.
  LedBlock(DeviceLife& life, bool log) : life_(life), log_changes_(log) {}

  // ---- hal ----
  void led(cm1_led which, cm1_colour colour) {
    if (static_cast<std::size_t>(which) >= colours_.size() || colour > CM1_LED_YELLOW) {
      life_.refuse();
    } else if (life_.alive()) {
      show(which, colour);
    }
  }

  void stop() {
    show(CM1_LED_SIGNAL, CM1_LED_OFF);
    show(CM1_LED_STATE, CM1_LED_OFF);
  }
  cm1_colour colour(cm1_led which) const { return static_cast<cm1_colour>(colours_[which]); }
  const std::vector<Change>& log() const { return log_; }

 private:
  void show(cm1_led which, cm1_colour colour) {
    if (colours_[which] == colour) return;
    colours_[which] = static_cast<std::uint8_t>(colour);
    if (log_changes_) log_.push_back({life_.now(), which, colour});
  }

  DeviceLife& life_;
  std::vector<Change> log_;
  std::array<std::uint8_t, 2> colours_{};
  bool log_changes_;
};

// The 12 V rail from the meter, and what the module takes from it.
class ModuleRail {
 public:
  // Data sheet: not more than 1.5 W in stand-by and 2 W during transmission.
  static constexpr double kStandbyW = 1.5;
  static constexpr double kTransmitW = 2.0;

  bool on() const { return on_since_ns_ != kernel::kNever; }
  void set(kernel::TimeNs now, bool is_on) {
    on_before_ns_ = on_ns(now);
    on_since_ns_ = is_on ? now : kernel::kNever;
  }
  double energy_j(kernel::TimeNs now, kernel::TimeNs transmit_ns) const {
    constexpr double kSeconds = 1.0 / kernel::kNsPerSecond;
    return kStandbyW * static_cast<double>(on_ns(now)) * kSeconds +
           (kTransmitW - kStandbyW) * static_cast<double>(transmit_ns) * kSeconds;
  }

 private:
  kernel::TimeNs on_ns(kernel::TimeNs now) const {
    return on_before_ns_ + (on() ? now - on_since_ns_ : 0);
  }

  kernel::TimeNs on_since_ns_ = kernel::kNever;  // kNever: off
  kernel::TimeNs on_before_ns_ = 0;
};

struct Cm1NodeConfig {
  const cm1_firmware* firmware = nullptr;
  std::uint32_t module = 0;  // number of its meter
  std::int32_t mcu_ppb = 0;
  bool log_leds = false;  // keeps every change; else only the present colours
  // Until a frame leaves: the CPU does no cryptography, the driver turns round. Assumed.
  kernel::TimeNs turnround_ns = 3 * kernel::kNsPerMs;
};

// One CM1 communication module: a firmware instance, its flash, its RS-485 end and its modem.
// Implements struct cm1_hal. Fed from its meter's 12 V rail.
class Cm1Node final : public SupplyListener,
                      public SerialReceiver,
                      private kernel::Entity,
                      private wan::ModemClient {
 public:
  Cm1Node(const NodeServices& services, const Cm1NodeConfig& config, wan::ModemPort& modem);
  Cm1Node(const Cm1Node&) = delete;
  Cm1Node& operator=(const Cm1Node&) = delete;

  // Commissioning, before the first power on.
  bool provision(const cm1_provision& provision);
  void attach(SerialLineEnd& line) { port_.line = &line; }

  void on_supply(kernel::TimeNs now, bool on) override;
  void on_frame(kernel::TimeNs now, std::span<const std::uint8_t> frame) override;

  bool running() const { return life_.running; }
  Flash& flash() { return flash_; }
  const LedBlock& leds() const { return leds_; }
  double energy_j(kernel::TimeNs now) const { return rail_.energy_j(now, modem_.transmit_ns()); }
  struct Totals {
    std::uint64_t upcalls;
    std::uint32_t boots;
    std::uint32_t watchdog_resets;
    std::uint32_t bad_downcalls;
  };
  Totals totals() const {
    return {watch_.upcalls(), boots_, watchdog_resets_, life_.bad_downcalls};
  }

 private:
  friend struct Cm1HalCalls;
  enum : std::uint32_t { kBoot, kAlarm };  // agenda: what

  void on_time(kernel::TimeNs now, std::uint32_t what) override;
  void on_modem(wan::ModemState state) override;
  void on_socket_open(int socket, bool incoming) override;
  void on_socket_data(int socket, std::span<const std::uint8_t> octets) override;
  void on_socket_closed(int socket, wan::CloseReason reason) override;
  void on_socket_drained(int socket) override;

  template <typename... Parameters, typename... Arguments>
  void upcall(const char* name, void (*cm1_firmware::*entry)(void*, Parameters...),
              Arguments... arguments) noexcept;  // std::terminate names a firmware that throws
  void init_instance() noexcept;
  bool provision_instance(const cm1_provision& provision) noexcept;
  void turn_off();

  DeviceLife life_;
  struct Guest {
    const cm1_firmware& firmware;
    std::uint32_t module;  // its number
  };
  Guest guest_;
  cm1_hal hal_;
  wan::ModemPort& modem_;
  InstanceMemory instance_;
  kernel::Timer boot_timer_;
  McuClock clock_;
  Flash flash_;
  struct {
    SerialLineEnd* line = nullptr;
    kernel::TimeNs turnround_ns = 0;
  } port_;
  RandomSource random_;
  LedBlock leds_;
  ModuleRail rail_;
  UpcallWatch watch_;
  std::uint32_t boots_ = 0;
  std::uint32_t watchdog_resets_ = 0;
};

cm1_hal cm1_hal_table();

}  // namespace models
