// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/prime/arq.hpp"

#include <algorithm>
#include <bit>

namespace protocol::prime {
namespace {

constexpr std::uint8_t kMore = 0x80;
constexpr std::uint8_t kFlush = 0x40;
constexpr std::uint8_t kNack = 0x40;
constexpr std::uint8_t kNumberMask = kArqModulus - 1;
constexpr std::uint8_t kWindowMask = 0x1F;

constexpr unsigned distance(std::uint8_t from, std::uint8_t to) {
  return static_cast<unsigned>(to - from) & kNumberMask;
}
constexpr std::uint8_t next(std::uint8_t number, unsigned by = 1) {
  return static_cast<std::uint8_t>((number + by) & kNumberMask);
}

// The receive buffer: the SDU in front, a place for each early packet behind it.
constexpr std::size_t kEarlyOctets = kSarOctets + kClMtuOctets;
constexpr std::size_t kEarlyAt = kSduBufferOctets - (kArqWindow - 1) * kEarlyOctets;
static_assert(kEarlyAt >= 1024);  // the longest 4-32 LPDU

}  // namespace

Result<ArqHeader> take_arq(Bytes& payload) {
  Reader in(payload);
  const std::uint8_t first = in.u8();
  ArqHeader header;
  header.packet_id = first & kNumberMask;
  header.flush = (first & kFlush) != 0;
  bool more = (first & kMore) != 0;
  while (more && in.ok()) {
    const std::uint8_t octet = in.u8();
    more = (octet & kMore) != 0;
    if ((octet & kNack) != 0) {
      // More than we keep: the others are told again.
      if (header.n_nacks < kArqMaxNacks) header.nacks[header.n_nacks++] = octet & kNumberMask;
    } else if (more) {
      header.window = octet & kWindowMask;
    } else {
      header.has_ack = true;
      header.ack_id = octet & kNumberMask;
    }
  }
  if (!in.ok()) return Error::truncated;
  payload = in.rest();
  return header;
}

void encode(const ArqHeader& header, Writer& out) {
  PROTOCOL_ASSERT(header.n_nacks <= kArqMaxNacks);
  PROTOCOL_ASSERT(header.window == 0 || header.has_ack || header.n_nacks > 0);
  const bool more = header.has_ack || header.n_nacks > 0;
  out.u8(static_cast<std::uint8_t>((more ? kMore : 0) | (header.flush ? kFlush : 0) |
                                   (header.packet_id & kNumberMask)));
  if (header.window != 0) out.u8(kMore | (header.window & kWindowMask));
  for (unsigned i = 0; i < header.n_nacks; ++i) {
    const bool follows = header.has_ack || i + 1 < header.n_nacks;
    out.u8(
        static_cast<std::uint8_t>((follows ? kMore : 0) | kNack | (header.nacks[i] & kNumberMask)));
  }
  if (header.has_ack) out.u8(header.ack_id & kNumberMask);
}

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
  queue_[n_queued_++] = {buffer, size, cookie};
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
    header.packet_id = next(oldest_, in_window_);
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
  header.packet_id = next(oldest_, static_cast<unsigned>(due));
  header.flush = last_of_sdu || first_due() < 0;
  encode(header, out);
  out.u8(encode(segment.header));
  out.bytes(segment.data);
  PROTOCOL_ASSERT(out.ok());
  return {true, header.packet_id, flight.tries};
}

