// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "models/core/wan/cell.hpp"
#include "models/core/wan/ethernet.hpp"
#include "models/core/wan/modem.hpp"
#include "models/sc/kernel.hpp"
#include "plc-channel/medium/medium.hpp"
#include "sim/assembly/concentrator/site.hpp"
#include "sim/scenario/scenario.hpp"

namespace sim::run {

// One substation: its feeders, the medium on them and the concentrator at their root. In detail
// (T1) when the scenario says so, or one of its meters is: medium, concentrator and the coupling
// between them are SystemC modules then, and its fleet meters share the medium's agenda.
class PowerLine {
 public:
  // number: of the concentrator, counted from 1.
  PowerLine(kernel::Agenda& fleet, models::sc::Kernel& kernel, const Scenario& scenario,
            std::uint32_t number, const plc::PacketErrorTable& errors, models::wan::Cell& cell,
            models::wan::Ethernet& ethernet);

  // The modem of one of its meters.
  plc::Modem& add_meter(std::uint32_t meter);
  plc::StationId station_of(std::uint32_t meter) const;
  // 0: the concentrator itself.
  std::uint32_t meter_of(plc::StationId station) const;

  Uplink uplink() const { return gprs_ != nullptr ? Uplink::gprs : Uplink::ethernet; }
  // Of the medium and of its fleet meters.
  kernel::Agenda& agenda() { return medium_agenda_; }
  models::sc::DetailedPowerLine* detailed() { return detailed_; }  // nullptr: fleet
  plc::Medium& medium() { return medium_; }
  const plc::Channel& channel() const { return channel_; }
  ConcentratorSite& site() { return *site_; }
  const ConcentratorSite& site() const { return *site_; }

 private:
  models::sc::DetailedPowerLine* detailed_;
  kernel::Agenda& medium_agenda_;
  plc::Channel channel_;
  plc::Medium medium_;
  std::unique_ptr<models::wan::Modem> gprs_;
  std::unique_ptr<models::wan::EthernetSite> wired_;
  std::unique_ptr<ConcentratorSite> site_;
};

}  // namespace sim::run
