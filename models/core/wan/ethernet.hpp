// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "kernel/agenda.hpp"
#include "models/core/wan/ports.hpp"
#include "models/core/wan/traffic.hpp"

namespace models::wan {

// A wired access: DSL or fibre of a substation. Losses are TCP's business and only cost what the
// round trip already holds.
inline constexpr std::uint32_t kEthernetNumber = (1u << kNetworkBits) - 1;
struct EthernetConfig {
  std::uint32_t number = kEthernetNumber;  // part of every connection id
  kernel::TimeNs rtt_ns = 30 * kernel::kNsPerMs;
  std::uint64_t up_bit_s = 2'000'000;
  std::uint64_t down_bit_s = 10'000'000;
  kernel::TimeNs link_up_ns = 3 * kernel::kNsPerSecond;  // power to an address
  kernel::TimeNs silence_ns =
      75 * kernel::kNsPerSecond;  // until an end finds out that the other is gone
  std::uint32_t mss = 1448;
  std::uint32_t header_octets = 52;  // IPv4 20, TCP 32 with time stamps
  std::uint32_t buffer_octets = 1u << 20;
};

class EthernetSite;
// Connections of a site at a time; its host is a computer, no modem.
inline constexpr int kSiteSockets = 32;

// The wires of all sites and the operator's core behind them, with the far end.
class Ethernet final : public Network {
 public:
  Ethernet(kernel::Agenda& agenda, const EthernetConfig& config);
  ~Ethernet();
  Ethernet(const Ethernet&) = delete;
  Ethernet& operator=(const Ethernet&) = delete;

  void set_peer(WanPeer& peer) override { peer_ = &peer; }
  bool send(ConnectionId connection, std::span<const std::uint8_t> octets) override;
  std::uint32_t unacknowledged(ConnectionId connection) const override;
  void close(ConnectionId connection) override;
  ConnectionId connect(std::uint32_t site, std::uint16_t port) override;

  const Traffic& traffic() const { return traffic_; }

 private:
  friend class EthernetSite;
  class Pipe;

  Pipe& add_pipe(EthernetSite& site, std::uint16_t port, std::string host, int socket);

  kernel::Agenda& agenda_;
  EthernetConfig config_;
  Traffic traffic_;
  WanPeer* peer_ = nullptr;
  std::vector<EthernetSite*> sites_;
  ConnectionTable<Pipe> pipes_;
};

// One site's port: to its device it behaves as a modem does that is always attached.
class EthernetSite final : public ModemPort, private kernel::Entity {
 public:
  EthernetSite(Ethernet& network, std::uint32_t site, kernel::EntityId id);
  ~EthernetSite();
  EthernetSite(const EthernetSite&) = delete;
  EthernetSite& operator=(const EthernetSite&) = delete;

  void set_client(ModemClient& client) override { client_ = &client; }
  void power(bool on) override;
  void connect(std::string_view) override {}
  void disconnect() override {}
  std::uint8_t rssi() override { return 99; }  // 3GPP TS 27.007: not known
  int open(Protocol protocol, std::string_view host, std::uint16_t port) override;
  bool listen(std::uint16_t port) override;
  bool send(int socket, std::span<const std::uint8_t> octets) override;
  std::uint32_t unacknowledged(int socket) override;
  void close(int socket) override;
  std::uint16_t port_of(int socket) const override;
  kernel::TimeNs transmit_ns() const override { return transmit_ns_; }
  std::uint32_t site() const { return site_; }

 private:
  friend class Ethernet;
  friend class Ethernet::Pipe;
  void on_time(kernel::TimeNs now, std::uint32_t what) override;
  int free_socket() const;

  Ethernet& network_;
  std::uint32_t site_;
  kernel::EntityId id_;
  kernel::Timer link_timer_;
  ModemClient* client_ = nullptr;
  std::array<Ethernet::Pipe*, kSiteSockets> sockets_{};
  std::vector<std::uint16_t> listening_;
  std::array<kernel::TimeNs, 2> wire_free_{};
  kernel::TimeNs transmit_ns_ = 0;
  bool powered_ = false;
  bool online_ = false;
};

}  // namespace models::wan
