// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kernel/agenda.hpp"
#include "models/core/wan/modem_config.hpp"
#include "models/core/wan/network.hpp"
#include "models/core/wan/radio.hpp"
#include "models/core/wan/stream.hpp"
#include "models/core/wan/stream_config.hpp"
#include "models/core/wan/traffic.hpp"

namespace models::wan {

struct CellConfig {
  std::uint32_t number = 0;  // below 4096; part of every connection id
  std::uint64_t seed = 1;
  RadioConfig radio;
  ModemConfig modem;
  StreamConfig stream;
};

// One base station with the operator's core network behind it: shared radio channels, the modules
// under it, their connections and the far end.
class Cell final : public Network, private kernel::Entity {
 public:
  Cell(kernel::Agenda& agenda, const CellConfig& config);
  ~Cell();
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;

  // ---- Network side ----
  void set_peer(WanPeer& peer) override { peer_ = &peer; }
  bool send(ConnectionId connection, std::span<const std::uint8_t> octets) override;
  std::uint32_t unacknowledged(ConnectionId connection) const override;
  void close(ConnectionId connection) override;
  ConnectionId connect(std::uint32_t module, std::uint16_t port) override;

  // No service in [from, to), from not before now. Packets in the air are lost.
  void set_outage(kernel::TimeNs from, kernel::TimeNs to);
  bool in_service(kernel::TimeNs at) const { return !dark(at, at); }

  const Traffic& traffic() const { return traffic_; }
  std::size_t open_connections() const;

 private:
  friend class Stream;
  friend class Modem;
  struct Outage {
    kernel::TimeNs from;
    kernel::TimeNs to;
  };

  void on_time(kernel::TimeNs now, std::uint32_t what) override;
  // True when service was missing at some instant of [from, to].
  bool dark(kernel::TimeNs from, kernel::TimeNs to) const;
  void add(Modem& modem);
  void remove(Modem& modem);
  Modem* find_modem(std::uint32_t module);
  Stream& open_stream(Modem& modem, Protocol protocol, std::string host, std::uint16_t port,
                      bool incoming);
  Stream* find(ConnectionId connection) const;
  // Out of the list now, freed once nobody can be inside it any more.
  void retire(Stream& stream);

  kernel::Agenda& agenda_;
  CellConfig config_;
  Traffic traffic_;
  Radio radio_;
  WanPeer* peer_ = nullptr;
  std::vector<Modem*> modems_;                    // by module number
  std::vector<std::unique_ptr<Stream>> streams_;  // by slot of the connection id
  std::vector<std::uint32_t> free_slots_;
  std::vector<std::unique_ptr<Stream>> retired_;
  kernel::TimeNs retired_at_ns_ = 0;
  std::uint64_t next_serial_ = 1;
  std::vector<Outage> outages_;  // by time
  std::size_t next_outage_ = 0;
  kernel::Timer outage_timer_;
};

}  // namespace models::wan
