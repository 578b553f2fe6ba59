// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/sc/plc_modules.hpp"

#include <utility>

namespace models::sc {

PlcLineModule::PlcLineModule(const sc_core::sc_module_name& name, Modules& modules)
    : AgendaModule(name, own_agenda, modules) {
  here.bind(*this);
}

void PlcLineModule::on_sending(const plc::Sending& sending) {
  busy.write(true);
  overlap.write(++on_air_);
  station.write(static_cast<int>(sending.station));
  frame_kind.write(static_cast<int>(sending.kind));
  frame_length.write(static_cast<int>(sending.mpdu.size()));
  frames.write(++frames_);
}

void PlcLineModule::on_sent(const plc::Sending&) {
  overlap.write(--on_air_);
  if (on_air_ > 0) return;
  busy.write(false);
  station.write(kNobody);
}

void PlcLineModule::on_received(const plc::Sending&, plc::StationId, plc::Outcome outcome, double) {
  if (outcome == plc::Outcome::collision) collisions.write(++collisions_);
}

ConcentratorModule::ConcentratorModule(const sc_core::sc_module_name& name, Modules& modules)
    : AgendaModule(name, own_agenda, modules), plc_door_(*this, line), uplink_door_(*this, fleet) {}

plc::Modem& ConcentratorModule::join_plc(plc::Modem& modem) {
  plc_door_.join(modem);
  return plc_door_;
}

wan::ModemPort& ConcentratorModule::join_uplink(wan::ModemPort& modem) {
  uplink_door_.join(modem);
  return uplink_door_;
}

void ConcentratorModule::show(const std::string& name, std::function<int()> value) {
  shown_.push_back(std::make_unique<Shown>(name));
  shown_.back()->value = std::move(value);
}

void ConcentratorModule::refresh() {
  for (const auto& shown : shown_) shown->signal.write(shown->value());
}

}  // namespace models::sc
