// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/drive/paced/gateway.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "os/program.hpp"
#include "protocol/hosted/p32/http.hpp"

namespace sim::run {
namespace {

// Octets handed to the modelled network at a time; its smallest buffer takes some of these.
constexpr std::size_t kPieceOctets = 1024;
constexpr kernel::EntityId kOpticalEntity = 4;

}  // namespace

PacedGateway::PacedGateway(World& world, const Scenario& scenario, models::wan::WanPeer& head_end,
                           const std::string& log_path)
    : world_(world),
      scenario_(scenario),
      head_end_(head_end),
      hub_(net::Hub::make(*this)),
      log_(std::fopen(log_path.c_str(), "w")) {
  if (log_ == nullptr) throw std::runtime_error(log_path + ": cannot be written");
  listen_for_modules();
  listen_for_concentrators(scenario.expose.gateway, kFirstConcentratorDevice);
  listen_for_concentrators(scenario.expose.p32, kFirstP32Tag);
  if (needs_tls(scenario)) {
    for (std::uint32_t number = 1; number <= scenario.concentrators.size(); ++number) {
      tls_of(number);  // a bad file is told now
    }
  }
  if (scenario.expose.hdlc_port > 0) {
    Home& home = *world.homes().at(static_cast<std::size_t>(scenario.expose.hdlc_meter - 1));
    optical_ = std::make_unique<OpticalPort>(world.agenda_of(home), *home.meter, kOpticalEntity,
                                             home.identity.number,
                                             static_cast<OpticalPort::Events&>(*this));
    const auto first = net::parse_endpoint(scenario.expose.listen);
    const auto meter = static_cast<std::uint32_t>(scenario.expose.hdlc_meter);
    // Its own port, whatever the meter's number.
    listen(
        "optical", 1,
        {first ? first->host : "127.0.0.1", static_cast<std::uint16_t>(scenario.expose.hdlc_port)},
        kOpticalTag);
    doors_.back().number = meter;
  }
  world.cell().set_peer(*this);
  world.ethernet().set_peer(*this);
}

// The numbered door behind the first: port PORT + n - 1, or any for each.
void PacedGateway::listen(const char* kind, std::uint32_t number, const net::Endpoint& first,
                          std::uint32_t tag) {
  const std::uint32_t port = first.port == 0 ? 0 : first.port + number - 1;
  if (port > 65'535) {
    throw std::runtime_error(fmt::format("the {} of {}: there is no port {}", kind, number, port));
  }
  net::Endpoint at{first.host, static_cast<std::uint16_t>(port)};
  try {
    at.port = hub_->listen(at, tag, tag > kFirstP32Tag ? tls_of(tag - kFirstP32Tag) : nullptr);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(
        fmt::format("the door of {} {}: {}{}", kind, number, error.what(), port_hint(at.port)));
  }
  doors_.push_back({kind, number, at});
}

void PacedGateway::listen_for_modules() {
  const auto first = net::parse_endpoint(scenario_.expose.listen);
  if (!first) return;
  for (const auto& home : world_.homes()) {
    const std::uint32_t number = home->identity.number;
    if (home->module != nullptr) listen("module", number, *first, number);
  }
}

void PacedGateway::listen_for_concentrators(const std::string& where, std::uint32_t first_tag) {
  const auto first = net::parse_endpoint(where);
  if (!first) return;
  const bool p32 = first_tag == kFirstP32Tag;
  for (std::uint32_t number = 1; number <= scenario_.concentrators.size(); ++number) {
    // Behind GPRS it has no server of its own.
    if (p32 && scenario_.concentrators[number - 1].uplink == Uplink::gprs) continue;
    listen(p32 ? "p32" : "gateway", number, *first, first_tag + number);
  }
}

void PacedGateway::on_exhausted(const std::string& sentence) {
  os::say("paced: " + sentence + "\n");
}

const net::TlsContext& PacedGateway::tls_of(std::uint32_t concentrator) {
  net::TlsContext& context = tls_[concentrator];
  if (!context) context = net::tls_context(tls_files(scenario_, concentrator));
  return context;
}

PacedGateway::~PacedGateway() {
  world_.cell().set_peer(head_end_);
  world_.ethernet().set_peer(head_end_);
  std::fclose(log_);
}

void PacedGateway::log(const char* what, Handle handle, std::size_t octets) {
  const std::string line = fmt::format(
      "{:.6f} {} {} {}\n", 1e-9 * static_cast<double>(world_.now()), what, handle, octets);
  const bool written =
      std::fwrite(line.data(), 1, line.size(), log_) == line.size() && std::fflush(log_) == 0;
  if (!written) throw std::runtime_error(fmt::format("inputs.log: {}", std::strerror(errno)));
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
  hand_on(found->second, caller);
}

void PacedGateway::poll(int timeout_ms) {
  const std::set<Handle> held_up = held_up_;
  for (const Handle handle : held_up) hand_on(handle, callers_.at(handle));
  hub_->poll(timeout_ms);
  seat_probe_heads();
}

// As much as the modelled path takes. A real one would say no more room, and the socket at its end
// would not be read either: nothing is lost, and the sender waits.
void PacedGateway::hand_on(Handle handle, Caller& caller) {
  std::size_t sent = 0;
  while (caller.open && sent < caller.held.size()) {
    const std::size_t n = std::min(kPieceOctets, caller.held.size() - sent);
    const auto piece = std::span<const std::uint8_t>(caller.held).subspan(sent, n);
    if (!world_.network_of(caller.connection).send(caller.connection, piece)) break;
    sent += n;
  }
  caller.held.erase(caller.held.begin(), caller.held.begin() + static_cast<std::ptrdiff_t>(sent));
  const bool held_up = !caller.held.empty();
  if (held_up != held_up_.contains(handle)) {
    held_up ? static_cast<void>(held_up_.insert(handle))
            : static_cast<void>(held_up_.erase(handle));
    hub_->pause(handle, held_up);
    if (held_up) log("paused", handle, caller.held.size());
  }
}

// One probe head at a time. Whoever left in this very poll has made room for the next.
void PacedGateway::seat_probe_heads() {
  for (const Handle handle : std::exchange(newcomers_, {})) {
    if (optical_->begin(handle)) {
      hub_->pause(handle, false);
    } else {
      log("busy", handle, 0);
      hub_->close(handle);
    }
  }
}

void PacedGateway::on_sent_away(OpticalPort::Holder holder) {
  log("sent away", holder, 0);
  hub_->close(holder);
}

void PacedGateway::dial_head_end(ConnectionId connection, std::uint32_t concentrator) {
  const auto where = net::parse_endpoint(scenario_.expose.head_end);  // the loader has checked it
  const Handle handle = hub_->dial(*where, kDialled, tls_of(concentrator));
  log("dialled", handle, concentrator);
  callers_[handle] = {connection, true, true, false, false, {}};
  handles_[connection] = handle;
  ++abroad_.dialled;
}

std::string PacedGateway::Abroad::text(const std::string& address) const {
  std::string text = fmt::format("{}: dialled {} times", address, dialled);
  for (const auto& [what, n] :
       {std::pair{"refused (nobody there, or no certificate of its authority)", refused},
        std::pair{"not the head-end by its certificate", strange},
        std::pair{"ended before a word", wordless}, std::pair{"answered", answered}}) {
    if (n > 0) text += fmt::format(", {} {}", n, what);
  }
  return text;
}

// Of the first that fails the user hears at once, of all at the end of the run.
void PacedGateway::note_failure(std::uint64_t& kind) {
  ++kind;
  if (abroad_.refused + abroad_.strange + abroad_.wordless > 1) return;
  os::say("paced: the head-end at " + abroad_.text(scenario_.expose.head_end) + "\n");
}

void PacedGateway::note_end(const Caller& caller) {
  if (!caller.dialled || caller.spoke) return;
  note_failure(caller.connected ? abroad_.wordless : abroad_.refused);
}

void PacedGateway::on_data(ConnectionId connection, std::span<const std::uint8_t> octets) {
  const auto found = handles_.find(connection);
  if (found == handles_.end()) {
    head_end_.on_data(connection, octets);
  } else {
    hub_->send(found->second, octets);
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
  note_end(callers_.at(handle));
  callers_.erase(handle);
  held_up_.erase(handle);
  hub_->close(handle);
}

// P3.2Ex has one head-end, at either end of a connection; its certificate says so.
std::string_view PacedGateway::name_behind(std::uint32_t tag) const {
  static const std::string kHeadEnd = dcu::app::Commission{}.head_end_id;
  return tag == kDialled || tag > kFirstP32Tag ? std::string_view(kHeadEnd) : std::string_view();
}

void PacedGateway::on_connected(Handle handle, std::uint32_t tag, std::string_view peer) {
  const std::string_view name = name_behind(tag);
  if (!peer.empty() && peer != name) {
    log("not the head-end", handle, tag);
    if (tag != kDialled) {
      const std::string refusal = protocol::p32::http_response(403, {}, false);
      hub_->send(handle, {reinterpret_cast<const std::uint8_t*>(refusal.data()), refusal.size()});
    } else if (callers_.contains(handle)) {
      note_failure(abroad_.strange);
      callers_.at(handle).spoke = true;  // by its certificate
    }
    hub_->close(handle);
    return on_hung_up(handle);
  }
  if (tag == kDialled) {
    if (callers_.contains(handle)) callers_.at(handle).connected = true;
    return;
  }
  ++accepted_;
  log("accepted", handle, tag);
  if (tag == kOpticalTag) {
    hub_->pause(handle, true);
    newcomers_.push_back(handle);
    return;
  }
  ConnectionId connection = 0;
  if (tag > kFirstP32Tag) {
    const std::uint32_t number = tag - kFirstP32Tag;
    connection = world_.ethernet().connect(concentrator_device(number), kConcentratorPort);
  } else if (tag < kFirstConcentratorDevice) {
    connection = world_.cell().connect(tag, static_cast<std::uint16_t>(scenario_.hes.port));
  } else {
    const ConcentratorRow& row = scenario_.concentrators[tag - kFirstConcentratorDevice - 1];
    models::wan::Network& network = row.uplink == Uplink::gprs
                                        ? static_cast<models::wan::Network&>(world_.cell())
                                        : world_.ethernet();
    connection = network.connect(tag, kGatewayPort);
  }
  callers_[handle] = {connection, false, false, true, false, {}};
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
  if (caller.dialled && !std::exchange(caller.spoke, true)) ++abroad_.answered;
  caller.held.insert(caller.held.end(), octets.begin(), octets.end());
  hand_on(handle, caller);
}

void PacedGateway::on_hung_up(Handle handle) {
  log("closed", handle, 0);
  const auto found = callers_.find(handle);
  if (found == callers_.end()) {
    std::erase(newcomers_, handle);
    if (optical_) optical_->end(handle);
    return;
  }
  held_up_.erase(handle);
  const ConnectionId connection = found->second.connection;
  note_end(found->second);
  handles_.erase(connection);
  callers_.erase(found);
  world_.network_of(connection).close(connection);
}

}  // namespace sim::run
