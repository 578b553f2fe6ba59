// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/assembly/power_line.hpp"

#include <algorithm>

#include "kernel/assert.hpp"
#include "models/core/node_id.hpp"
#include "sim/assembly/model_settings.hpp"

namespace sim::run {
namespace {

enum Kind : std::uint32_t { kSite, kUplink, kModem };

plc::MediumConfig medium_config(const Scenario& scenario) {
  plc::MediumConfig config;
  config.seed = static_cast<std::uint64_t>(scenario.general.seed);
  config.eager_beacons = !scenario.sim.lazy;
  return config;
}

models::sc::DetailedPowerLine* detailed_line(models::sc::Kernel& kernel, const Scenario& scenario,
                                             std::uint32_t number) {
  const ConcentratorRow& row = scenario.concentrators.at(number - 1);
  bool detailed = row.detailed;
  for (const std::uint32_t meter :
       row.meters.list(static_cast<std::uint32_t>(scenario.meters.count))) {
    detailed = detailed || scenario.meters.detailed.contains(meter);
  }
  return detailed ? &kernel.add_power_line(number) : nullptr;
}

}  // namespace

PowerLine::PowerLine(kernel::Agenda& fleet, models::sc::Kernel& kernel, const Scenario& scenario,
                     std::uint32_t number, const plc::PacketErrorTable& errors,
                     models::wan::Cell& cell, models::wan::Ethernet& ethernet)
    : detailed_(detailed_line(kernel, scenario, number)),
      medium_agenda_(detailed_ != nullptr ? detailed_->line_agenda() : fleet),
      channel_(plc::make_feeder(feeder_config(scenario, number)), channel_config(scenario)),
      medium_(medium_agenda_, channel_, errors, medium_config(scenario)) {
  plc::Modem* modem = &medium_.add_station(plc::kBaseStation, concentrator_entity(number, kModem));
  const std::uint32_t device = concentrator_device(number);
  const kernel::EntityId uplink = concentrator_entity(number, kUplink);
  models::wan::ModemPort* port = nullptr;
  if (scenario.concentrators.at(number - 1).uplink == Uplink::gprs) {
    gprs_ = std::make_unique<models::wan::Modem>(fleet, cell, device, uplink);
    port = gprs_.get();
  } else {
    wired_ = std::make_unique<models::wan::EthernetSite>(ethernet, device, uplink);
    port = wired_.get();
  }
  kernel::Agenda* agenda = &fleet;
  if (detailed_ != nullptr) {
    agenda = &detailed_->concentrator_agenda();
    modem = &detailed_->plc(*modem);
    port = &detailed_->uplink(*port);
  }
  site_ = std::make_unique<ConcentratorSite>(*agenda, scenario, number, *modem, *port);
  if (detailed_ != nullptr) {
    detailed_->join(medium_);
    detailed_->show("running", [this] { return site_->running() ? 1 : 0; });
    detailed_->show("registered", [this] { return static_cast<int>(site_->nodes().size()); });
  }
  site_->commission();
  site_->power(0, true);
}

plc::StationId PowerLine::station_of(std::uint32_t meter) const {
  const auto& meters = site_->meters();
  const auto at = std::lower_bound(meters.begin(), meters.end(), meter);
  TWIN_ASSERT(at != meters.end() && *at == meter, meter);
  return static_cast<plc::StationId>(at - meters.begin()) + 1;
}

std::uint32_t PowerLine::meter_of(plc::StationId station) const {
  return station == plc::kBaseStation ? 0 : site_->meters().at(station - 1);
}

plc::Modem& PowerLine::add_meter(std::uint32_t meter) {
  return medium_.add_station(station_of(meter), models::node_id(meter, models::kNodePlc));
}

}  // namespace sim::run
