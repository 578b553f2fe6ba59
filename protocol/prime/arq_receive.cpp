// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Receiving: in turn to the owner, early packets kept, acknowledgements owed.
#include <algorithm>
#include <bit>

#include "protocol/prime/arq.hpp"

namespace protocol::prime {
namespace {

// The receive buffer: the SDU in front, a place for each early packet behind it.
constexpr std::size_t kEarlyOctets = kSarOctets + kClMtuOctets;
constexpr std::size_t kEarlyAt = kSduBufferOctets - (kArqWindow - 1) * kEarlyOctets;
static_assert(kEarlyAt >= 1024);  // the longest 4-32 LPDU

}  // namespace

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
    if (!early_[i].used) header.nacks[header.n_nacks++] = arq_next(expected_, i);
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
  const unsigned ahead = arq_distance(expected_, header.packet_id);
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
  expected_ = arq_next(expected_);
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
