// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kernel/agenda.hpp"
#include "kernel/time.hpp"
#include "models/core/wan/ports.hpp"
#include "models/core/wan/radio.hpp"
#include "models/core/wan/stream.hpp"
#include "models/core/wan/traffic.hpp"

namespace models::wan {

struct StreamConfig {
  std::uint32_t mss = 536;           // octets; 1024 where the operator's MTU allows it
  std::uint32_t header_octets = 40;  // IPv4 20 + TCP 20; IPv6: 60
  std::uint32_t udp_header_octets = 28;
  std::uint32_t window_segments = 8;   // the modem's receive window and its largest flight
  std::uint32_t initial_segments = 2;  // RFC 2581 slow start
  kernel::TimeNs initial_rto_ns = 3 * kernel::kNsPerSecond;  // RFC 1122
  kernel::TimeNs min_rto_ns =
      1500 * kernel::kNsPerMs;  // GPRS stacks wait longer than RFC 6298's 1 s
  kernel::TimeNs max_rto_ns = 64 * kernel::kNsPerSecond;
  std::uint32_t syn_retries = 5;
  std::uint32_t module_retries = 9;    // then the module's stack gives up
  std::uint32_t network_retries = 12;  // about a quarter of an hour, as a server's stack
  std::uint32_t module_buffer_octets = 4096;
  std::uint32_t network_buffer_octets = 65536;
  // The operator's address translation forgets a silent connection; 2 to 30 min are usual.
  kernel::TimeNs nat_timeout_ns = 30 * kernel::kNsPerMinute;
  kernel::TimeNs keepalive_ns = 0;  // the modem's TCP keepalive period; 0: off
  // The far end's keepalive finds out about modules that vanished.
  kernel::TimeNs network_keepalive_ns = 10 * kernel::kNsPerMinute;
  kernel::TimeNs network_keepalive_probes_ns = 75 * kernel::kNsPerSecond;
};

// Times and odds of a module's way onto the network. Sources in docs/model-wan.md.
struct ModemConfig {
  kernel::TimeNs boot_min_ns = 5 * kernel::kNsPerSecond;  // power to registered on the cell
  kernel::TimeNs boot_max_ns = 15 * kernel::kNsPerSecond;
  kernel::TimeNs attach_min_ns = 2 * kernel::kNsPerSecond;
  kernel::TimeNs attach_max_ns = 5 * kernel::kNsPerSecond;
  kernel::TimeNs pdp_min_ns = 1 * kernel::kNsPerSecond;
  kernel::TimeNs pdp_max_ns = 3 * kernel::kNsPerSecond;
  kernel::TimeNs search_ns =
      30 * kernel::kNsPerSecond;  // without a cell: then the request has failed
  kernel::TimeNs detach_ns = 1 * kernel::kNsPerSecond;
  kernel::TimeNs loss_detect_min_ns = 20 * kernel::kNsPerSecond;  // radio link timeout, reselection
  kernel::TimeNs loss_detect_max_ns = 60 * kernel::kNsPerSecond;
  kernel::TimeNs pdp_lifetime_ns = 0;  // the operator ends every context after this long; 0: never
  double attach_failure = 0.01;        // rejected although there is a channel
  double pdp_failure = 0.01;
  // Channel requests of one procedure: identity, authentication and accept travel as separate
  // flows. Together with TCP and a first message some six a module (head-end reference 3.4).
  int attach_accesses = 2;
  int pdp_accesses = 1;
  // Layer-3 messages with their LLC frames, octets.
  std::uint32_t attach_octets_up = 180;
  std::uint32_t attach_octets_down = 150;
  std::uint32_t pdp_octets_up = 90;
  std::uint32_t pdp_octets_down = 80;
};

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
  std::size_t open_connections() const { return streams_.size(); }

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

  kernel::Agenda& agenda_;
  CellConfig config_;
  Traffic traffic_;
  Radio radio_;
  WanPeer* peer_ = nullptr;
  std::vector<Modem*> modems_;  // by module number
  ConnectionTable<Stream> streams_;
  std::vector<Outage> outages_;  // by time
  std::size_t next_outage_ = 0;
  kernel::Timer outage_timer_;
};

}  // namespace models::wan
