// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "kernel/agenda.hpp"
#include "models/core/wan/cell.hpp"
#include "models/core/wan/ports.hpp"
#include "models/core/wan/radio.hpp"

namespace models::wan {

// The cellular modem of one module: GPRS attach, PDP context, sockets.
class Modem final : public ModemPort, private kernel::Entity {
 public:
  Modem(kernel::Agenda& agenda, Cell& cell, std::uint32_t module, kernel::EntityId id);
  ~Modem();

  void set_client(ModemClient& client) override { client_ = &client; }
  void power(bool on) override;
  void connect(std::string_view apn) override;
  void disconnect() override;
  std::uint8_t rssi() override;
  int open(Protocol protocol, std::string_view host, std::uint16_t port) override;
  bool listen(std::uint16_t port) override;
  bool send(int socket, std::span<const std::uint8_t> octets) override;
  std::uint32_t unacknowledged(int socket) override;
  void close(int socket) override;
  kernel::TimeNs transmit_ns() const override { return link_.transmit_ns; }

  ModemState state() const { return state_; }
  std::uint32_t module() const { return module_; }
  const RadioLink& link() const { return link_; }

 private:
  friend class Stream;
  friend class Cell;
  // agenda: what. Procedure: boot, attach, PDP, detach, one at a time.
  enum : std::uint32_t { kProcedure, kLoss, kLifetime };
  enum class Procedure : std::uint8_t { kNone, kBoot, kAttach, kPdp, kDetach };

  void on_time(kernel::TimeNs now, std::uint32_t what) override;
  void step_procedure(kernel::TimeNs now);
  void start_next(kernel::TimeNs now);
  void attach_over(kernel::TimeNs now);
  void pdp_over(kernel::TimeNs now);
  // Signalling with its channel requests; when it will be over, or rejected.
  void start_signalling(kernel::TimeNs now, Procedure procedure, int accesses,
                        kernel::TimeNs min_ns, kernel::TimeNs max_ns, double failure);
  void leave(ModemState state);
  void tell();
  void drop_streams(bool tell_client);
  void service_lost(kernel::TimeNs now, std::uint64_t outage);
  double draw(std::uint64_t index);

  // For Stream: the module's side of a connection.
  Stream* stream_of(int socket) const;
  int take_socket(Stream& stream);
  void free_socket(int socket);
  bool listens(std::uint16_t port) const { return port != 0 && port == listen_port_; }
  bool reachable() const { return state_ == ModemState::kOnline; }
  ModemClient* client() { return client_; }

  kernel::Agenda& agenda_;
  Cell& cell_;
  std::uint32_t module_;
  ModemClient* client_ = nullptr;
  RadioLink link_;
  kernel::Timer procedure_timer_;
  kernel::Timer loss_timer_;
  kernel::Timer lifetime_timer_;
  std::array<Stream*, kModemSockets> sockets_{};
  std::uint64_t attempts_ = 0;
  kernel::TimeNs started_ns_ = 0;  // of the running procedure
  std::uint16_t listen_port_ = 0;
  ModemState state_ = ModemState::kOff;
  Procedure procedure_ = Procedure::kNone;
  bool failed_ = false;  // how the running procedure will end
  bool wanted_ = false;  // connect() asked for a context
};

}  // namespace models::wan
