// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// How a connection begins and ends.
#include <algorithm>
#include <utility>

#include "kernel/assert.hpp"
#include "models/core/node_id.hpp"
#include "models/core/wan/cell.hpp"
#include "models/core/wan/modem.hpp"
#include "models/core/wan/stream.hpp"

namespace models::wan {

Stream::Stream(Cell& cell, Modem& modem, ConnectionId id, Protocol protocol, std::string host,
               std::uint16_t port, bool incoming)
    : cell_(cell),
      modem_(&modem),
      id_(id),
      host_(std::move(host)),
      halves_{
          Half(cell.agenda_, *this, node_id(modem.module(), kNodeConnection), Direction::kUp),
          Half(cell.agenda_, *this, node_id(modem.module(), kNodeConnection), Direction::kDown)},
      active_ns_(cell.agenda_.now()),
      port_(port),
      protocol_(protocol),
      incoming_(incoming) {
  for (Half& h : halves_) {
    h.window = cell.config_.stream.initial_segments;
    h.rto_ns = cell.config_.stream.initial_rto_ns;
  }
}

void Stream::begin() {
  if (protocol_ == Protocol::kTcp) {
    send_syn();
    return;
  }
  // A UDP socket exists at once; its user still hears of it from the agenda.
  half(initiator()).phase = Phase::kSynAnswer;
  half(initiator()).timer.arm(cell_.agenda_.now());
}

// One segment without payload. Not carried: no channel, lost, or nobody there.
Passage Stream::control(Direction d, kernel::TimeNs now) {
  if (modem_ == nullptr || !modem_->reachable() || !cell_.in_service(now)) return {};
  const std::uint32_t octets = cell_.config_.stream.header_octets;
  cell_.traffic_.add(now, d, Octets::kHeaders, octets);
  Passage passage = cell_.radio_.carry(modem_->link_, d, now, octets, 1);
  if (passage.lost > 0) passage.carried = false;
  return passage;
}

bool Stream::reachable(kernel::TimeNs sent_ns, kernel::TimeNs now) const {
  return modem_ != nullptr && modem_->reachable() && !cell_.dark(sent_ns, now);
}

void Stream::on_time(kernel::TimeNs now, std::uint32_t what) {
  const auto d = static_cast<Direction>(what);
  switch (half(d).phase) {
    case Phase::kSyn:
      return syn_arrived(now);
    case Phase::kSynAnswer:
      return syn_answered(now);
    case Phase::kSynDone:
      return handshake_done(now);
    case Phase::kRefusal:
      return finish(CloseReason::kByPeer, !incoming_, CloseReason::kByPeer, incoming_);
    case Phase::kFlight:
      return protocol_ == Protocol::kTcp ? flight_arrived(d, now) : datagram_arrived(d, now);
    case Phase::kAnswer:
      return answer_arrived(d, now);
    case Phase::kTimeout:
      return timed_out(d, now);
    case Phase::kFin:
      return fin_arrived(d, now);
    case Phase::kReset:
      // Data met an address translation, or a far end, that does not know the connection any more.
      return close_at_module(CloseReason::kByPeer);
    case Phase::kBereft:
      return finish(CloseReason::kNetwork, false, CloseReason::kTimeout, peer_told_);
    case Phase::kIdle:
    case Phase::kQuietAnswer:
      break;
  }
  TWIN_ASSERT(false, what, static_cast<int>(half(d).phase));
}

// ---- Handshake ----

void Stream::send_syn() {
  const Direction d = initiator();
  const kernel::TimeNs now = cell_.agenda_.now();
  half(d).sent_ns = now;
  const Passage passage = control(d, now);
  if (!passage.carried) return fail(d, Phase::kSyn);
  half(d).phase = Phase::kSyn;
  half(d).timer.arm(passage.arrival_ns);
}

void Stream::syn_arrived(kernel::TimeNs now) {
  const Direction d = initiator();
  Half& h = half(d);
  if (!reachable(h.sent_ns, now)) return fail(d, Phase::kSyn);
  bool accepted = cell_.peer_ != nullptr;
  if (incoming_) {
    if (socket_ == kNoSocket && modem_->listens(port_)) socket_ = modem_->take_socket(*this);
    accepted = socket_ != kNoSocket;
  }
  const Passage answer = control(opposite(d), now);
  if (!answer.carried) return fail(d, Phase::kSyn);
  h.phase = accepted ? Phase::kSynAnswer : Phase::kRefusal;
  h.timer.arm(answer.arrival_ns);
}

void Stream::syn_answered(kernel::TimeNs now) {
  const Direction d = initiator();
  Half& h = half(d);
  h.phase = Phase::kIdle;
  if (protocol_ == Protocol::kTcp) {
    if (!reachable(h.sent_ns, now)) return fail(d, Phase::kSyn);
    if (h.retries == 0) sample_rtt(h, now - h.sent_ns);
    h.retries = 0;
    h.sent_ns = now;
    const Passage passage = control(d, now);
    h.phase = Phase::kSynDone;
    h.timer.arm(passage.carried ? passage.arrival_ns : now + h.rto_ns);
  }
  open_ = true;
  touch(now);
  if (incoming_) {
    peer_told_ = true;
    ++cell_.traffic_.at(now).sessions;
    cell_.peer_->on_open(id_, modem_->module(), {}, port_);
  } else {
    module_told_ = true;
    modem_->client()->on_socket_open(socket_, false);
  }
}

void Stream::handshake_done(kernel::TimeNs now) {
  const Direction d = initiator();
  Half& h = half(d);
  if (!reachable(h.sent_ns, now)) {
    // The responder repeats its answer, the initiator the third segment.
    if (++h.retries > cell_.config_.stream.syn_retries) return give_up(d);
    h.sent_ns = now;
    h.timer.arm(now + h.rto_ns);
    return;
  }
  h.retries = 0;
  h.phase = Phase::kIdle;
  announce();
  pump(d);
}

// The responder's side learns that the connection stands.
void Stream::announce() {
  if (incoming_ && !module_told_) {
    module_told_ = true;
    modem_->client()->on_socket_open(socket_, true);
  } else if (!incoming_ && !peer_told_ && cell_.peer_ != nullptr) {
    peer_told_ = true;
    ++cell_.traffic_.at(cell_.agenda_.now()).sessions;
    cell_.peer_->on_open(id_, modem_->module(), host_, port_);
  }
}

// ---- End ----

void Stream::close(Direction from) {
  if (over_ || (from == Direction::kDown && peer_gone_)) return;
  half(from).fin_wanted = true;
  if (from == Direction::kUp) socket_ = kNoSocket;
  const bool told = from == Direction::kUp ? module_told_ : peer_told_;
  if (protocol_ == Protocol::kUdp || !told) {
    return finish(CloseReason::kByPeer, false, CloseReason::kByPeer, false);
  }
  pump(from);
}

void Stream::send_fin(Direction d) {
  const kernel::TimeNs now = cell_.agenda_.now();
  Half& h = half(d);
  h.sent_ns = now;
  const Passage passage = control(d, now);
  if (!passage.carried || (nat_lost_ && d == Direction::kDown)) return fail(d, Phase::kFin);
  h.phase = Phase::kFin;
  h.timer.arm(passage.arrival_ns);
}

void Stream::fin_arrived(Direction d, kernel::TimeNs now) {
  if (!reachable(half(d).sent_ns, now)) return fail(d, Phase::kFin);
  // The other side's FIN with its acknowledgement, and the last acknowledgement.
  const std::uint32_t octets = cell_.config_.stream.header_octets;
  cell_.traffic_.add(now, opposite(d), Octets::kHeaders, octets);
  cell_.traffic_.add(now, d, Octets::kHeaders, octets);
  const bool up = d == Direction::kUp;
  finish(CloseReason::kByPeer, !up, CloseReason::kByPeer, up && !nat_lost_);
}

// The far end hears nothing of it.
void Stream::close_at_module(CloseReason reason) {
  const int socket = std::exchange(socket_, kNoSocket);
  Modem* const modem = modem_;
  vanish();
  if (socket == kNoSocket) return;
  modem->free_socket(socket);
  modem->client()->on_socket_closed(socket, reason);
}

void Stream::vanish() {
  if (over_) return;
  socket_ = kNoSocket;
  if (!peer_told_ && !incoming_) {
    return finish(CloseReason::kNetwork, false, CloseReason::kNetwork, false);
  }
  modem_ = nullptr;
  if (!peer_told_) {
    // Asked for by the far end and not answered yet, or given up by it.
    if (!open_ && half(Direction::kDown).timer.at() != kernel::kNever) return;
    return finish(CloseReason::kNetwork, false, CloseReason::kNetwork, false);
  }
  Half& up = half(Direction::kUp);
  up.phase = Phase::kBereft;
  const StreamConfig& config = cell_.config_.stream;
  const kernel::TimeNs quiet_ns =
      std::max(active_ns_ + config.network_keepalive_ns, cell_.agenda_.now());
  up.timer.arm(config.network_keepalive_ns == 0 ? kernel::kNever
                                                : quiet_ns + config.network_keepalive_probes_ns);
}

void Stream::finish(CloseReason module_reason, bool tell_module, CloseReason peer_reason,
                    bool tell_peer) {
  TWIN_ASSERT(!over_, id_);
  over_ = true;
  for (Half& h : halves_) h.timer.disarm();
  const int socket = std::exchange(socket_, kNoSocket);
  cell_.streams_.retire(cell_.agenda_.now(), *this);
  if (socket != kNoSocket && modem_ != nullptr) {
    modem_->free_socket(socket);
    if (tell_module) modem_->client()->on_socket_closed(socket, module_reason);
  }
  if (tell_peer && cell_.peer_ != nullptr) cell_.peer_->on_closed(id_, peer_reason);
}

}  // namespace models::wan
