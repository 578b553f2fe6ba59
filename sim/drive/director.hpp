// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "models/core/meter/upsets.hpp"
#include "sim/assembly/head_end/head_end.hpp"
#include "sim/assembly/world.hpp"

namespace sim::run {

// Makes the scenario's [[event]] rows happen: orders go to the head-end at their time, what happens
// to mains and cell is announced to the models beforehand.
class Director final : private kernel::Entity {
 public:
  Director(World& world, const Scenario& scenario, HeadEnd& head_end);

  std::uint32_t relay_orders() const { return relay_orders_; }

 private:
  void on_time(kernel::TimeNs now, std::uint32_t what) override;
  void announce(const Event& event);
  void disturb(const Event& event, std::uint32_t meter);
  static void hold_inputs(const Event& event, models::MeterNode& meter);
  void announce_outages(Home& home);
  void give_orders(const Event& event);

  const Scenario& scenario_;
  World& world_;
  std::vector<std::unique_ptr<Home>>& homes_;
  HeadEnd& head_end_;
  UtcScale scale_;
  kernel::Timer timer_;
  std::vector<Event> timed_;  // those that act at their time, in order
  std::size_t next_ = 0;
  std::uint32_t relay_orders_ = 0;
  std::map<std::uint32_t, std::unique_ptr<models::Disturbances>> disturbances_;
};

}  // namespace sim::run
