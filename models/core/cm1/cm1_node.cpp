// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/cm1/cm1_node.hpp"

#include "kernel/assert.hpp"
#include "kernel/purpose.hpp"

namespace models {

namespace {

constexpr std::int64_t kUptimeHz = 1'000'000;
constexpr kernel::TimeNs kStartUpNs =
    300 * kernel::kNsPerMs;                         // rail to firmware: regulator and boot
constexpr std::uint32_t kWatchdogUpcalls = 10'000;  // at one instant: no progress any more

cm1_modem_state hal_state(wan::ModemState state) {
  switch (state) {
    case wan::ModemState::kOff:
      return CM1_MODEM_OFF;
    case wan::ModemState::kSearching:
      return CM1_MODEM_SEARCHING;
    case wan::ModemState::kAttached:
      return CM1_MODEM_ATTACHED;
    case wan::ModemState::kOnline:
      return CM1_MODEM_ONLINE;
  }
  return CM1_MODEM_OFF;
}

cm1_close_reason hal_reason(wan::CloseReason reason) {
  switch (reason) {
    case wan::CloseReason::kByPeer:
      return CM1_CLOSED_BY_PEER;
    case wan::CloseReason::kTimeout:
      return CM1_CLOSED_TIMEOUT;
    case wan::CloseReason::kNetwork:
      return CM1_CLOSED_NETWORK;
  }
  return CM1_CLOSED_NETWORK;
}

}  // namespace

Cm1Node::Cm1Node(const NodeServices& services, const Cm1NodeConfig& config, wan::ModemPort& modem)
    : agenda_(services.agenda),
      config_(config),
      hal_(cm1_hal_table()),
      modem_(modem),
      instance_(config.firmware->instance_bytes),
      boot_timer_(agenda_, *this, node_id(config.module, kNodeModule), kBoot),
      alarm_timer_(agenda_, *this, node_id(config.module, kNodeModule), kAlarm),
      uptime_(kUptimeHz, config.mcu_ppb),
      flash_(CM1_FLASH_PAGES),
      random_(services.seed, config.module, kernel::kPurposeModuleRandom) {
  static_assert(CM1_FLASH_PAGE_BYTES == Flash::kPageBytes && CM1_SOCKETS == wan::kModemSockets);
  hal_.context = this;
  modem_.set_client(*this);
}

bool Cm1Node::provision(const cm1_provision& provision) {
  TWIN_ASSERT(!powered_ && totals_.boots == 0, totals_.boots);
  init_instance(agenda_.now());
  return config_.firmware->provision(instance_.get(), &provision) == 0;
}

template <typename Call>
void Cm1Node::upcall(Call call) {
  if (!running_) return;
  TWIN_ASSERT(!in_upcall_);
  const kernel::TimeNs now = agenda_.now();
  upcalls_at_instant_ = now == last_upcall_ns_ ? upcalls_at_instant_ + 1 : 0;
  last_upcall_ns_ = now;
  ++totals_.upcalls;
  in_upcall_ = true;
  call();
  in_upcall_ = false;
  if (flash_.power_cut()) {
    turn_off(now);
  } else if (upcalls_at_instant_ >= kWatchdogUpcalls) {
    turn_off(now);
    ++totals_.watchdog_resets;
    boot_timer_.arm(now + kStartUpNs);
  }
}

void Cm1Node::init_instance(kernel::TimeNs now) {
  instance_.clear();
  uptime_.set(now, 0);
  upcalls_at_instant_ = 0;
  in_upcall_ = true;
  config_.firmware->init(instance_.get(), &hal_);
  in_upcall_ = false;
}

// ---- Supply ----

void Cm1Node::on_supply(kernel::TimeNs now, bool on) {
  if (on == powered_) return;
  powered_ = on;
  if (on) {
    on_since_ns_ = now;
    boot_timer_.arm(now + kStartUpNs);
    return;
  }
  on_before_ns_ += now - on_since_ns_;
  boot_timer_.disarm();
  turn_off(now);
}

void Cm1Node::turn_off(kernel::TimeNs now) {
  if (!running_) return;
  running_ = false;
  alarm_timer_.disarm();
  modem_.power(false);
  if (line_ != nullptr) line_->silence();
  for (std::size_t led = 0; led < leds_.size(); ++led) {
    if (leds_[led] == CM1_LED_OFF) continue;
    leds_[led] = CM1_LED_OFF;
    if (config_.log_leds) led_log_.push_back({now, static_cast<cm1_led>(led), CM1_LED_OFF});
  }
}

double Cm1Node::energy_j(kernel::TimeNs now) const {
  const kernel::TimeNs on_ns = on_before_ns_ + (powered_ ? now - on_since_ns_ : 0);
  constexpr double kSeconds = 1.0 / kernel::kNsPerSecond;
  return kStandbyW * static_cast<double>(on_ns) * kSeconds +
         (kTransmitW - kStandbyW) * static_cast<double>(modem_.transmit_ns()) * kSeconds;
}

void Cm1Node::on_time(kernel::TimeNs now, std::uint32_t what) {
  if (what == kAlarm) {
    upcall([this] { config_.firmware->on_alarm(instance_.get()); });
    return;
  }
  flash_.restore_power();
  ++totals_.boots;
  running_ = true;
  init_instance(now);
  upcall([this] { config_.firmware->boot(instance_.get()); });
}

// ---- What arrives ----

void Cm1Node::on_frame(kernel::TimeNs, std::span<const std::uint8_t> frame) {
  upcall([&] {
    config_.firmware->on_rs485(instance_.get(), frame.data(),
                               static_cast<std::uint32_t>(frame.size()));
  });
}

void Cm1Node::on_modem(wan::ModemState state) {
  upcall([&] { config_.firmware->on_modem(instance_.get(), hal_state(state)); });
}

void Cm1Node::on_socket_open(int socket, bool incoming) {
  upcall([&] { config_.firmware->on_socket_open(instance_.get(), socket, incoming ? 1 : 0); });
}

void Cm1Node::on_socket_data(int socket, std::span<const std::uint8_t> octets) {
  upcall([&] {
    config_.firmware->on_socket_data(instance_.get(), socket, octets.data(),
                                     static_cast<std::uint32_t>(octets.size()));
  });
}

void Cm1Node::on_socket_closed(int socket, wan::CloseReason reason) {
  upcall([&] { config_.firmware->on_socket_closed(instance_.get(), socket, hal_reason(reason)); });
}

void Cm1Node::on_socket_drained(int socket) {
  upcall([&] { config_.firmware->on_socket_drained(instance_.get(), socket); });
}

}  // namespace models
