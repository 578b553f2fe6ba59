// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/assembly/world.hpp"

#include "kernel/assert.hpp"
#include "sim/assembly/model_settings.hpp"

namespace sim::run {
namespace {

// Devices draw their own numbers through their hal; nobody asks the shared engine.
void no_random(protocol::MutableBytes octets) { TWIN_ASSERT(octets.empty(), octets.size()); }

}  // namespace

// Waits for its time.
class World::Crash final : private kernel::Entity {
 public:
  Crash(kernel::Agenda& agenda, const ConcentratorCrash& what, ConcentratorSite& site)
      : what_(what),
        site_(site),
        timer_(agenda, *this, concentrator_entity(what.concentrator, 3), 0) {
    timer_.arm(what.at);
  }

 private:
  void on_time(kernel::TimeNs now, std::uint32_t) override {
    if (what_.nth_write > 0) {
      site_.tear_write(what_.nth_write, what_.octets, what_.off_ns);
      return;
    }
    site_.power(now, false);
    site_.power(now + what_.off_ns, true);
  }
  ConcentratorCrash what_;
  ConcentratorSite& site_;
  kernel::Timer timer_;
};

World::~World() = default;

World::World(const Scenario& scenario, const LoadTable* measured, const WorldFaults& faults)
    : kernel_(agenda_),
      mains_(mains_config(scenario), scenario.end() + kernel::kNsPerHour),
      crypto_(no_random),
      buffers_(METER_BUFFER_BYTES),
      images_(scenario),
      cell_(agenda_, cell_config(scenario)),
      ethernet_(agenda_, ethernet_config(scenario)) {
  if (!scenario.concentrators.empty()) packet_errors_ = plc::closed_form_packet_errors();
  for (std::uint32_t number = 1; number <= scenario.concentrators.size(); ++number) {
    power_lines_.push_back(std::make_unique<PowerLine>(agenda_, kernel_, scenario, number,
                                                       packet_errors_, cell_, ethernet_));
  }
  const HomeContext context{
      scenario,     measured,
      mains_,       {agenda_, crypto_, buffers_, static_cast<std::uint64_t>(scenario.general.seed)},
      cell_,        kernel_,
      power_lines_, images_};
  for (std::uint32_t number = 1; number <= scenario.meters.count; ++number) {
    HomeContext own = context;
    if (number == faults.meter) {
      own.drift_deg = faults.phase_deg;
      own.firmware = faults.firmware;
    }
    homes_.push_back(build_home(own, number));
  }
  for (const ConcentratorCrash& crash : faults.crashes) {
    crashes_.push_back(
        std::make_unique<Crash>(agenda_, crash, power_lines_.at(crash.concentrator - 1)->site()));
  }
}

models::wan::Network& World::network_of(models::wan::ConnectionId connection) {
  const bool wired = models::wan::network_of(connection) == models::wan::kEthernetNumber;
  return wired ? static_cast<models::wan::Network&>(ethernet_) : cell_;
}

kernel::Agenda& World::agenda_of(const Home& home) {
  if (home.point != nullptr) return home.point->meter_agenda();
  if (home.plc_point != nullptr) return home.plc_point->meter_agenda();
  const std::uint32_t concentrator = home.settings.concentrator;
  return concentrator != 0 ? power_lines_[concentrator - 1]->agenda() : agenda_;
}

}  // namespace sim::run
