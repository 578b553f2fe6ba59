// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/sc/doors.hpp"

#include <vector>

#include "kernel/assert.hpp"

namespace models::sc {

namespace {

using Octets = std::vector<std::uint8_t>;

}  // namespace

// ---- Power line ----

void PlcDoor::join(plc::Modem& modem) {
  TWIN_ASSERT(modem_ == nullptr);
  modem_ = &modem;
  modem.set_client(this, *clock_);
}

void PlcDoor::set_client(protocol::prime::ModemClient* client, const plc::Clock& clock) {
  client_ = client;
  clock_ = &clock;
  modem_->set_client(this, clock);
}

plc::Modem& PlcDoor::present() {
  line_->enter_line();
  return *modem_;
}

void PlcDoor::on_frame(const protocol::prime::ReceivedFrame& frame) {
  owner_.call([this, frame, octets = Octets(frame.mpdu.begin(), frame.mpdu.end())] {
    if (client_ == nullptr) return;
    protocol::prime::ReceivedFrame copy = frame;
    copy.mpdu = octets;
    client_->on_frame(copy);
  });
}
void PlcDoor::on_beacon(const protocol::prime::HeardBeacon& beacon) {
  owner_.call([this, beacon] {
    if (client_ != nullptr) client_->on_beacon(beacon);
  });
}
void PlcDoor::on_beacon_lost() {
  owner_.call([this] {
    if (client_ != nullptr) client_->on_beacon_lost();
  });
}

// ---- Cellular network, Ethernet ----

void WanDoor::join(wan::ModemPort& modem) {
  TWIN_ASSERT(modem_ == nullptr);
  modem_ = &modem;
  modem.set_client(*this);
}

wan::ModemPort& WanDoor::present() {
  fleet_->enter_fleet();
  return *modem_;
}

void WanDoor::on_modem(wan::ModemState state) {
  owner_.call([this, state] { client_->on_modem(state); });
}
void WanDoor::on_socket_open(int socket, bool incoming) {
  owner_.call([this, socket, incoming] { client_->on_socket_open(socket, incoming); });
}
void WanDoor::on_socket_data(int socket, std::span<const std::uint8_t> octets) {
  owner_.call([this, socket, copy = Octets(octets.begin(), octets.end())] {
    client_->on_socket_data(socket, copy);
  });
}
void WanDoor::on_socket_closed(int socket, wan::CloseReason reason) {
  owner_.call([this, socket, reason] { client_->on_socket_closed(socket, reason); });
}
void WanDoor::on_socket_drained(int socket) {
  owner_.call([this, socket] { client_->on_socket_drained(socket); });
}

}  // namespace models::sc
