// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/fw/line.hpp"

#include <algorithm>

#include "protocol/prime/sar.hpp"

namespace dcu::fw {

using protocol::prime::ArqLink;
using protocol::prime::ControlType;
using protocol::prime::Packet;
using protocol::prime::Scheme;

namespace {

// Time for a channel access, and for the acknowledgement that a node under a switch gives to the
// last packet of a burst, with what it may wait for. Engineering judgement.
constexpr std::int64_t kAccessUs = 25'000;
constexpr std::int64_t kFarAnswerUs = 350'000;
constexpr std::uint8_t kAlivePriority = 2;  // of channel access: below other control packets

// After a packet of a broadcast: until its copy, so that switches can repeat the first; until the
// next segment, so that all copies and echoes of this one are gone (a node knows an echo by what it
// heard last). Engineering judgement.
constexpr std::int64_t kCopyUs = 400'000;
constexpr std::int64_t kNextUs = 1'500'000;

}  // namespace

bool is_flush(Bytes arq_payload) {
  const auto header = protocol::prime::take_arq(arq_payload);
  return header && header->flush;
}

Line::Line(Core& core, protocol::prime::TransmitterOwner& owner)
    : core_(core), transmitter_(core.modem, frames_, owner) {}

void Line::clear() {
  transmitter_.clear();
  flights_ = {};
}

// nullptr: no place for it.
Line::Flight* Line::push(const Packet& packet, PduKind kind, Scheme scheme) {
  const auto flight = std::ranges::find(flights_, 0u, &Flight::tag);
  if (flight == flights_.end()) return nullptr;
  std::array<std::uint8_t, protocol::prime::kMaxFrameOctets> mpdu;
  protocol::Writer out(mpdu);
  // HDR.LEVEL of the first hop; switches count it up on the way.
  if (!protocol::prime::encode_gpdu({.down = true, .level = 0}, packet, core_.network, out)) {
    return nullptr;
  }
  protocol::prime::FrameOptions options;
  options.priority = packet.priority;
  options.scheme = scheme;
  if (++next_tag_ == 0) ++next_tag_;
  options.tag = next_tag_;
  if (!transmitter_.push(out.written(), options)) return nullptr;
  *flight = Flight{};
  flight->tag = options.tag;
  flight->scheme = scheme;
  flight->octets = static_cast<std::uint16_t>(out.size());
  ++core_.counters.sent[static_cast<std::size_t>(kind)];
  return flight;
}

bool Line::push_control(ControlType type, std::uint8_t sid, std::uint16_t lnid, Bytes payload,
                        Node* node) {
  Packet packet;
  packet.control = true;
  packet.priority = type == ControlType::alv ? kAlivePriority : protocol::prime::kControlPriority;
  packet.lcid = static_cast<std::uint16_t>(type);
  packet.sid = sid;
  packet.lnid = lnid;
  packet.payload = payload;
  Flight* flight = push(packet, static_cast<PduKind>(static_cast<unsigned>(type) - 1));
  if (flight == nullptr) return false;
  if (node != nullptr) flight->position = core_.table.position_of(*node);
  return true;
}

bool Line::push_data(Node& node, Bytes arq_payload, const ArqLink::Sent& sent) {
  Packet packet;
  packet.priority = protocol::prime::kDataPriority;
  packet.lcid = node.lcid;
  packet.sid = node.sid;
  packet.lnid = node.lnid;
  packet.payload = arq_payload;
  // The switch that repeats it goes no faster than we do.
  const bool slow = sent.try_count > 2 && node.level > 0;
  const Node* hop = slow ? nullptr : core_.table.neighbour_towards(node.sid, node.lnid);
  Flight* flight =
      push(packet, PduKind::data, hop == nullptr ? Scheme::dbpsk_f : hop->link.scheme());
  if (flight == nullptr) return false;
  flight->position = core_.table.position_of(node);
  flight->arq = true;
  flight->flush = is_flush(arq_payload);
  flight->sent = sent;
  return true;
}

bool Line::push_broadcast(Bytes payload) {
  Packet packet;
  packet.priority = protocol::prime::kDataPriority;
  packet.lcid = protocol::prime::k432BroadcastLcid;
  packet.sid = protocol::prime::kBaseSid;
  packet.payload = payload;
  return push(packet, PduKind::data) != nullptr;
}

std::optional<Line::Flight> Line::landed(std::uint32_t tag, bool sent) {
  const auto found = std::ranges::find(flights_, tag, &Flight::tag);
  if (found == flights_.end()) return std::nullopt;
  const Flight flight = *found;
  *found = Flight{};
  if (sent) {
    core_.counters.airtime_us +=
        static_cast<std::uint64_t>(protocol::prime::airtime_us(flight.octets, flight.scheme));
  }
  return flight;
}

void Line::forget(std::uint16_t position) {
  for (Flight& flight : flights_) {
    if (flight.position == position) flight.arq = false;
  }
}

void Line::leave_to(const Node& node, const Flight& flight) {
  if (node.level == 0) return;
  const std::int64_t repeat_us =
      node.level * (kAccessUs + protocol::prime::airtime_us(flight.octets, flight.scheme));
  data_after_us_ = core_.now_us() + repeat_us + (flight.flush ? kFarAnswerUs : 0);
}

void Broadcasts::clear() {
  segment_ = copy_ = 0;
  after_us_ = core_.now_us();
}

bool Broadcasts::send(std::uint8_t d_lsap, std::uint8_t s_lsap, Bytes lsdu) {
  return core_.buffers.take_lpdu(Buffer::Use::broadcast, {d_lsap, s_lsap, lsdu}) != nullptr;
}

std::int64_t Broadcasts::deadline_us() const {
  return core_.buffers.has_broadcast() ? after_us_ : kNoDeadline;
}

bool Broadcasts::serve() {
  Buffer* buffer = core_.buffers.first_broadcast();
  const std::int64_t now_us = core_.now_us();
  if (buffer == nullptr || now_us < after_us_) return false;
  const Bytes sdu = Bytes(buffer->octets).first(buffer->size);
  const auto segment = protocol::prime::segment_of(sdu, segment_);
  std::array<std::uint8_t, protocol::prime::kSarOctets + protocol::prime::kClMtuOctets> octets;
  protocol::Writer out(octets);
  out.u8(protocol::prime::encode(segment.header));
  out.bytes(segment.data);
  const bool pushed = line_.push_broadcast(out.written());
  PROTOCOL_ASSERT(pushed);  // there was a place
  const bool again = ++copy_ < core_.config.broadcast_copies;
  after_us_ = now_us + (again ? kCopyUs : kNextUs);
  if (again) return true;
  copy_ = 0;
  if (++segment_ == protocol::prime::segment_count(buffer->size)) {
    segment_ = 0;
    core_.buffers.give(*buffer);
  }
  return true;
}

}  // namespace dcu::fw
