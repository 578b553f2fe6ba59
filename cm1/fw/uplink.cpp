// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "cm1/fw/uplink.hpp"

#include <algorithm>
#include <utility>

#include "protocol/axdr/encode.hpp"
#include "protocol/dlms/server.hpp"

namespace cm1::fw {
namespace {

using protocol::Writer;
using protocol::wrapper::Message;

constexpr std::uint8_t kAnnounce = 0;
constexpr std::uint8_t kHeartbeat = 1;
// Sockets that open at the same event (a cell back in service) are dialled apart.
constexpr std::int64_t kDialSpread_us = 3 * kUsPerSecond;
constexpr std::int64_t kDialPatience_us = 120 * kUsPerSecond;
// A connection that held this long was a good one: the next failure starts the backoff afresh.
constexpr std::int64_t kStable_us = 60 * kUsPerSecond;
// Nothing acknowledged for so long: dead, though the stack still tries.
constexpr std::int64_t kStall_us = 240 * kUsPerSecond;
// An incoming connection may be silent for so long while it has no association (docs/model-wan.md).
constexpr std::int64_t kIdle_us = 120 * kUsPerSecond;

}  // namespace

Uplink::Uplink(const Platform& platform, UplinkOwner& owner) : platform_(platform), owner_(owner) {}

// ---- Getting connected -------------------------------------------------------------------------

void Uplink::set_online(bool online) {
  if (online == online_) return;
  online_ = online;
  if (!online) {  // the context took every socket along; that is no failed dial
    for (Peer& peer : peers_) {
      peer.open = false;
      peer.connection = kNobody;
    }
    head_end_ = CM1_SOCKET_NONE;
    dial_at_us_ = kNever;
    if (std::exchange(up_, false)) owner_.on_head_end_down();
    return;
  }
  if (provision_->listen_port != 0) {
    static_cast<void>(platform_.socket_listen(provision_->listen_port));
  }
  if (title_) dial_at_us_ = platform_.now_us() + platform_.random_delay_us(kDialSpread_us);
}

void Uplink::set_title(const protocol::dlms::SystemTitle& title) {
  title_ = title;
  if (online_ && head_end_ == CM1_SOCKET_NONE && dial_at_us_ == kNever) {
    dial_at_us_ = platform_.now_us();
  }
}

void Uplink::dial() {
  const int socket = platform_.socket_open(provision_->head_end_host, provision_->head_end_port);
  if (!valid(socket)) return dial_failed();
  head_end_ = socket;
  take(socket);
  dial_at_us_ = platform_.now_us() + kDialPatience_us;
}

void Uplink::dial_failed() { dial_at_us_ = platform_.now_us() + dialled_.next_us(platform_); }

void Uplink::take(int socket) {
  Peer& peer = peers_[static_cast<std::size_t>(socket)];
  peer.open = false;
  peer.connection = next_connection_++;
  peer.heard_us = platform_.now_us();
  peer.deframer.reset();
}

void Uplink::on_open(int socket, bool incoming) {
  if (!valid(socket)) return;
  const std::int64_t now_us = platform_.now_us();
  if (incoming) {
    const auto open =
        std::count_if(peers_.begin(), peers_.end(), [](const Peer& peer) { return peer.open; });
    if (head_end_ == CM1_SOCKET_NONE && open == static_cast<int>(CM1_SOCKETS) - 1) {
      return platform_.socket_close(socket);
    }
    take(socket);
    peers_[static_cast<std::size_t>(socket)].open = true;
    return;
  }
  if (socket != head_end_) return platform_.socket_close(socket);
  peers_[static_cast<std::size_t>(socket)].open = true;
  up_ = true;
  dial_at_us_ = kNever;
  ++counters_.connects;
  sent_ = progress_ = 0;
  connected_at_us_ = active_at_us_ = progress_at_us_ = now_us;
  owner_.on_head_end_up();
  if (!announce(kAnnounce)) hang_up(socket);
}

void Uplink::on_closed(int socket) {
  if (!valid(socket)) return;
  Peer& peer = peers_[static_cast<std::size_t>(socket)];
  peer.open = false;
  peer.connection = kNobody;
  if (socket == head_end_) head_end_lost();
}

void Uplink::hang_up(int socket) {
  platform_.socket_close(socket);
  on_closed(socket);
}

void Uplink::head_end_lost() {
  head_end_ = CM1_SOCKET_NONE;
  const bool was_up = std::exchange(up_, false);
  if (was_up && platform_.now_us() - connected_at_us_ >= kStable_us) dialled_.reset();
  dial_failed();
  if (was_up) owner_.on_head_end_down();
}

// ---- Octets ------------------------------------------------------------------------------------

void Uplink::on_data(int socket, Bytes octets) {
  if (!valid(socket)) return;
  Peer& peer = peers_[static_cast<std::size_t>(socket)];
  if (!peer.open) return;
  if (socket == head_end_) active_at_us_ = platform_.now_us();
  const std::uint32_t connection = peer.connection;
  Message message;
  while (!octets.empty() && !peer.deframer.broken()) {
    octets = octets.subspan(peer.deframer.take(octets));
    while (peer.deframer.next(message)) {
      peer.heard_us = platform_.now_us();  // a whole message: octets alone keep no place
      owner_.on_message(connection, message);
    }
  }
  // Nothing behind a wrong header can be trusted: only a new connection helps.
  if (peer.deframer.broken()) {
    ++counters_.malformed;
    hang_up(socket);
  }
}

std::optional<int> Uplink::find(std::uint32_t connection) const {
  for (int socket = 0; socket < static_cast<int>(CM1_SOCKETS); ++socket) {
    const Peer& peer = peers_[static_cast<std::size_t>(socket)];
    if (peer.open && peer.connection == connection && connection != kNobody) return socket;
  }
  return std::nullopt;
}

bool Uplink::send(std::uint32_t connection, Bytes message) {
  const std::optional<int> socket = find(connection);
  if (!socket) return false;
  if (*socket == head_end_) return send_to_head_end(message);
  if (!platform_.socket_send(*socket, message)) return false;
  peers_[static_cast<std::size_t>(*socket)].heard_us = platform_.now_us();
  return true;
}

bool Uplink::send_to_head_end(Bytes message) {
  if (!connected()) return false;
  const bool all_acknowledged = acknowledged() == sent_;
  if (!platform_.socket_send(head_end_, message)) return false;
  sent_ += message.size();
  active_at_us_ = platform_.now_us();
  if (all_acknowledged) progress_at_us_ = active_at_us_;
  return true;
}

std::uint64_t Uplink::acknowledged() const {
  if (!connected()) return 0;
  const std::uint64_t waiting = platform_.socket_unacknowledged(head_end_);
  return sent_ - std::min(sent_, waiting);
}

// The announcement tells whose module this is; a heartbeat keeps address translations open.
bool Uplink::announce(std::uint8_t kind) {
  std::array<std::uint8_t, 24> body;
  Writer structure(body);
  protocol::axdr::begin_structure(2, structure);
  protocol::axdr::put_unsigned(kind, structure);
  protocol::axdr::put_octet_string(*title_, structure);
  std::array<std::uint8_t, 64> octets;
  Writer apdu(MutableBytes(octets).subspan(protocol::wrapper::kHeaderOctets));
  if (!protocol::dlms::encode_notification(++long_invoke_id_, {}, structure.written(), apdu)) {
    return false;
  }
  Writer header(octets);
  protocol::wrapper::encode_header({protocol::dlms::kManagementDevice, protocol::dlms::kPushClient,
                                    static_cast<std::uint16_t>(apdu.size())},
                                   header);
  return send_to_head_end(Bytes(octets).first(header.size() + apdu.size()));
}

// ---- Time --------------------------------------------------------------------------------------

std::int64_t Uplink::idle_until_us(int socket) const {
  const Peer& peer = peers_[static_cast<std::size_t>(socket)];
  const bool visitor = peer.open && socket != head_end_;
  return visitor && !owner_.engaged(peer.connection) ? peer.heard_us + kIdle_us : kNever;
}

std::int64_t Uplink::deadline_us() const {
  std::int64_t deadline = kNever;
  for (int socket = 0; socket < static_cast<int>(CM1_SOCKETS); ++socket) {
    deadline = std::min(deadline, idle_until_us(socket));
  }
  if (!connected()) return std::min(deadline, dial_at_us_);
  if (provision_->heartbeat_period_s != 0) {
    deadline = std::min(deadline, active_at_us_ + provision_->heartbeat_period_s * kUsPerSecond);
  }
  if (acknowledged() < sent_) deadline = std::min(deadline, progress_at_us_ + kStall_us);
  return deadline;
}

void Uplink::on_time() {
  for (int socket = 0; socket < static_cast<int>(CM1_SOCKETS); ++socket) {
    if (platform_.now_us() < idle_until_us(socket)) continue;
    ++counters_.idle;
    hang_up(socket);
  }
  watch_head_end();
}

void Uplink::watch_head_end() {
  const std::int64_t now_us = platform_.now_us();
  if (!connected()) {
    if (now_us < dial_at_us_ || !online_) return;
    if (head_end_ == CM1_SOCKET_NONE) return dial();
    platform_.socket_close(head_end_);  // neither opened nor refused
    return on_closed(head_end_);
  }
  watch_progress();
  if (!connected() || provision_->heartbeat_period_s == 0) return;
  if (now_us >= active_at_us_ + provision_->heartbeat_period_s * kUsPerSecond) {
    active_at_us_ = now_us;  // also when the stack is full: then it is not silent
    if (announce(kHeartbeat)) ++counters_.heartbeats;
  }
}

void Uplink::watch_progress() {
  const std::int64_t now_us = platform_.now_us();
  const std::uint64_t acknowledged_now = acknowledged();
  if (acknowledged_now != progress_ || acknowledged_now == sent_) {
    progress_ = acknowledged_now;
    progress_at_us_ = now_us;
  } else if (now_us >= progress_at_us_ + kStall_us) {
    hang_up(head_end_);
  }
}

}  // namespace cm1::fw
