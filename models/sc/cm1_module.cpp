// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/sc/cm1_module.hpp"

#include <vector>

namespace models::sc {

Cm1Module::Cm1Module(const sc_core::sc_module_name& name, Modules& modules)
    : AgendaModule(name, own_agenda, modules),
      line("line"),
      fleet("fleet"),
      receiver("receiver"),
      rail_12v("rail_12v"),
      led_signal("led_signal"),
      led_state("led_state"),
      modem_state("modem_state"),
      door_(*this, fleet) {
  receiver.bind(*this);
  SC_METHOD(rail_changed);
  sensitive << rail_12v;
  dont_initialize();
}

wan::ModemPort& Cm1Module::join_modem(wan::Modem& modem) {
  modem_ = &modem;
  door_.join(modem);
  return door_;
}

void Cm1Module::join(Cm1Node& node) {
  node_ = &node;
  node.attach(*this);
}

void Cm1Module::rail_changed() {
  const bool on = rail_12v.read();
  call([this, on] { node_->on_supply(agenda().now(), on); });
  rearm();
}

void Cm1Module::refresh() {
  if (node_ == nullptr) return;
  led_signal.write(node_->leds().colour(CM1_LED_SIGNAL));
  led_state.write(node_->leds().colour(CM1_LED_STATE));
  modem_state.write(static_cast<int>(modem_->state()));
}

void Cm1Module::receive(std::span<const std::uint8_t> frame) {
  call([this, octets = std::vector<std::uint8_t>(frame.begin(), frame.end())] {
    node_->on_frame(agenda().now(), octets);
  });
}

}  // namespace models::sc
