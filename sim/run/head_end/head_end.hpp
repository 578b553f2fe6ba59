// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "hes-stub/engine/config.hpp"
#include "hes-stub/engine/inventory.hpp"
#include "hes-stub/engine/observer.hpp"
#include "hes-stub/engine/order.hpp"
#include "hes-stub/engine/store.hpp"
#include "models/core/wan/cell.hpp"
#include "sim/core/agenda.hpp"
#include "sim/run/scenario/scenario.hpp"

namespace sim::run {

// Order among entities at one instant: the head-end acts before the meters (ids from 8 on).
inline constexpr EntityId kHeadEndEntity = 1;
inline constexpr EntityId kDirectorEntity = 2;

// Simulated time and the head-end's: nanoseconds since the start, and since 1970.
class UtcScale {
 public:
  explicit UtcScale(const Scenario& scenario)
      : start_ns_(scenario.general.start_utc_s * kNsPerSecond) {}
  std::int64_t utc_ns(TimeNs t) const { return start_ns_ + t; }
  TimeNs sim_ns(std::int64_t utc_ns) const { return utc_ns - start_ns_; }
  double sim_s(std::int64_t utc_ns) const { return 1e-9 * static_cast<double>(sim_ns(utc_ns)); }

 private:
  std::int64_t start_ns_;
};

// The head-end at the far end of the cell, wherever it runs: in this process (free), in a child on
// real sockets (lockstep), or somebody's own (paced).
class HeadEnd : public models::wan::WanPeer {
 public:
  virtual ~HeadEnd() = default;
  virtual void submit(const hes::Order& order) = 0;
  // The run is over: everything stored is in the file at store_path().
  virtual void finish() = 0;
  virtual std::string store_path() const = 0;
};

hes::EngineConfig engine_config(const Scenario& scenario);
// Inventory and type templates as the head-end gets them.
hes::Inventory head_end_inventory(const Scenario& scenario);

std::unique_ptr<HeadEnd> make_in_process_head_end(Agenda& agenda, models::wan::Cell& cell,
                                                  const Scenario& scenario,
                                                  const std::string& store_path,
                                                  hes::Observer& observer);
std::unique_ptr<HeadEnd> make_lockstep_head_end(Agenda& agenda, models::wan::Cell& cell,
                                                const Scenario& scenario,
                                                const std::string& folder);

}  // namespace sim::run
