// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/run/paced/gateway.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace sim::run {
namespace {

// What a caller may say before the module has answered; a request of a client is far shorter.
constexpr std::size_t kMaxEarlyOctets = 1u << 16;

}  // namespace

PacedGateway::PacedGateway(World& world, const Scenario& scenario, models::wan::WanPeer& head_end,
                           const std::string& log_path)
    : world_(world),
      scenario_(scenario),
      head_end_(head_end),
      hub_(*this),
      log_(std::fopen(log_path.c_str(), "w")) {
  if (log_ == nullptr) throw std::runtime_error(log_path + ": cannot be written");
  listen_for_modules();
  listen_for_gateways();
  if (scenario.expose.hdlc_port > 0) {
    Home& home = *world.homes().at(static_cast<std::size_t>(scenario.expose.hdlc_meter - 1));
    optical_ = std::make_unique<OpticalPort>(
        world.agenda_of(home), *home.meter,
        [this](std::uint64_t caller, protocol::Bytes octets) { hub_.send(caller, octets); });
    HostPort first;
    const bool named = parse_host_port(scenario.expose.listen, first) && !first.host.empty();
    hub_.listen(named ? first.host : "127.0.0.1",
                static_cast<std::uint16_t>(scenario.expose.hdlc_port), kOpticalTag);
  }
  world.cell().set_peer(*this);
  world.ethernet().set_peer(*this);
}

void PacedGateway::listen_for_modules() {
  HostPort first;
  if (!parse_host_port(scenario_.expose.listen, first)) return;
  for (const auto& home : world_.homes()) {
    if (home->module == nullptr) continue;
    const std::uint32_t number = home->identity.number;
    const std::uint32_t port = first.port + number - 1;
    if (port > 65'535) throw std::runtime_error(fmt::format("expose.listen: no port {}", port));
    hub_.listen(first.host, static_cast<std::uint16_t>(port), number);
  }
}

void PacedGateway::listen_for_gateways() {
  HostPort first;
  if (!parse_host_port(scenario_.expose.gateway, first)) return;
  for (std::uint32_t number = 1; number <= scenario_.concentrators.size(); ++number) {
    const std::uint32_t port = first.port + number - 1;
    if (port > 65'535) throw std::runtime_error(fmt::format("expose.gateway: no port {}", port));
    hub_.listen(first.host, static_cast<std::uint16_t>(port), concentrator_device(number));
  }
}

PacedGateway::~PacedGateway() {
  world_.cell().set_peer(head_end_);
  world_.ethernet().set_peer(head_end_);
  std::fclose(log_);
}

void PacedGateway::log(const char* what, Handle handle, std::size_t octets) {
  fmt::print(log_, "{:.6f} {} {} {}\n", 1e-9 * static_cast<double>(world_.now()), what, handle,
             octets);
  std::fflush(log_);
}

void PacedGateway::on_open(ConnectionId connection, std::uint32_t module, std::string_view host,
                           std::uint16_t port) {
  const auto found = handles_.find(connection);
  if (found == handles_.end()) {
    head_end_.on_open(connection, module, host, port);
    return;
  }
  Caller& caller = callers_.at(found->second);
  caller.open = true;
  if (!caller.early.empty()) world_.network_of(connection).send(connection, caller.early);
  caller.early.clear();
}

void PacedGateway::on_data(ConnectionId connection, std::span<const std::uint8_t> octets) {
  const auto found = handles_.find(connection);
  if (found == handles_.end()) {
    head_end_.on_data(connection, octets);
  } else {
    hub_.send(found->second, octets);
  }
}

void PacedGateway::on_closed(ConnectionId connection, models::wan::CloseReason reason) {
  const auto found = handles_.find(connection);
  if (found == handles_.end()) {
    head_end_.on_closed(connection, reason);
    return;
  }
  const Handle handle = found->second;
  handles_.erase(found);
  callers_.erase(handle);
  hub_.close(handle);
}

void PacedGateway::on_accepted(Handle handle, std::uint32_t tag) {
  ++accepted_;
  log("accepted", handle, tag);
  if (tag == kOpticalTag) {
    optical_->begin(handle);
    return;
  }
  ConnectionId connection = 0;
  if (tag < kFirstConcentratorDevice) {
    connection = world_.cell().connect(tag, static_cast<std::uint16_t>(scenario_.hes.port));
  } else {
    const ConcentratorRow& row = scenario_.concentrators[tag - kFirstConcentratorDevice - 1];
    models::wan::Network& network = row.uplink == Uplink::gprs
                                        ? static_cast<models::wan::Network&>(world_.cell())
                                        : world_.ethernet();
    connection = network.connect(tag, kGatewayPort);
  }
  callers_[handle] = {connection, false, {}};
  handles_[connection] = handle;
}

void PacedGateway::on_received(Handle handle, protocol::Bytes octets) {
  log("received", handle, octets.size());
  const auto found = callers_.find(handle);
  if (found == callers_.end()) {
    if (optical_) optical_->receive(handle, octets);
    return;
  }
  Caller& caller = found->second;
  if (!caller.open && caller.early.size() + octets.size() <= kMaxEarlyOctets) {
    caller.early.insert(caller.early.end(), octets.begin(), octets.end());
  } else if (!caller.open ||
             !world_.network_of(caller.connection).send(caller.connection, octets)) {
    // The modelled path is congested beyond its buffer: a real one would have stopped reading.
    log("refused", handle, octets.size());
  }
}

void PacedGateway::on_hung_up(Handle handle) {
  log("closed", handle, 0);
  const auto found = callers_.find(handle);
  if (found == callers_.end()) {
    if (optical_) optical_->end(handle);
    return;
  }
  const ConnectionId connection = found->second.connection;
  handles_.erase(connection);
  callers_.erase(found);
  world_.network_of(connection).close(connection);
}

}  // namespace sim::run
