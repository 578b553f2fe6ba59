// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/drive/paced/gateway.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

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
  listen_for_concentrators(scenario.expose.gateway, kFirstConcentratorDevice);
  listen_for_concentrators(scenario.expose.p32, kFirstP32Tag);
  if (!scenario.expose.head_end.empty() || !scenario.expose.p32.empty()) {
    for (std::uint32_t number = 1; number <= scenario.concentrators.size(); ++number) {
      identity_of(number);  // a bad file is told now
    }
  }
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

void PacedGateway::listen_for_concentrators(const std::string& where, std::uint32_t first_tag) {
  HostPort first;
  if (!parse_host_port(where, first)) return;
  for (std::uint32_t number = 1; number <= scenario_.concentrators.size(); ++number) {
    // Behind GPRS it has no server of its own.
    const bool gprs = scenario_.concentrators[number - 1].uplink == Uplink::gprs;
    if (first_tag == kFirstP32Tag && gprs) continue;
    const std::uint32_t port = first.port + number - 1;
    if (port > 65'535) throw std::runtime_error(fmt::format("{}: no port {}", where, port));
    hub_.listen(first.host, static_cast<std::uint16_t>(port), first_tag + number);
  }
}

const TlsIdentity& PacedGateway::identity_of(std::uint32_t concentrator) {
  const auto found = identities_.find(concentrator);
  if (found != identities_.end()) return found->second;
  const auto file = [&](std::string name) {
    const std::size_t at = name.find("{id}");
    if (at != std::string::npos) name.replace(at, 4, concentrator_identity(concentrator).id);
    return scenario_.path_of(name);
  };
  const Scenario::Expose& expose = scenario_.expose;
  return identities_
      .try_emplace(concentrator, file(expose.tls_certificate), file(expose.tls_key),
                   file(expose.tls_authority))
      .first->second;
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
    const bool reports = !host.empty() && port == scenario_.hes.p32_port;
    if (reports && !scenario_.expose.head_end.empty()) {
      dial_head_end(connection, module - kFirstConcentratorDevice);
    } else {
      head_end_.on_open(connection, module, host, port);
    }
    return;
  }
  Caller& caller = callers_.at(found->second);
  caller.open = true;
  if (!caller.early.empty()) world_.network_of(connection).send(connection, caller.early);
  caller.early.clear();
}

void PacedGateway::dial_head_end(ConnectionId connection, std::uint32_t concentrator) {
  HostPort where;
  parse_host_port(scenario_.expose.head_end, where);  // the loader has checked it
  const Handle handle = hub_.dial(where.host, where.port);
  log("dialled", handle, concentrator);
  auto tls = std::make_unique<TlsStream>(identity_of(concentrator), true);
  callers_[handle] = {connection, true, {}, std::move(tls)};
  handles_[connection] = handle;
  to_caller(handle, {});
}

// Octets of the application, and whatever TLS has to say besides.
void PacedGateway::to_caller(Handle handle, protocol::Bytes octets) {
  const auto found = callers_.find(handle);
  if (found == callers_.end() || found->second.tls == nullptr) {
    hub_.send(handle, octets);
    return;
  }
  found->second.tls->send(octets);
  hub_.send(handle, found->second.tls->take_wire());
}

void PacedGateway::on_data(ConnectionId connection, std::span<const std::uint8_t> octets) {
  const auto found = handles_.find(connection);
  if (found == handles_.end()) {
    head_end_.on_data(connection, octets);
  } else {
    to_caller(found->second, octets);
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
  std::unique_ptr<TlsStream> tls;
  if (tag > kFirstP32Tag) {
    const std::uint32_t number = tag - kFirstP32Tag;
    connection = world_.ethernet().connect(concentrator_device(number), kConcentratorPort);
    tls = std::make_unique<TlsStream>(identity_of(number), false);
  } else if (tag < kFirstConcentratorDevice) {
    connection = world_.cell().connect(tag, static_cast<std::uint16_t>(scenario_.hes.port));
  } else {
    const ConcentratorRow& row = scenario_.concentrators[tag - kFirstConcentratorDevice - 1];
    models::wan::Network& network = row.uplink == Uplink::gprs
                                        ? static_cast<models::wan::Network&>(world_.cell())
                                        : world_.ethernet();
    connection = network.connect(tag, kGatewayPort);
  }
  callers_[handle] = {connection, false, {}, std::move(tls)};
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
  if (caller.tls == nullptr) {
    forward(handle, caller, octets);
    return;
  }
  std::vector<std::uint8_t> plain;
  const bool good = caller.tls->receive(octets, plain);
  hub_.send(handle, caller.tls->take_wire());
  if (!plain.empty()) forward(handle, caller, plain);
  if (good) return;
  log("tls ended", handle, 0);
  hub_.close(handle);
  on_hung_up(handle);
}

void PacedGateway::forward(Handle handle, Caller& caller, protocol::Bytes octets) {
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
