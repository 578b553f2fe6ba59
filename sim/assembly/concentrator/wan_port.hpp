// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <vector>

#include "kernel/agenda.hpp"
#include "models/core/wan/ethernet.hpp"
#include "sim/assembly/concentrator/program_gate.hpp"
#include "sim/scenario/scenario.hpp"

namespace sim::run {

// The streams of a concentrator's program over the sockets of its uplink. Its system asks for the
// network again and again until it has it.
class WanPort final : public dcu::app::Wan,
                      private kernel::Entity,
                      private models::wan::ModemClient {
 public:
  // So long after the network went, or was refused.
  static constexpr kernel::TimeNs kReconnectNs = 30 * kernel::kNsPerSecond;

  WanPort(kernel::Agenda& agenda, ProgramGate& program, models::wan::ModemPort& uplink, Uplink kind,
          std::uint16_t head_end_port, kernel::EntityId entity, std::uint32_t what);

  void power(bool on);

 private:
  struct Line {  // a socket of the uplink
    dcu::app::StreamId stream = 0;
    dcu::app::Door door = dcu::app::Door::p32;
    bool open = false;
    bool closing = false;               // by us, once what waits is out
    std::vector<std::uint8_t> waiting;  // what its buffer could not take yet
  };

  dcu::app::StreamId dial() override;
  bool send(dcu::app::StreamId stream, protocol::Bytes octets) override;
  void close(dcu::app::StreamId stream) override;
  void hang_up(int socket);

  void on_time(kernel::TimeNs now, std::uint32_t what) override;
  void on_modem(models::wan::ModemState state) override;
  void on_socket_open(int socket, bool incoming) override;
  void on_socket_data(int socket, std::span<const std::uint8_t> octets) override;
  void on_socket_closed(int socket, models::wan::CloseReason reason) override;
  void on_socket_drained(int socket) override;
  int socket_of(dcu::app::StreamId stream) const;

  kernel::Agenda& agenda_;
  ProgramGate& program_;
  models::wan::ModemPort& uplink_;
  Uplink kind_;
  std::uint16_t head_end_port_;
  kernel::Timer network_timer_;
  std::array<Line, models::wan::kSiteSockets> lines_{};
  dcu::app::StreamId next_stream_ = 1;
  bool online_ = false;
  bool powered_ = false;
};

}  // namespace sim::run
