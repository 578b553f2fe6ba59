// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "models/core/device/cm1_node.hpp"
#include "models/core/wan/modem.hpp"
#include "models/sc/agenda_module.hpp"
#include "models/sc/point_modules.hpp"
#include "models/sc/ports.hpp"

namespace models::sc {

// The CM1, fed from the meter's 12 V rail. Its modem lives in the fleet, next to its cell: calls
// down bring the fleet to the present first, calls up wait in the mailbox.
class Cm1Module final : private OwnAgenda,
                        public AgendaModule,
                        public ReceiverIf,
                        public SerialLineEnd,
                        public wan::ModemPort,
                        private wan::ModemClient {
 public:
  SC_HAS_PROCESS(Cm1Module);
  Cm1Module(const sc_core::sc_module_name& name, Modules& modules);
  wan::ModemPort& join_modem(wan::Modem& modem);
  void join(Cm1Node& node);
  Cm1Node* node() { return node_; }

  sc_core::sc_port<LineEndIf> line;
  sc_core::sc_port<FleetIf> fleet;
  sc_core::sc_export<ReceiverIf> receiver;
  sc_core::sc_in<bool> rail_12v;

  // State, for traces.
  StateSignal<int> led_signal;
  StateSignal<int> led_state;
  StateSignal<int> modem_state;

 private:
  void rail_changed();
  void refresh() override;
  void receive(std::span<const std::uint8_t> frame) override;
  bool transmit(sim::TimeNs ready_ns, std::span<const std::uint8_t> frame) override {
    return line->transmit(ready_ns, frame);
  }
  void silence() override { line->silence(); }

  // wan::ModemPort, called by the node.
  void set_client(wan::ModemClient& client) override { client_ = &client; }
  void power(bool on) override;
  void connect(std::string_view apn) override;
  void disconnect() override;
  std::uint8_t rssi() override;
  int open(wan::Protocol protocol, std::string_view host, std::uint16_t port) override;
  bool listen(std::uint16_t port) override;
  bool send(int socket, std::span<const std::uint8_t> octets) override;
  std::uint32_t unacknowledged(int socket) override;
  void close(int socket) override;
  sim::TimeNs transmit_ns() const override { return modem_->transmit_ns(); }

  // wan::ModemClient, called by the modem from the fleet's agenda.
  void on_modem(wan::ModemState state) override;
  void on_socket_open(int socket, bool incoming) override;
  void on_socket_data(int socket, std::span<const std::uint8_t> octets) override;
  void on_socket_closed(int socket, wan::CloseReason reason) override;
  void on_socket_drained(int socket) override;

  Cm1Node* node_ = nullptr;
  wan::Modem* modem_ = nullptr;
  wan::ModemClient* client_ = nullptr;
};

}  // namespace models::sc
