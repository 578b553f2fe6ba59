// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Sending, and what acknowledgements and timers do to it.
#include "protocol/prime/arq.hpp"

#include <algorithm>

namespace protocol::prime {

void ArqLink::open(const ArqConfig& config) {
  PROTOCOL_ASSERT(!open_ && config.window >= 1 && config.window <= kArqWindow);
  const ArqCounters counters = counters_;
  *this = ArqLink{};
  counters_ = counters;
  config_ = config;
  open_ = true;
}

void ArqLink::close(ArqOwner& owner) {
  if (!open_) return;
  // The owner may open the link again from inside the calls.
  ArqLink old = *this;
  const ArqCounters counters = counters_;
  *this = ArqLink{};
  counters_ = counters;
  old.reassembler_.release();
  if (!old.receive_buffer_.empty()) owner.give_buffer(old.receive_buffer_);
  for (unsigned i = 0; i < old.n_queued_; ++i) owner.give_buffer(old.queue_[i].buffer);
  for (unsigned i = 0; i < old.n_queued_; ++i) owner.on_sdu_done(old.queue_[i].cookie, false);
}

// ---- Sending ----

bool ArqLink::send(MutableBytes buffer, std::size_t size, std::uint32_t cookie) {
  PROTOCOL_ASSERT(open_ && size <= buffer.size());
  if (n_queued_ == kMaxQueuedSdus || segment_count(size) > kMaxSegments) return false;
  queue_[n_queued_++] = {buffer, static_cast<std::uint32_t>(size), cookie};
  fill_window();
  return true;
}

unsigned ArqLink::segments_left() const {
  unsigned count = 0;
  for (unsigned i = 0; i < n_queued_; ++i) count += segment_count(queue_[i].size);
  return count - first_segment_;
}

Segment ArqLink::segment_at(unsigned offset, bool& last_of_sdu) const {
  unsigned index = first_segment_ + offset;
  for (unsigned i = 0; i < n_queued_; ++i) {
    const unsigned count = segment_count(queue_[i].size);
    if (index < count) {
      last_of_sdu = index + 1 == count;
      return segment_of(Bytes(queue_[i].buffer).first(queue_[i].size), index);
    }
    index -= count;
  }
  PROTOCOL_ASSERT(false);  // the window never outruns the queue
}

void ArqLink::fill_window() {
  const unsigned left = segments_left();
  const unsigned window = std::min<unsigned>(config_.window, peer_window_);
  while (in_window_ < window && in_window_ < left) {
    flights_[in_window_] = Flight{};
    flights_[in_window_].due = true;
    ++in_window_;
  }
}

int ArqLink::first_due() const {
  for (unsigned i = 0; i < in_window_; ++i) {
    if (flights_[i].due) return static_cast<int>(i);
  }
  return -1;
}

bool ArqLink::has_packet(std::int64_t now_us) const {
  return open_ && (ack_due_ || ack_at_us_ <= now_us || first_due() >= 0);
}

ArqLink::Sent ArqLink::take_packet(std::int64_t now_us, Writer& out) {
  PROTOCOL_ASSERT(has_packet(now_us));
  ArqHeader header;
  if (heard_) fill_ack(header);
  ack_due_ = false;
  ack_at_us_ = kNoDeadline;
  const int due = first_due();
  if (due < 0) {  // an acknowledgement alone: the number of the next new packet
    header.packet_id = arq_next(oldest_, in_window_);
    encode(header, out);
    ++counters_.acks_alone;
    return {false, header.packet_id, 0};
  }
  Flight& flight = flights_[static_cast<unsigned>(due)];
  bool last_of_sdu = false;
  const Segment segment = segment_at(static_cast<unsigned>(due), last_of_sdu);
  flight.due = false;
  flight.in_air = true;
  flight.before_probe = false;
  flight.retry_at_us = kNoDeadline;
  ++flight.tries;
  ++counters_.sent;
  if (flight.tries > 1) ++counters_.repeated;
  if (probing_ && due == 0) {
    for (unsigned i = 1; i < in_window_; ++i) flights_[i].before_probe = flights_[i].tries > 0;
  }
  header.packet_id = arq_next(oldest_, static_cast<unsigned>(due));
  header.flush = last_of_sdu || first_due() < 0;
  encode(header, out);
  out.u8(encode(segment.header));
  out.bytes(segment.data);
  PROTOCOL_ASSERT(out.ok());
  return {true, header.packet_id, flight.tries};
}

void ArqLink::on_transmitted(std::int64_t now_us, const Sent& what, bool sent) {
  const unsigned offset = arq_distance(oldest_, what.number);
  if (!what.data || offset >= in_window_ || !flights_[offset].in_air) return;
  Flight& flight = flights_[offset];
  flight.in_air = false;
  // What never went out is due again right away, but counts as a try.
  flight.retry_at_us = sent ? now_us + patience_us(flight) : now_us;
}

std::int64_t ArqLink::patience_us(const Flight& flight) const {
  return flight.tries > 1 ? 2 * config_.retry_us : config_.retry_us;
}

// Unless it waits for the line anyway.
void ArqLink::send_again(Flight& flight) {
  if (flight.tries == 0 || flight.in_air || flight.due) return;
  if (flight.tries >= kArqMaxTxCount) {
    failed_ = true;
    return;
  }
  flight.due = true;
  flight.retry_at_us = kNoDeadline;
}

void ArqLink::acknowledged(unsigned packets, ArqOwner& owner) {
  std::copy(flights_.begin() + packets, flights_.begin() + in_window_, flights_.begin());
  in_window_ = static_cast<std::uint8_t>(in_window_ - packets);
  oldest_ = arq_next(oldest_, packets);
  unsigned segments = first_segment_ + packets;
  unsigned done = 0;
  while (done < n_queued_ && segments >= segment_count(queue_[done].size)) {
    segments -= segment_count(queue_[done].size);
    ++done;
  }
  first_segment_ = static_cast<std::uint8_t>(segments);
  const std::array<Queued, kMaxQueuedSdus> before = queue_;
  std::copy(queue_.begin() + done, queue_.begin() + n_queued_, queue_.begin());
  n_queued_ = static_cast<std::uint8_t>(n_queued_ - done);
  fill_window();
  for (unsigned i = 0; i < done; ++i) owner.give_buffer(before[i].buffer);
  for (unsigned i = 0; i < done; ++i) owner.on_sdu_done(before[i].cookie, true);
}

void ArqLink::accept_nacks(std::int64_t now_us, const ArqHeader& header) {
  for (unsigned i = 0; i < header.n_nacks; ++i) {
    const unsigned offset = arq_distance(oldest_, header.nacks[i]);
    if (offset >= in_window_) continue;
    Flight& flight = flights_[offset];
    // Several packets behind a gap name it several times: what was sent again just now is on its
    // way.
    const std::int64_t patience = patience_us(flight);
    if (flight.tries > 1 && flight.retry_at_us - now_us > patience - patience / 4) continue;
    send_again(flight);
  }
}

void ArqLink::accept_ack(std::int64_t now_us, const ArqHeader& header, ArqOwner& owner) {
  if (header.window != 0) {
    peer_window_ = std::min<std::uint8_t>(header.window, kArqWindow);
  }
  accept_nacks(now_us, header);
  if (!header.has_ack) return;
  const unsigned packets = arq_distance(oldest_, header.ack_id);
  if (packets > in_window_) return;  // from the past
  // Never acknowledge what was never sent.
  for (unsigned i = 0; i < packets; ++i) {
    if (flights_[i].tries == 0) return;
  }
  // The answer to a probe: what was sent before it and is not in there is lost.
  if (probing_ && packets > 0) {
    probing_ = false;
    for (unsigned i = packets; i < in_window_; ++i) {
      if (flights_[i].before_probe) send_again(flights_[i]);
    }
  }
  if (packets > 0) acknowledged(packets, owner);
}

// ---- Time ----

void ArqLink::on_time(std::int64_t now_us) {
  if (!open_) return;
  if (ack_at_us_ <= now_us) {
    ack_due_ = true;
    ack_at_us_ = kNoDeadline;
  }
  bool expired = false;
  for (unsigned i = 0; i < in_window_; ++i) {
    Flight& flight = flights_[i];
    if (flight.retry_at_us > now_us) continue;
    // Only the oldest one is sent again, to be answered at once; the rest may have arrived.
    if (expired) {
      flight.retry_at_us = now_us + 2 * config_.retry_us;
      continue;
    }
    expired = true;
    flight.retry_at_us = kNoDeadline;
    if (flight.tries >= kArqMaxTxCount) {
      failed_ = true;
    } else {
      flight.due = true;
      probing_ = true;
    }
  }
}

std::int64_t ArqLink::deadline_us() const {
  if (!open_) return kNoDeadline;
  std::int64_t earliest_us = ack_at_us_;
  for (unsigned i = 0; i < in_window_; ++i) {
    earliest_us = std::min(earliest_us, flights_[i].retry_at_us);
  }
  return earliest_us;
}

}  // namespace protocol::prime
