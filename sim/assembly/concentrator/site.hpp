// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "kernel/agenda.hpp"
#include "kernel/keyed_stream.hpp"
#include "plc-channel/medium/modem.hpp"
#include "protocol/hosted/crypto_openssl/engine.hpp"
#include "sim/assembly/concentrator/disk.hpp"
#include "sim/assembly/concentrator/program_gate.hpp"
#include "sim/assembly/concentrator/site_clock.hpp"
#include "sim/assembly/concentrator/wan_port.hpp"
#include "sim/assembly/identity/identity.hpp"
#include "sim/scenario/scenario.hpp"

namespace sim::run {

// Concentrators act after all meters of an instant; their number on the networks.
inline constexpr kernel::EntityId kFirstConcentratorEntity = 0x8000'0000u;
inline constexpr std::uint32_t kFirstConcentratorDevice = 1'000'000;
constexpr kernel::EntityId concentrator_entity(std::uint32_t number, std::uint32_t kind) {
  return kFirstConcentratorEntity + 8 * number + kind;
}
constexpr std::uint32_t concentrator_device(std::uint32_t number) {
  return kFirstConcentratorDevice + number;
}

// One substation: the concentrator's program on its hardware. The program is destroyed when the
// supply goes and built anew over the same disk when it returns.
class ConcentratorSite final : private kernel::Entity,
                               private dcu::app::Clock,
                               private dcu::app::Random,
                               private dcu::app::Log {
 public:
  // From the supply's return to the first instruction of the program.
  static constexpr kernel::TimeNs kBootNs = 20 * kernel::kNsPerSecond;

  ConcentratorSite(kernel::Agenda& agenda, const Scenario& scenario, std::uint32_t number,
                   plc::Modem& plc, models::wan::ModemPort& uplink);
  ~ConcentratorSite();

  // Whoever wants to see; before the first power on.
  void set_observer(dcu::app::Observer& observer) { observer_ = &observer; }
  // Factory: identity, keys, meter list and tasks onto the disk.
  void commission();
  // Both also from within its own calls; they take effect when these have returned.
  void power(kernel::TimeNs at, bool on);
  // The supply fails inside the n-th write to the disk from now on and returns after `off_ns`.
  void tear_write(std::uint64_t n, std::size_t octets, kernel::TimeNs off_ns);

  std::uint32_t number() const { return identity_.number; }
  const ConcentratorIdentity& identity() const { return identity_; }
  bool running() const { return program_.running(); }
  std::uint32_t boots() const { return boots_; }
  const ModelDisk& disk() const { return disk_; }
  kernel::TimeNs clock_worst_ns() const { return clock_.worst(agenda_.now()); }
  std::vector<dcu::app::NodeInfo> nodes() const;
  // Of all lives together.
  dcu::app::Counters counters() const;
  // Meter of the scenario by its place in the concentrator's list.
  std::uint32_t meter_at(dcu::app::MeterIndex index) const {
    return index < meters_.size() ? meters_[index] : 0;
  }
  const std::vector<std::uint32_t>& meters() const { return meters_; }

 private:
  enum : std::uint32_t { kSupply, kBoot, kProgram, kNetwork };
  struct Switch {
    kernel::TimeNs at;
    bool on;
  };

  void on_time(kernel::TimeNs now, std::uint32_t what) override;
  void switch_supply(bool on);
  void boot();

  dcu::app::UtcNs now() const override;
  void arm(dcu::app::UtcNs at) override;
  void shift(dcu::app::UtcNs by) override;
  void fill(protocol::MutableBytes out) override;
  void line(dcu::app::UtcNs at, std::string_view text) override;

  kernel::Agenda& agenda_;
  const Scenario& scenario_;
  const ConcentratorRow& row_;
  ConcentratorIdentity identity_;
  std::vector<std::uint32_t> meters_;
  SiteClock clock_;
  plc::Modem& plc_;
  ProgramGate program_;
  WanPort wan_;
  ModelDisk disk_;
  kernel::KeyedStream random_;
  protocol::crypto::OpensslEngine crypto_;
  kernel::Timer supply_timer_;
  kernel::Timer boot_timer_;
  kernel::Timer program_timer_;
  std::vector<Switch> switches_;
  struct Nobody final : dcu::app::Observer {};
  Nobody nobody_;
  dcu::app::Observer* observer_;
  dcu::app::Counters past_counters_;
  std::uint32_t boots_ = 0;
  bool powered_ = false;
};

}  // namespace sim::run
