// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/cm1/cm1_node.hpp"

#include "kernel/assert.hpp"
#include "kernel/purpose.hpp"

namespace models {

namespace {

constexpr kernel::TimeNs kStartUpNs =
    300 * kernel::kNsPerMs;  // rail to firmware: regulator and boot

// By wan::ModemState and wan::CloseReason.
constexpr cm1_modem_state kHalStates[] = {CM1_MODEM_OFF, CM1_MODEM_SEARCHING, CM1_MODEM_ATTACHED,
                                          CM1_MODEM_ONLINE};
constexpr cm1_close_reason kHalReasons[] = {CM1_CLOSED_BY_PEER, CM1_CLOSED_TIMEOUT,
                                            CM1_CLOSED_NETWORK};

}  // namespace

Cm1Node::Cm1Node(const NodeServices& services, const Cm1NodeConfig& config, wan::ModemPort& modem)
    : life_{services.agenda, flash_},
      guest_{*config.firmware, config.module},
      hal_(cm1_hal_table()),
      modem_(modem),
      instance_(guest_.firmware.instance_bytes),
      boot_timer_(services.agenda, *this, node_id(config.module, kNodeModule), kBoot),
      clock_(life_, *this, node_id(config.module, kNodeModule), kAlarm, config.mcu_ppb),
      flash_(CM1_FLASH_PAGES),
      random_(services.seed, config.module, kernel::kPurposeModuleRandom),
      leds_(life_, config.log_leds) {
  port_.turnround_ns = config.turnround_ns;
  static_assert(CM1_FLASH_PAGE_BYTES == Flash::kPageBytes && CM1_SOCKETS == wan::kModemSockets);
  hal_.context = this;
  modem_.set_client(*this);
}

bool Cm1Node::provision(const cm1_provision& provision) {
  TWIN_ASSERT(!rail_.on() && boots_ == 0, boots_);
  init_instance();
  return provision_instance(provision);
}

bool Cm1Node::provision_instance(const cm1_provision& provision) noexcept {
  const FirmwareCall in("module", guest_.module, "provision", life_.now());
  return guest_.firmware.provision(instance_.get(), &provision) == 0;
}

template <typename... Parameters, typename... Arguments>
void Cm1Node::upcall(const char* name, void (*cm1_firmware::*entry)(void*, Parameters...),
                     Arguments... arguments) noexcept {
  if (!life_.running) return;
  watch_.begin(life_.now());
  {
    const FirmwareCall in("module", guest_.module, name, life_.now());
    (guest_.firmware.*entry)(instance_.get(), arguments...);
  }
  watch_.leave();
  if (flash_.power_cut()) {
    turn_off();
  } else if (watch_.stuck()) {
    turn_off();
    ++watchdog_resets_;
    boot_timer_.arm(life_.now() + kStartUpNs);
  }
}

void Cm1Node::init_instance() noexcept {
  instance_.clear();
  clock_.restart();
  watch_.restart();
  watch_.enter();
  {
    const FirmwareCall in("module", guest_.module, "init", life_.now());
    guest_.firmware.init(instance_.get(), &hal_);
  }
  watch_.leave();
}

// ---- Supply ----

void Cm1Node::on_supply(kernel::TimeNs now, bool on) {
  if (on == rail_.on()) return;
  rail_.set(now, on);
  if (on) return boot_timer_.arm(now + kStartUpNs);
  boot_timer_.disarm();
  turn_off();
}

void Cm1Node::turn_off() {
  if (!life_.running) return;
  life_.running = false;
  clock_.stop();
  modem_.power(false);
  if (port_.line != nullptr) port_.line->silence();
  leds_.stop();
}

void Cm1Node::on_time(kernel::TimeNs, std::uint32_t what) {
  if (what == kAlarm) return upcall("on_alarm", &cm1_firmware::on_alarm);
  flash_.restore_power();
  ++boots_;
  life_.running = true;
  init_instance();
  upcall("boot", &cm1_firmware::boot);
}

// ---- What arrives ----

void Cm1Node::on_frame(kernel::TimeNs, std::span<const std::uint8_t> frame) {
  upcall("on_rs485", &cm1_firmware::on_rs485, frame.data(),
         static_cast<std::uint32_t>(frame.size()));
}

void Cm1Node::on_modem(wan::ModemState state) {
  upcall("on_modem", &cm1_firmware::on_modem, kHalStates[static_cast<std::size_t>(state)]);
}

void Cm1Node::on_socket_open(int socket, bool incoming) {
  upcall("on_socket_open", &cm1_firmware::on_socket_open, socket, incoming ? 1 : 0);
}

void Cm1Node::on_socket_data(int socket, std::span<const std::uint8_t> octets) {
  upcall("on_socket_data", &cm1_firmware::on_socket_data, socket, octets.data(),
         static_cast<std::uint32_t>(octets.size()));
}

void Cm1Node::on_socket_closed(int socket, wan::CloseReason reason) {
  upcall("on_socket_closed", &cm1_firmware::on_socket_closed, socket,
         kHalReasons[static_cast<std::size_t>(reason)]);
}

void Cm1Node::on_socket_drained(int socket) {
  upcall("on_socket_drained", &cm1_firmware::on_socket_drained, socket);
}

}  // namespace models
