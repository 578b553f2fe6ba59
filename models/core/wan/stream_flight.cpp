// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// How octets travel: flights of segments, acknowledgements, losses.
#include <algorithm>

#include "kernel/assert.hpp"
#include "models/core/wan/cell.hpp"
#include "models/core/wan/modem.hpp"
#include "models/core/wan/stream.hpp"

namespace models::wan {

namespace {

constexpr std::uint32_t kDuplicateAcks = 3;  // RFC 2581: fast retransmit
constexpr std::size_t kMaxDatagram = 1472;   // one unfragmented packet

std::uint32_t segments_of(std::uint32_t octets, std::uint32_t mss) {
  return std::max<std::uint32_t>(1, (octets + mss - 1) / mss);
}

}  // namespace

bool Stream::send(Direction direction, std::span<const std::uint8_t> octets) {
  Half& h = half(direction);
  const StreamConfig& config = cell_.config_.stream;
  const bool up = direction == Direction::kUp;
  if (over_ || h.fin_wanted || !(up ? module_told_ : peer_told_)) return false;
  const std::size_t limit = up ? config.module_buffer_octets : config.network_buffer_octets;
  if (octets.size() > limit - std::min(limit, h.queue.size())) return false;
  if (octets.empty()) return true;
  if (protocol_ == Protocol::kUdp) {
    if (octets.size() > kMaxDatagram) return false;
    h.datagrams.push_back(static_cast<std::uint16_t>(octets.size()));
  }
  h.queue.insert(h.queue.end(), octets.begin(), octets.end());
  pump(direction);
  return true;
}

std::uint32_t Stream::unacknowledged(Direction direction) const {
  const Half& h = half(direction);
  if (h.phase == Phase::kQuietAnswer && cell_.agenda_.now() >= h.answered_ns) return 0;
  return static_cast<std::uint32_t>(h.queue.size());
}

// Does the next thing of this direction when it is free to.
void Stream::pump(Direction d) {
  if (over_) return;
  Half& h = half(d);
  const kernel::TimeNs now = cell_.agenda_.now();
  if (h.phase == Phase::kQuietAnswer) {
    if (now < h.answered_ns) {
      h.phase = Phase::kAnswer;  // now somebody waits for it
      h.timer.arm(h.answered_ns);
      return;
    }
    acknowledge(d);
  }
  // Data that is there at once takes the third segment of the handshake with it.
  const bool free = h.phase == Phase::kIdle ||
                    (h.phase == Phase::kSynDone && h.sent_ns == now && !h.queue.empty());
  if (!free || over_) return;
  if (protocol_ == Protocol::kUdp) return send_datagram(d);
  if (!h.queue.empty()) {
    start_flight(d);
  } else if (h.fin_wanted) {
    send_fin(d);
  }
}

void Stream::start_flight(Direction d) {
  Half& h = half(d);
  const std::uint32_t mss = cell_.config_.stream.mss;
  touch(cell_.agenda_.now());
  h.flight = std::min(static_cast<std::uint32_t>(h.queue.size()), h.window * mss);
  h.delivered = 0;
  h.first_try = true;
  send_segments(d, h.flight, segments_of(h.flight, mss));
}

void Stream::send_segments(Direction d, std::uint32_t octets, std::uint32_t segments) {
  Half& h = half(d);
  const kernel::TimeNs now = cell_.agenda_.now();
  h.sent_ns = now;
  h.segments = segments;
  h.missing = segments;
  h.first_missing = 0;
  const bool to_nowhere = nat_lost_ && d == Direction::kDown;
  if (to_nowhere || !reachable(now, now)) return fail(d, Phase::kFlight);
  const std::uint32_t headers = segments * cell_.config_.stream.header_octets;
  if (h.first_try) {
    cell_.traffic_.add(now, d, Octets::kPayload, octets);
    cell_.traffic_.add(now, d, Octets::kHeaders, headers);
  } else {
    cell_.traffic_.add(now, d, Octets::kRetransmission, octets + headers);
  }
  const Passage passage = cell_.radio_.carry(modem_->link_, d, now, octets + headers, segments);
  if (!passage.carried) return fail(d, Phase::kFlight);
  h.missing = passage.lost;
  h.first_missing = passage.first_lost;
  h.phase = Phase::kFlight;
  h.timer.arm(passage.arrival_ns);
}

void Stream::flight_arrived(Direction d, kernel::TimeNs now) {
  Half& h = half(d);
  if (!reachable(h.sent_ns, now)) {
    h.missing = h.segments;
    return fail(d, Phase::kFlight);
  }
  active_ns_ = now;
  if (nat_lost_) {
    const Passage reset = control(opposite(d), now);
    if (!reset.carried) return fail(d, Phase::kFlight);
    h.phase = Phase::kReset;
    h.timer.arm(reset.arrival_ns);
    return;
  }
  std::uint32_t whole = h.delivered;
  if (h.missing == 0) {
    whole = h.flight;
  } else if (h.first_try) {
    whole = h.first_missing * cell_.config_.stream.mss;
  }
  announce();
  if (over_) return;
  deliver(d, whole);
  if (over_) return;
  if (h.phase != Phase::kFlight) return;  // the receiver's end vanished meanwhile
  answer(d, now);
}

// The acknowledgement starts back, on its own or with data that goes that way right now.
void Stream::answer(Direction d, kernel::TimeNs now) {
  Half& h = half(d);
  const Half& back = half(opposite(d));
  kernel::TimeNs arrival_ns = 0;
  if (back.phase == Phase::kFlight && back.sent_ns == now && back.missing == 0) {
    arrival_ns = back.timer.at();
  } else {
    const Passage passage = control(opposite(d), now);
    if (!passage.carried) {
      h.missing = std::max<std::uint32_t>(h.missing, 1);  // the sender will repeat for nothing
      return fail(d, Phase::kFlight);
    }
    arrival_ns = passage.arrival_ns;
  }
  const bool awaited =
      d == Direction::kUp || h.missing > 0 || h.fin_wanted || h.queue.size() > h.flight;
  h.phase = awaited ? Phase::kAnswer : Phase::kQuietAnswer;
  h.answer_sent_ns = now;
  h.answered_ns = arrival_ns;
  h.timer.arm(awaited ? arrival_ns : kernel::kNever);
}

void Stream::answer_arrived(Direction d, kernel::TimeNs now) {
  Half& h = half(d);
  if (!reachable(h.answer_sent_ns, now)) {
    h.missing = std::max<std::uint32_t>(h.missing, 1);
    return fail(d, Phase::kFlight);
  }
  active_ns_ = now;
  if (h.first_try) sample_rtt(h, now - h.sent_ns);
  if (h.missing == 0) {
    acknowledge(d);
    pump(d);
    return;
  }
  if (h.segments - h.first_missing <= kDuplicateAcks) return fail(d, Phase::kFlight);
  h.window = std::max<std::uint32_t>(1, h.window / 2);
  repeat_missing(d);
}

void Stream::repeat_missing(Direction d) {
  Half& h = half(d);
  h.first_try = false;
  const std::uint32_t mss = cell_.config_.stream.mss;
  const std::uint32_t left = h.flight - h.delivered;
  const std::uint32_t octets = std::min(std::max<std::uint32_t>(left, 1), h.missing * mss);
  send_segments(d, octets, segments_of(octets, mss));
}

void Stream::deliver(Direction d, std::uint32_t octets) {
  Half& h = half(d);
  if (octets <= h.delivered) return;
  const std::span<const std::uint8_t> span(h.queue.data() + h.delivered, octets - h.delivered);
  h.delivered = octets;
  if (d == Direction::kUp) {
    if (peer_told_) cell_.peer_->on_data(id_, span);
  } else if (socket_ != kNoSocket) {
    modem_->client()->on_socket_data(socket_, span);
  }
}

// The flight is over and done with.
void Stream::acknowledge(Direction d) {
  Half& h = half(d);
  const StreamConfig& config = cell_.config_.stream;
  h.queue.erase(h.queue.begin(), h.queue.begin() + h.flight);
  h.flight = 0;
  h.delivered = 0;
  h.retries = 0;
  h.window = std::min(2 * h.window, config.window_segments);
  if (h.rtt_ns > 0) h.rto_ns = std::clamp(2 * h.rtt_ns, config.min_rto_ns, config.max_rto_ns);
  h.phase = Phase::kIdle;
  if (d == Direction::kUp && h.queue.empty() && socket_ != kNoSocket) {
    modem_->client()->on_socket_drained(socket_);
  }
}

void Stream::sample_rtt(Half& h, kernel::TimeNs rtt_ns) {
  h.rtt_ns = h.rtt_ns == 0 ? rtt_ns : (7 * h.rtt_ns + rtt_ns) / 8;
}

// ---- Loss ----

void Stream::fail(Direction d, Phase retry) {
  Half& h = half(d);
  h.phase = Phase::kTimeout;
  h.retry = retry;
  h.timer.arm(h.sent_ns + h.rto_ns);
}

void Stream::timed_out(Direction d, kernel::TimeNs now) {
  Half& h = half(d);
  const StreamConfig& config = cell_.config_.stream;
  ++cell_.traffic_.at(now).timeouts;
  std::uint32_t limit = d == Direction::kUp ? config.module_retries : config.network_retries;
  if (h.retry == Phase::kSyn) limit = config.syn_retries;
  if (++h.retries > limit) return give_up(d);
  h.rto_ns = std::min(2 * h.rto_ns, config.max_rto_ns);
  h.window = 1;
  if (h.retry == Phase::kSyn) return send_syn();
  if (h.retry == Phase::kFin) return send_fin(d);
  repeat_missing(d);
}

void Stream::give_up(Direction d) {
  ++cell_.traffic_.at(cell_.agenda_.now()).give_ups;
  const bool up = d == Direction::kUp;
  if (!open_ || modem_ == nullptr) {
    const bool tell_peer = peer_told_ || (incoming_ && !open_);
    return finish(CloseReason::kTimeout, up, CloseReason::kTimeout, tell_peer);
  }
  if (up) return close_at_module(CloseReason::kTimeout);
  // The module does not know; whatever it sends next is answered by a reset.
  peer_told_ = false;
  peer_gone_ = true;
  nat_lost_ = true;
  half(d).phase = Phase::kIdle;
  half(d).queue.clear();
  half(d).flight = 0;
  cell_.peer_->on_closed(id_, CloseReason::kTimeout);
}

// Time since the last packet: keepalive probes went meanwhile, or the address translation forgot.
void Stream::touch(kernel::TimeNs now) {
  const StreamConfig& config = cell_.config_.stream;
  if (config.keepalive_ns > 0) {
    for (kernel::TimeNs at = active_ns_ + config.keepalive_ns; at < now;
         at += config.keepalive_ns) {
      cell_.traffic_.add(at, Direction::kUp, Octets::kKeepalive, config.header_octets);
      cell_.traffic_.add(at, Direction::kDown, Octets::kKeepalive, config.header_octets);
    }
  }
  const bool silent = config.keepalive_ns == 0 || config.keepalive_ns > config.nat_timeout_ns;
  if (silent && now - active_ns_ > config.nat_timeout_ns) nat_lost_ = true;
  active_ns_ = now;
}

// ---- UDP ----

void Stream::send_datagram(Direction d) {
  Half& h = half(d);
  if (h.datagrams.empty()) return;
  const kernel::TimeNs now = cell_.agenda_.now();
  touch(now);
  h.sent_ns = now;
  h.flight = h.datagrams.front();
  h.delivered = 0;
  const std::uint32_t headers = cell_.config_.stream.udp_header_octets;
  Passage passage;
  if (reachable(now, now)) {
    cell_.traffic_.add(now, d, Octets::kPayload, h.flight);
    cell_.traffic_.add(now, d, Octets::kHeaders, headers);
    passage = cell_.radio_.carry(modem_->link_, d, now, h.flight + headers, 1);
  }
  const bool to_nowhere = nat_lost_ && d == Direction::kDown;
  h.missing = !passage.carried || to_nowhere ? 1 : passage.lost;
  h.phase = Phase::kFlight;
  h.timer.arm(passage.carried ? passage.arrival_ns : now);
}

void Stream::datagram_arrived(Direction d, kernel::TimeNs now) {
  Half& h = half(d);
  if (h.missing == 0 && reachable(h.sent_ns, now)) {
    if (d == Direction::kUp) nat_lost_ = false;  // an outgoing packet makes a new translation
    announce();
    if (!over_) deliver(d, h.flight);
    if (over_) return;
  }
  h.datagrams.erase(h.datagrams.begin());
  acknowledge(d);
  pump(d);
}

}  // namespace models::wan
