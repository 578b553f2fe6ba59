// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "models/core/wan/cell.hpp"
#include "net/hub.hpp"
#include "sim/assembly/optical_port.hpp"
#include "sim/assembly/world.hpp"
#include "sim/drive/paced/doors.hpp"
#include "sim/scenario/scenario.hpp"

namespace sim::run {

// Real sockets in front of simulated devices (mode paced): whoever connects to port PORT + n - 1
// reaches the module of meter n, or the DLMS gateway of concentrator n, through the modelled
// network with its latency, and one meter's optical port speaks HDLC over TCP. Stands between the
// networks and the head-end, which keeps all connections that devices open themselves and all that
// it dials.
class PacedGateway final : public models::wan::WanPeer,
                           private net::Hub::Events,
                           private OpticalPort::Events {
 public:
  // Throws std::runtime_error when a port is taken. `log_path`: what came in from outside and when;
  // numbers of octets only, since a password may be among them.
  PacedGateway(World& world, const Scenario& scenario, models::wan::WanPeer& head_end,
               const std::string& log_path);
  ~PacedGateway();

  // Lets the sockets speak; between two slices of simulated time only.
  void poll(int timeout_ms);
  std::uint64_t accepted() const { return accepted_; }
  // How concentrators fared at somebody else's head-end (expose.head_end).
  struct Abroad {
    std::uint64_t dialled = 0;
    std::uint64_t refused = 0;   // nobody there, or one of the certificates was not taken
    std::uint64_t strange = 0;   // by its certificate not the head-end
    std::uint64_t wordless = 0;  // closed, by either end, before it had said anything
    std::uint64_t answered = 0;
    bool in_vain() const { return dialled > 0 && answered == 0; }
    std::string text(const std::string& address) const;
  };
  const Abroad& abroad() const { return abroad_; }
  const std::vector<Door>& doors() const { return doors_; }

 private:
  using Handle = net::Hub::Handle;
  using ConnectionId = models::wan::ConnectionId;
  struct Caller {
    ConnectionId connection;
    bool open = false;
    bool dialled = false;
    bool connected = false;
    bool spoke = false;  // the other end
    // Came before the device had answered, or when the modelled path was full: its socket is not
    // read any further before this is out.
    std::vector<std::uint8_t> held;
  };

  void on_open(ConnectionId connection, std::uint32_t module, std::string_view host,
               std::uint16_t port) override;
  void on_data(ConnectionId connection, std::span<const std::uint8_t> octets) override;
  void on_closed(ConnectionId connection, models::wan::CloseReason reason) override;
  void on_connected(Handle handle, std::uint32_t tag, std::string_view peer) override;
  void on_received(Handle handle, protocol::Bytes octets) override;
  void on_hung_up(Handle handle) override;
  void on_exhausted(const std::string& sentence) override;
  void on_frames(OpticalPort::Holder holder, protocol::Bytes octets) override {
    hub_->send(holder, octets);
  }
  void on_sent_away(OpticalPort::Holder holder) override;
  void hand_on(Handle handle, Caller& caller);
  void seat_probe_heads();
  // Whose certificate it must be, where there is one; empty: nobody's.
  std::string_view name_behind(std::uint32_t tag) const;
  void log(const char* what, Handle handle, std::size_t octets);

  void listen(const char* kind, std::uint32_t number, const net::Endpoint& first,
              std::uint32_t tag);
  void listen_for_modules();
  void listen_for_concentrators(const std::string& where, std::uint32_t first_tag);
  const net::TlsContext& tls_of(std::uint32_t concentrator);
  // A concentrator dials the head-end, and that is somewhere outside.
  void dial_head_end(ConnectionId connection, std::uint32_t concentrator);
  void note_end(const Caller& caller);
  void note_failure(std::uint64_t& kind);

  // Others: the meter's number, or the concentrator's above kFirstConcentratorDevice for its
  // gateway and above kFirstP32Tag for its P3.2Ex server.
  static constexpr std::uint32_t kOpticalTag = 0;
  static constexpr std::uint32_t kFirstP32Tag = 2 * kFirstConcentratorDevice;
  static constexpr std::uint32_t kDialled = UINT32_MAX;

  World& world_;
  const Scenario& scenario_;
  models::wan::WanPeer& head_end_;
  std::unique_ptr<net::Hub> hub_;
  std::map<Handle, Caller> callers_;
  std::map<ConnectionId, Handle> handles_;
  std::map<std::uint32_t, net::TlsContext> tls_;  // by concentrator
  std::unique_ptr<OpticalPort> optical_;
  std::vector<Handle> newcomers_;  // at the optical port
  std::set<Handle> held_up_;       // who have octets held
  std::FILE* log_;
  std::vector<Door> doors_;
  std::uint64_t accepted_ = 0;
  Abroad abroad_;
};

}  // namespace sim::run
