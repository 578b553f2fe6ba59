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
      modem_state("modem_state") {
  receiver.bind(*this);
  SC_METHOD(rail_changed);
  sensitive << rail_12v;
  dont_initialize();
}

wan::ModemPort& Cm1Module::join_modem(wan::Modem& modem) {
  modem_ = &modem;
  modem.set_client(*this);
  return *this;
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
  led_signal.write(node_->led(CM1_LED_SIGNAL));
  led_state.write(node_->led(CM1_LED_STATE));
  modem_state.write(static_cast<int>(modem_->state()));
}

void Cm1Module::receive(std::span<const std::uint8_t> frame) {
  call([this, octets = std::vector<std::uint8_t>(frame.begin(), frame.end())] {
    node_->on_frame(agenda().now(), octets);
  });
}

// ---- Down: node to modem ----

void Cm1Module::power(bool on) {
  fleet->enter_fleet();
  modem_->power(on);
}
void Cm1Module::connect(std::string_view apn) {
  fleet->enter_fleet();
  modem_->connect(apn);
}
void Cm1Module::disconnect() {
  fleet->enter_fleet();
  modem_->disconnect();
}
std::uint8_t Cm1Module::rssi() {
  fleet->enter_fleet();
  return modem_->rssi();
}
int Cm1Module::open(wan::Protocol protocol, std::string_view host, std::uint16_t port) {
  fleet->enter_fleet();
  return modem_->open(protocol, host, port);
}
bool Cm1Module::listen(std::uint16_t port) {
  fleet->enter_fleet();
  return modem_->listen(port);
}
bool Cm1Module::send(int socket, std::span<const std::uint8_t> octets) {
  fleet->enter_fleet();
  return modem_->send(socket, octets);
}
std::uint32_t Cm1Module::unacknowledged(int socket) {
  fleet->enter_fleet();
  return modem_->unacknowledged(socket);
}
void Cm1Module::close(int socket) {
  fleet->enter_fleet();
  modem_->close(socket);
}

// ---- Up: modem to node ----

void Cm1Module::on_modem(wan::ModemState state) {
  call([this, state] { client_->on_modem(state); });
}
void Cm1Module::on_socket_open(int socket, bool incoming) {
  call([this, socket, incoming] { client_->on_socket_open(socket, incoming); });
}
void Cm1Module::on_socket_data(int socket, std::span<const std::uint8_t> octets) {
  call([this, socket, copy = std::vector<std::uint8_t>(octets.begin(), octets.end())] {
    client_->on_socket_data(socket, copy);
  });
}
void Cm1Module::on_socket_closed(int socket, wan::CloseReason reason) {
  call([this, socket, reason] { client_->on_socket_closed(socket, reason); });
}
void Cm1Module::on_socket_drained(int socket) {
  call([this, socket] { client_->on_socket_drained(socket); });
}

}  // namespace models::sc