void ArqLink::on_transmitted(std::int64_t now_us, const Sent& what, bool sent) {
  const unsigned offset = distance(oldest_, what.number);
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
  oldest_ = next(oldest_, packets);
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
    const unsigned offset = distance(oldest_, header.nacks[i]);
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
  const unsigned packets = distance(oldest_, header.ack_id);
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

// ---- Receiving ----

void ArqLink::ack_by(std::int64_t at_us) { ack_at_us_ = std::min(ack_at_us_, at_us); }

void ArqLink::fill_ack(ArqHeader& header) {
  header.has_ack = true;
  header.ack_id = expected_;
  if (!window_told_) header.window = kArqWindow;
  window_told_ = true;
  unsigned highest = 0;
  for (unsigned i = 1; i < kArqWindow; ++i) {
    if (early_[i].used) highest = i;
  }
  for (unsigned i = 0; i < highest; ++i) {
    if (!early_[i].used) header.nacks[header.n_nacks++] = next(expected_, i);
  }
}

bool ArqLink::on_packet(std::int64_t now_us, Bytes payload, ArqOwner& owner) {
  if (!open_) return false;
  const Result<ArqHeader> header = take_arq(payload);
  const bool data_good =
      payload.empty() || (payload.size() <= kEarlyOctets && decode_sar(payload[0]).ok());
  if (!header || !data_good) {
    ++counters_.malformed;
    return false;
  }
  accept_ack(now_us, *header, owner);
  if (open_ && !payload.empty()) accept_data(now_us, *header, payload, owner);
  return true;
}

void ArqLink::accept_data(std::int64_t now_us, const ArqHeader& header, Bytes data,
                          ArqOwner& owner) {
  heard_ = true;
  const unsigned ahead = distance(expected_, header.packet_id);
  if (ahead == 0) {
    if (!take_in_turn(data, owner)) return;  // no memory: it comes again
    if (!open_) return;
    ++counters_.received;
    ack_by(now_us + (header.flush ? config_.flush_hold_us : config_.hold_us));
    take_early_ones(owner);
  } else if (ahead < kArqWindow) {
    if (!keep_early(ahead, data, owner)) return;
    ack_by(now_us);  // something is missing: say so
  } else {
    ++counters_.duplicates;  // our acknowledgement was lost
    ack_by(now_us + config_.flush_hold_us);
  }
  if (open_) release_idle_buffer(owner);
}

bool ArqLink::ensure_receive_buffer(ArqOwner& owner) {
  if (!receive_buffer_.empty()) return true;
  receive_buffer_ = owner.take_buffer();
  if (receive_buffer_.empty()) return false;
  PROTOCOL_ASSERT(receive_buffer_.size() >= kSduBufferOctets);
  reassembler_.use(receive_buffer_.first(kEarlyAt));
  return true;
}

void ArqLink::release_idle_buffer(ArqOwner& owner) {
  const bool early =
      std::any_of(early_.begin(), early_.end(), [](const Early& e) { return e.used; });
  if (receive_buffer_.empty() || early || reassembler_.part_way()) return;
  reassembler_.release();
  const MutableBytes buffer = receive_buffer_;
  receive_buffer_ = {};
  owner.give_buffer(buffer);
}

MutableBytes ArqLink::early_place(const Early& early) const {
  return receive_buffer_.subspan(kEarlyAt + early.place * kEarlyOctets, kEarlyOctets);
}

std::uint8_t ArqLink::free_place() const {
  unsigned taken = 0;
  for (const Early& early : early_) {
    if (early.used) taken |= 1u << early.place;
  }
  const int place = std::countr_one(taken);
  PROTOCOL_ASSERT(place + 1 < static_cast<int>(kArqWindow));
  return static_cast<std::uint8_t>(place);
}

bool ArqLink::keep_early(unsigned ahead, Bytes data, ArqOwner& owner) {
  Early& early = early_[ahead];
  if (early.used) {
    ++counters_.duplicates;
    return true;
  }
  if (!ensure_receive_buffer(owner)) return false;
  early.place = free_place();
  std::copy(data.begin(), data.end(), early_place(early).begin());
  early.size = static_cast<std::uint16_t>(data.size());
  early.used = true;
  ++counters_.received;
  return true;
}

bool ArqLink::take_in_turn(Bytes data, ArqOwner& owner) {
  const Result<SarHeader> sar = decode_sar(data[0]);
  PROTOCOL_ASSERT(sar.ok());
  const Bytes segment = data.subspan(kSarOctets);
  const bool single = sar->kind == SegmentKind::first && sar->number == 0;
  if (!single && !ensure_receive_buffer(owner)) return false;
  // Its number is used up before the owner hears of it, for what the owner may do then.
  expected_ = next(expected_);
  std::copy(early_.begin() + 1, early_.end(), early_.begin());
  early_.back() = Early{};
  if (single) {
    reassembler_.restart();
    owner.on_sdu(segment);
  } else if (!reassembler_.add(*sar, segment)) {
    ++counters_.malformed;
  } else if (reassembler_.complete()) {
    owner.on_sdu(reassembler_.sdu());
  }
  return true;
}

void ArqLink::take_early_ones(ArqOwner& owner) {
  while (open_ && early_[0].used) {
    const Bytes data = Bytes(early_place(early_[0])).first(early_[0].size);
    early_[0].used = false;
    static_cast<void>(take_in_turn(data, owner));  // the buffer is there
  }
}

}  // namespace protocol::prime
