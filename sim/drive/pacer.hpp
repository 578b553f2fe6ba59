// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "sim/assembly/world.hpp"
#include "sim/drive/paced/gateway.hpp"

namespace sim::run {

struct PaceFigures {
  std::uint64_t slices = 0;
  std::uint64_t late = 0;    // slices that took longer than the wall clock gave them
  double worst_late_s = 0;   // how far behind at worst
  bool interrupted = false;  // SIGINT or SIGTERM: the run ended early, in good order
};

// Runs the world at `speed` simulated seconds a second until `end`, sockets in between. `each` is
// called after every slice with the simulated time.
PaceFigures run_paced(World& world, PacedGateway& gateway, double speed, kernel::TimeNs end,
                      const std::function<void(kernel::TimeNs)>& each);

}  // namespace sim::run
