// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "models/core/node_id.hpp"
#include "models/core/wan/cell.hpp"
#include "models/core/wan/modem.hpp"

namespace wan_test {

using models::wan::Cell;
using models::wan::CellConfig;
using models::wan::CloseReason;
using models::wan::ConnectionId;
using models::wan::Modem;
using models::wan::ModemState;
using models::wan::Octets;
using models::wan::Protocol;
using Bytes = std::span<const std::uint8_t>;

struct Entry {
  kernel::TimeNs at;
  std::string what;
};

// A module's host that notes everything and answers only what a test tells it to.
class Client final : public models::wan::ModemClient {
 public:
  explicit Client(kernel::Agenda& agenda) : agenda_(agenda) {}
  void on_modem(ModemState state) override {
    states.push_back(state);
    note("modem " + std::to_string(static_cast<int>(state)));
    if (modem_hook) modem_hook(state);
  }
  void on_socket_open(int socket, bool incoming) override {
    note("open " + std::to_string(socket) + (incoming ? " incoming" : ""));
    if (open_hook) open_hook(socket);
  }
  void on_socket_data(int socket, Bytes octets) override {
    note("data " + std::to_string(socket) + " " + std::to_string(octets.size()));
    received.insert(received.end(), octets.begin(), octets.end());
    if (data_hook) data_hook(socket, octets);
  }
  void on_socket_closed(int socket, CloseReason reason) override {
    note("closed " + std::to_string(socket) + " " + std::to_string(static_cast<int>(reason)));
  }
  void on_socket_drained(int socket) override { note("drained " + std::to_string(socket)); }

  bool saw(const std::string& what) const { return time_of(what) >= 0; }
  kernel::TimeNs time_of(const std::string& what) const {
    for (const Entry& entry : log) {
      if (entry.what == what) return entry.at;
    }
    return -1;
  }

  std::vector<Entry> log;
  std::vector<ModemState> states;
  std::vector<std::uint8_t> received;
  std::function<void(ModemState)> modem_hook;
  std::function<void(int)> open_hook;
  std::function<void(int, Bytes)> data_hook;

 private:
  void note(std::string what) { log.push_back({agenda_.now(), std::move(what)}); }
  kernel::Agenda& agenda_;
};

class Peer final : public models::wan::WanPeer {
 public:
  explicit Peer(kernel::Agenda& agenda) : agenda_(agenda) {}
  void on_open(ConnectionId connection, std::uint32_t module, std::string_view host,
               std::uint16_t port) override {
    note("open " + std::to_string(module) + " " + std::string(host) + ":" + std::to_string(port));
    opened.push_back(connection);
    if (open_hook) open_hook(connection);
  }
  void on_data(ConnectionId connection, Bytes octets) override {
    note("data " + std::to_string(octets.size()));
    auto& all = received[connection];
    all.insert(all.end(), octets.begin(), octets.end());
    if (data_hook) data_hook(connection, octets);
  }
  void on_closed(ConnectionId connection, CloseReason reason) override {
    note("closed " + std::to_string(static_cast<int>(reason)));
    closed.push_back(connection);
  }
  bool saw(const std::string& what) const { return time_of(what) >= 0; }
  kernel::TimeNs time_of(const std::string& what) const {
    for (const Entry& entry : log) {
      if (entry.what == what) return entry.at;
    }
    return -1;
  }

  std::vector<Entry> log;
  std::vector<ConnectionId> opened;
  std::vector<ConnectionId> closed;
  std::map<ConnectionId, std::vector<std::uint8_t>> received;
  std::function<void(ConnectionId)> open_hook;
  std::function<void(ConnectionId, Bytes)> data_hook;

 private:
  void note(std::string what) { log.push_back({agenda_.now(), std::move(what)}); }
  kernel::Agenda& agenda_;
};

// A cell with some modules; without chance failures unless a test wants them.
struct WanBench {
  explicit WanBench(CellConfig config = quiet(), std::uint32_t n_modules = 1)
      : cell(agenda, config), peer(agenda) {
    cell.set_peer(peer);
    for (std::uint32_t module = 0; module < n_modules; ++module) {
      modems.push_back(std::make_unique<Modem>(agenda, cell, module,
                                               models::node_id(module, models::kNodeModem)));
      clients.push_back(std::make_unique<Client>(agenda));
      modems.back()->set_client(*clients.back());
    }
  }
  static CellConfig quiet() {
    CellConfig config;
    config.radio.packet_loss = 0;
    config.modem.attach_failure = 0;
    config.modem.pdp_failure = 0;
    return config;
  }
  void run_for(kernel::TimeNs span) { agenda.run_until(agenda.now() + span); }
  void go_online(std::uint32_t module = 0) {
    modems[module]->power(true);
    modems[module]->connect("iot");
    for (int n = 0; n < 120 && modems[module]->state() != ModemState::kOnline; ++n) {
      run_for(kernel::kNsPerSecond);
    }
  }
  int connect(std::uint32_t module = 0) {
    const int socket = modems[module]->open(Protocol::kTcp, "10.0.0.1", 4059);
    run_for(10 * kernel::kNsPerSecond);
    return socket;
  }
  models::wan::HourTraffic sum() const {
    models::wan::HourTraffic total;
    for (const auto& hour : cell.traffic().hours()) {
      for (std::size_t d = 0; d < 2; ++d) {
        for (std::size_t k = 0; k < models::wan::kOctetKinds; ++k) {
          total.octets[d][k] += hour.octets[d][k];
        }
      }
      total.sessions += hour.sessions;
      total.attaches += hour.attaches;
      total.attach_failures += hour.attach_failures;
      total.pdp_failures += hour.pdp_failures;
      total.lost_segments += hour.lost_segments;
      total.timeouts += hour.timeouts;
      total.give_ups += hour.give_ups;
      total.access_requests += hour.access_requests;
      total.access_failures += hour.access_failures;
    }
    return total;
  }

  kernel::Agenda agenda;
  Cell cell;
  Peer peer;
  std::vector<std::unique_ptr<Modem>> modems;
  std::vector<std::unique_ptr<Client>> clients;
};

inline std::vector<std::uint8_t> pattern(std::size_t n, std::uint8_t first = 0) {
  std::vector<std::uint8_t> octets(n);
  for (std::size_t i = 0; i < n; ++i)
    octets[i] = static_cast<std::uint8_t>(first + 7 * i + i / 256);
  return octets;
}

}  // namespace wan_test
