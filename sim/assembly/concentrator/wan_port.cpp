// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/assembly/concentrator/wan_port.hpp"

#include <algorithm>
#include <utility>

#include "sim/assembly/identity/identity.hpp"

namespace sim::run {
namespace {

// What a socket's buffer takes at once.
constexpr std::size_t kChunkOctets = 1024;
constexpr const char* kHeadEndHost = "head-end.amitwin.example";
constexpr const char* kApn = "amitwin.example";

}  // namespace

WanPort::WanPort(kernel::Agenda& agenda, ProgramGate& program, models::wan::ModemPort& uplink,
                 Uplink kind, std::uint16_t head_end_port, kernel::EntityId entity,
                 std::uint32_t what)
    : agenda_(agenda),
      program_(program),
      uplink_(uplink),
      kind_(kind),
      head_end_port_(head_end_port),
      network_timer_(agenda, *this, entity, what) {
  uplink.set_client(*this);
}

void WanPort::power(bool on) {
  powered_ = on;
  if (!on) {
    network_timer_.disarm();
    lines_ = {};
    online_ = false;
    uplink_.power(false);
    return;
  }
  uplink_.power(true);
  uplink_.connect(kApn);
  network_timer_.arm(agenda_.now() + kReconnectNs);
}

void WanPort::on_time(kernel::TimeNs now, std::uint32_t /*what*/) {
  uplink_.connect(kApn);
  network_timer_.arm(now + kReconnectNs);
}

int WanPort::socket_of(dcu::app::StreamId stream) const {
  for (std::size_t socket = 0; socket < lines_.size(); ++socket) {
    if (stream != 0 && lines_[socket].stream == stream) return static_cast<int>(socket);
  }
  return models::wan::kNoSocket;
}

dcu::app::StreamId WanPort::dial() {
  if (!online_) return 0;
  const int socket = uplink_.open(models::wan::Protocol::kTcp, kHeadEndHost, head_end_port_);
  if (socket == models::wan::kNoSocket) return 0;
  lines_[static_cast<std::size_t>(socket)] = {next_stream_, dcu::app::Door::p32, false, false, {}};
  return next_stream_++;
}

bool WanPort::send(dcu::app::StreamId stream, protocol::Bytes octets) {
  const int socket = socket_of(stream);
  if (socket == models::wan::kNoSocket) return false;
  auto& waiting = lines_[static_cast<std::size_t>(socket)].waiting;
  const bool idle = waiting.empty();
  waiting.insert(waiting.end(), octets.begin(), octets.end());
  if (idle) on_socket_drained(socket);
  return true;
}

void WanPort::close(dcu::app::StreamId stream) {
  const int socket = socket_of(stream);
  if (socket == models::wan::kNoSocket) return;
  Line& line = lines_[static_cast<std::size_t>(socket)];
  if (line.waiting.empty() || !line.open) return hang_up(socket);
  line.closing = true;  // the last answer goes out whole
  line.stream = 0;
}

void WanPort::hang_up(int socket) {
  lines_[static_cast<std::size_t>(socket)] = {};
  uplink_.close(socket);
}

void WanPort::on_modem(models::wan::ModemState state) {
  const bool online = state == models::wan::ModemState::kOnline;
  if (online && !online_) {
    if (kind_ == Uplink::ethernet) uplink_.listen(kConcentratorPort);
    uplink_.listen(kGatewayPort);
  }
  online_ = online;
  if (online) {
    network_timer_.disarm();
  } else if (powered_ && network_timer_.at() == kernel::kNever) {
    network_timer_.arm(agenda_.now() + kReconnectNs);
  }
}

void WanPort::on_socket_open(int socket, bool incoming) {
  Line& line = lines_.at(static_cast<std::size_t>(socket));
  if (incoming) {
    const bool p32 = uplink_.port_of(socket) == kConcentratorPort;
    line = {next_stream_++, p32 ? dcu::app::Door::p32 : dcu::app::Door::gateway, false, false, {}};
  }
  line.open = true;
  if (program_.running()) {
    program_.on_stream_open(line.stream, line.door);
  } else {
    close(line.stream);  // nobody at home yet
  }
}

void WanPort::on_socket_data(int socket, std::span<const std::uint8_t> octets) {
  const Line& line = lines_.at(static_cast<std::size_t>(socket));
  if (program_.running() && line.stream != 0) program_.on_stream_data(line.stream, octets);
}

void WanPort::on_socket_closed(int socket, models::wan::CloseReason /*reason*/) {
  const Line line = std::exchange(lines_.at(static_cast<std::size_t>(socket)), {});
  if (program_.running() && line.stream != 0) program_.on_stream_closed(line.stream);
}

// The stack's buffer has room: the next octets of a long message.
void WanPort::on_socket_drained(int socket) {
  Line& line = lines_.at(static_cast<std::size_t>(socket));
  auto& waiting = line.waiting;
  std::size_t sent = 0;
  while (sent < waiting.size()) {
    const std::size_t n = std::min(kChunkOctets, waiting.size() - sent);
    if (!uplink_.send(socket, std::span(waiting).subspan(sent, n))) break;
    sent += n;
  }
  waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(sent));
  if (line.closing && waiting.empty()) hang_up(socket);
}

}  // namespace sim::run
