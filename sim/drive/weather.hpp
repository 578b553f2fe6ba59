// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/assembly/world.hpp"
#include "sim/scenario/scenario.hpp"

namespace sim::run {

// Warms and cools the boards of the meters as the scenario says. A scenario of one temperature
// costs nothing.
class Weather final : private kernel::Entity {
 public:
  Weather(World& world, const Scenario& scenario);

 private:
  void on_time(kernel::TimeNs now, std::uint32_t what) override;

  World& world_;
  const Scenario& scenario_;
  kernel::Timer timer_;
};

}  // namespace sim::run
