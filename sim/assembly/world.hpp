// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "kernel/agenda.hpp"
#include "models/core/grid/mains.hpp"
#include "models/core/parts/buffer_pool.hpp"
#include "models/core/wan/cell.hpp"
#include "models/sc/kernel.hpp"
#include "protocol/hosted/crypto_openssl/engine.hpp"
#include "sim/assembly/home.hpp"
#include "sim/assembly/image_library.hpp"
#include "sim/assembly/power_line.hpp"
#include "sim/scenario/load_csv.hpp"
#include "sim/scenario/scenario.hpp"

namespace sim::run {

// A concentrator's state is destroyed: at an instant, or within the first write to its disk from
// that instant on that is the n-th. Rebuilt from its disk when the supply is back.
struct ConcentratorCrash {
  std::uint32_t concentrator = 1;
  kernel::TimeNs at = 0;
  std::uint64_t nth_write = 0;  // 0: at the instant itself
  std::size_t octets = 0;       // of that write which still reach the disk
  kernel::TimeNs off_ns = kernel::kNsPerMinute;
};

// What a test may bend: the law tests seed faults here and look for them in the KPIs.
struct WorldFaults {
  std::uint32_t meter = 0;  // 0: none
  double phase_deg = 0;     // by which the front end drifted after it was calibrated
  const meter_firmware* firmware = nullptr;  // runs instead of the scenario's
  std::vector<ConcentratorCrash> crashes;
};

// The simulated world of a scenario: a grid, a cell, and the homes between them.
class World {
 public:
  // `measured`: nullptr without a load CSV.
  World(const Scenario& scenario, const LoadTable* measured, const WorldFaults& faults = {});
  ~World();

  kernel::TimeNs now() const { return agenda_.now(); }
  void run_until(kernel::TimeNs until) { kernel_.run_until(until); }
  // The fleet's: meters in T2, cell, head-end, director.
  kernel::Agenda& agenda() { return agenda_; }
  // Where this home's meter has its timers: detailed meters have an agenda of their own.
  kernel::Agenda& agenda_of(const Home& home);
  // State signals of detailed homes go into a file.
  void trace(const models::sc::TraceConfig& config) { kernel_.trace(config); }
  models::wan::Cell& cell() { return cell_; }
  models::wan::Ethernet& ethernet() { return ethernet_; }
  models::wan::Network& network_of(models::wan::ConnectionId connection);
  // By concentrator, from 0.
  std::vector<std::unique_ptr<PowerLine>>& power_lines() { return power_lines_; }
  const std::vector<std::unique_ptr<PowerLine>>& power_lines() const { return power_lines_; }
  std::vector<std::unique_ptr<Home>>& homes() { return homes_; }
  const std::vector<std::unique_ptr<Home>>& homes() const { return homes_; }
  const models::MainsSchedule& mains() const { return mains_; }
  const FirmwareImages& images() const { return images_; }

 private:
  kernel::Agenda agenda_;
  models::sc::Kernel kernel_;
  models::MainsSchedule mains_;
  protocol::crypto::OpensslEngine crypto_;
  models::BufferPool buffers_;
  FirmwareImages images_;
  models::wan::Cell cell_;
  models::wan::Ethernet ethernet_;
  plc::PacketErrorTable packet_errors_;
  std::vector<std::unique_ptr<PowerLine>> power_lines_;
  class Crash;
  std::vector<std::unique_ptr<Crash>> crashes_;
  std::vector<std::unique_ptr<Home>> homes_;
};

}  // namespace sim::run
