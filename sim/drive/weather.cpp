// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/drive/weather.hpp"

#include "sim/assembly/head_end/head_end.hpp"
#include "sim/scenario/climate.hpp"

namespace sim::run {
namespace {

constexpr std::uint32_t kWarming = 1;  // of kDirectorEntity, whose orders come first

}  // namespace

Weather::Weather(World& world, const Scenario& scenario)
    : world_(world), scenario_(scenario), timer_(world.agenda(), *this, kDirectorEntity, kWarming) {
  timer_.arm(next_warming(scenario, 0));
}

void Weather::on_time(kernel::TimeNs now, std::uint32_t /*what*/) {
  for (const auto& home : world_.homes()) {
    home->warm_to(celsius_at(scenario_, home->identity.number, now));
  }
  timer_.arm(next_warming(scenario_, now));
}

}  // namespace sim::run
