// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hes-stub/head_end.hpp"
#include "hes-stub/inventory/config.hpp"
#include "hes-stub/inventory/inventory.hpp"
#include "hes-stub/ports/observer.hpp"
#include "hes-stub/ports/order.hpp"
#include "hes-stub/store/store.hpp"
#include "kernel/agenda.hpp"
#include "kernel/keyed_stream.hpp"
#include "sim/assembly/world.hpp"
#include "sim/scenario/scenario.hpp"

namespace sim::run {

class HeadEndChild;

// Order among entities at one instant: the head-end acts before the meters (ids from 8 on).
inline constexpr kernel::EntityId kHeadEndEntity = 1;
inline constexpr kernel::EntityId kDirectorEntity = 2;

// Simulated time and the head-end's: nanoseconds since the start, and since 1970.
class UtcScale {
 public:
  explicit UtcScale(const Scenario& scenario)
      : start_ns_(scenario.general.start_utc_s * kernel::kNsPerSecond) {}
  std::int64_t utc_ns(kernel::TimeNs t) const { return start_ns_ + t; }
  kernel::TimeNs sim_ns(std::int64_t utc_ns) const { return utc_ns - start_ns_; }
  double sim_s(std::int64_t utc_ns) const { return 1e-9 * static_cast<double>(sim_ns(utc_ns)); }

 private:
  std::int64_t start_ns_;
};

// The head-end at the far end of the cell: the engine in this process (free) or in a child on real
// sockets (lockstep). Octets and orders are noted as they come and lived through at the same
// instant, before any meter acts; so both ways give the same rows.
class HeadEnd final : public models::wan::WanPeer,
                      private kernel::Entity,
                      private hes::StreamPort,
                      private hes::RandomPort,
                      private hes::LogPort {
 public:
  // Writes FOLDER/hes.sqlite. Throws std::runtime_error when the child or a port says no.
  HeadEnd(World& world, const Scenario& scenario, const std::string& folder,
          hes::Observer& observer);
  ~HeadEnd();

  void submit(const hes::Order& order);
  // The run is over: everything stored is in the file.
  void finish();
  static std::string store_path(const std::string& folder) { return folder + "/hes.sqlite"; }

 private:
  void on_open(models::wan::ConnectionId connection, std::uint32_t module, std::string_view host,
               std::uint16_t port) override;
  void on_data(models::wan::ConnectionId connection, std::span<const std::uint8_t> octets) override;
  void on_closed(models::wan::ConnectionId connection, models::wan::CloseReason reason) override;
  void on_time(kernel::TimeNs now, std::uint32_t what) override;
  void send(hes::ConnectionId connection, protocol::Bytes octets) override;
  void close(hes::ConnectionId connection) override;
  hes::ConnectionId connect(std::string_view address, std::uint16_t port) override;
  void fill(protocol::MutableBytes out) override;
  void line(hes::UtcNs at, std::string_view text) override;
  void noted();

  World& world_;
  const Scenario& scenario_;
  UtcScale scale_;
  kernel::Timer timer_;
  kernel::KeyedStream random_;
  hes::Inventory inventory_;
  std::unique_ptr<HeadEndChild> child_;  // lockstep
  std::unique_ptr<hes::Store> store_;    // free
  std::unique_ptr<hes::HeadEnd> engine_;
};

hes::EngineConfig engine_config(const Scenario& scenario);
// Inventory and type templates as the head-end gets them.
hes::Inventory head_end_inventory(const Scenario& scenario);

// The templates of all firmwares in the fleet, as `amitwin template` prints them.
std::vector<std::string> type_template_texts(const Scenario& scenario);

}  // namespace sim::run
