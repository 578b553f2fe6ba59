// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>

#include "dcu/fw/inside.hpp"
#include "protocol/prime/llc432.hpp"

namespace dcu::fw {

using protocol::prime::ControlType;
using protocol::prime::Packet;
using protocol::prime::Scheme;

namespace {

// Frames with the transmitter at the same time, without counting control packets: what it has
// cannot be overtaken by what is more urgent, nor can it change any more.
constexpr std::size_t kDataAhead = 1;
// Time for a channel access, and for the acknowledgement that a node under a switch gives to the
// last packet of a burst, with what it may wait for. Engineering judgement.
constexpr std::int64_t kAccessUs = 25'000;
constexpr std::int64_t kFarAnswerUs = 350'000;
constexpr std::uint8_t kAlivePriority = 2;  // of channel access: below other control packets

constexpr std::uint8_t bit_of(Turn turn) {
  return static_cast<std::uint8_t>(1u << static_cast<unsigned>(turn));
}

}  // namespace

// ---- Whose turn it is ----

void BaseNode::want_turn(Node& node, Turn turn) {
  if ((node.queued & bit_of(turn)) != 0) return;
  node.queued |= bit_of(turn);
  const std::uint16_t position = table_.position_of(node);
  Queue& queue = queues_[static_cast<std::size_t>(turn)];
  node.next[static_cast<std::size_t>(turn)] = kNowhere;
  if (queue.tail == kNowhere) {
    queue.head = position;
  } else {
    table_.at(queue.tail).next[static_cast<std::size_t>(turn)] = position;
  }
  queue.tail = position;
}

Node* BaseNode::next_in(Turn turn) {
  Queue& queue = queues_[static_cast<std::size_t>(turn)];
  if (queue.head == kNowhere) return nullptr;
  Node& node = table_.at(queue.head);
  queue.head = node.next[static_cast<std::size_t>(turn)];
  if (queue.head == kNowhere) queue.tail = kNowhere;
  node.queued &= static_cast<std::uint8_t>(~bit_of(turn));
  return &node;
}

void BaseNode::leave_queues(Node& node) {
  for (std::size_t i = 0; i < kTurns; ++i) {
    const auto turn = static_cast<Turn>(i);
    if ((node.queued & bit_of(turn)) == 0) continue;
    Queue others = queues_[i];
    queues_[i] = {};
    for (std::uint16_t position = others.head; position != kNowhere;) {
      Node& other = table_.at(position);
      position = other.next[i];
      other.queued &= static_cast<std::uint8_t>(~bit_of(turn));
      if (&other != &node) want_turn(other, turn);
    }
  }
}

// Gives the transmitter what it has places for. A node that has more to say goes to the end of its
// queue, so that many transfers proceed side by side.
void BaseNode::pump() {
  if (begin_at_us_ != kNoDeadline) return;
  while (transmitter_.free_places() > 0) {
    if (serve_stray()) continue;
    if (Node* node = next_in(Turn::control)) {
      static_cast<void>(serve_control(*node));
      continue;
    }
    if (transmitter_.waiting() >= kDataAhead || modem_.now_us() < data_after_us_) return;
    if (Node* node = next_in(Turn::urgent)) {
      static_cast<void>(serve_data(*node));
      continue;
    }
    if (serve_broadcast()) continue;
    if (Node* node = next_in(Turn::normal)) {
      static_cast<void>(serve_data(*node));
      continue;
    }
    if (modem_.now_us() < poll_after_us_) return;
    Node* node = next_in(Turn::alive);
    if (node == nullptr) return;
    static_cast<void>(serve_alive(*node));
  }
}

// ---- Frames ----

Scheme BaseNode::scheme_to(const Node& node) const {
  const Node* hop = neighbour_towards(node.sid, node.lnid);
  return hop == nullptr ? Scheme::dbpsk_f : hop->link.scheme();
}

bool BaseNode::push(const Packet& packet, Node* node, PduKind kind,
                    const protocol::prime::ArqLink::Sent* sent) {
  const auto flight = std::ranges::find(flights_, 0u, &Flight::tag);
  if (flight == flights_.end()) return false;
  std::array<std::uint8_t, protocol::prime::kMaxFrameOctets> mpdu;
  protocol::Writer out(mpdu);
  // HDR.LEVEL of the first hop; switches count it up on the way.
  if (!protocol::prime::encode_gpdu({.down = true, .level = 0}, packet, network_, out))
    return false;
  protocol::prime::FrameOptions options;
  options.priority = packet.priority;
  if (!packet.control && node != nullptr) options.scheme = scheme_to(*node);
  // The switch that repeats it goes no faster than we do.
  const bool slow = sent != nullptr && sent->try_count > 2 && node != nullptr && node->level > 0;
  if (slow) options.scheme = Scheme::dbpsk_f;
  if (++next_tag_ == 0) ++next_tag_;
  options.tag = next_tag_;
  if (!transmitter_.push(out.written(), options)) return false;
  *flight = Flight{};
  flight->tag = options.tag;
  flight->scheme = options.scheme;
  flight->octets = static_cast<std::uint16_t>(out.size());
  if (node != nullptr) flight->position = table_.position_of(*node);
  if (sent != nullptr) {
    flight->arq = true;
    flight->flush = is_flush(packet.payload);
    flight->sent = *sent;
  }
  ++counters_.sent[static_cast<std::size_t>(kind)];
  return true;
}

void BaseNode::on_transmitted(std::uint32_t tag, bool sent) {
  const auto found = std::ranges::find(flights_, tag, &Flight::tag);
  if (found == flights_.end()) return;  // from before a stop
  const Flight flight = *found;
  *found = Flight{};
  if (sent) {
    counters_.airtime_us +=
        static_cast<std::uint64_t>(protocol::prime::airtime_us(flight.octets, flight.scheme));
  }
  if (!flight.arq) return;
  Node& node = table_.at(flight.position);
  node.in_flight = false;
  if (sent) leave_line_to(node, flight);
  node.arq.on_transmitted(modem_.now_us(), flight.sent, sent);
  check_link(node);
}

// A node under a switch does not hear the base node, and would answer into what this one sends to
// others meanwhile: the switch would get neither. So data waits while it is served.
void BaseNode::leave_line_to(const Node& node, const Flight& flight) {
  if (node.level == 0) return;
  const std::int64_t repeat_us =
      node.level * (kAccessUs + protocol::prime::airtime_us(flight.octets, flight.scheme));
  data_after_us_ = modem_.now_us() + repeat_us + (flight.flush ? kFarAnswerUs : 0);
}

bool BaseNode::push_control(ControlType type, std::uint8_t sid, std::uint16_t lnid, Bytes payload,
                            Node* node) {
  Packet packet;
  packet.control = true;
  packet.priority = type == ControlType::alv ? kAlivePriority : protocol::prime::kControlPriority;
  packet.lcid = static_cast<std::uint16_t>(type);
  packet.sid = sid;
  packet.lnid = lnid;
  packet.payload = payload;
  return push(packet, node, static_cast<PduKind>(static_cast<unsigned>(type) - 1), nullptr);
}

template <typename Message>
bool BaseNode::push_message(ControlType type, Node& node, const Message& message) {
  std::array<std::uint8_t, protocol::prime::kMaxControlPayload> octets;
  protocol::Writer out(octets);
  protocol::prime::encode(message, out);
  PROTOCOL_ASSERT(out.ok());
  return push_control(type, node.sid, node.lnid, out.written(), &node);
}
template bool BaseNode::push_message(ControlType, Node&, const protocol::prime::Alv&);

// ---- Control packets, built from what the node is now ----

bool BaseNode::serve_control(Node& node) {
  if (node.owed == 0 || node.state == NodeState::disconnected) return false;
  const auto what = static_cast<Owed>(1u << std::countr_zero(node.owed));
  node.settle(what);
  if (node.owed != 0) want_turn(node, Turn::control);
  using namespace protocol::prime;
  const std::uint8_t time_code = config_.alive_time_code;
  switch (what) {
    case Owed::registered:
      return push_message(
          ControlType::reg, node,
          Reg{.capabilities = node.capabilities, .time_code = time_code, .eui48 = node.eui48});
    case Owed::connected: {
      std::array<std::uint8_t, 2> address;
      protocol::Writer out(address);
      encode_establish_response(table_.address_of(node), out);
      return push_message(ControlType::con, node, Con{.lcid = node.lcid, .data = out.written()});
    }
    case Owed::disconnected:
      return push_message(ControlType::con, node,
                          Con{.close = true, .lcid = node.closing_lcid, .data = {}});
    case Owed::promote:
      return push_message(ControlType::pro, node, Pro{.time_code = time_code, .nsid = node.lsid});
    case Owed::beacon_slot:
      return push_message(ControlType::bsi, node,
                          Bsi{node.slot.code, node.slot.slot, node.slot.offset});
    case Owed::refuse_promotion:
      ++counters_.rejected;
      return push_message(ControlType::pro, node, Pro{.negative = true, .time_code = time_code});
    case Owed::demote:
      node.demote_sent_us = modem_.now_us();
      return push_message(ControlType::pro, node,
                          Pro{.negative = true, .time_code = time_code, .nsid = node.demote_lsid});
    case Owed::report_quality:
      return push_message(ControlType::prm, node, Prm{.snr_code = snr_code(node.link.snr_cdb())});
    case Owed::quality_noted:
      return push_message(ControlType::prm, node,
                          Prm{.response = true, .snr_code = snr_code(node.link.snr_cdb())});
  }
  return false;
}

bool BaseNode::serve_stray() {
  if (n_strays_ == 0) return false;
  const Stray stray = strays_[0];
  std::copy(strays_.begin() + 1, strays_.begin() + static_cast<std::ptrdiff_t>(n_strays_),
            strays_.begin());
  --n_strays_;
  // Meanwhile the number may be somebody's.
  const bool unregister = stray.kind == Stray::Kind::unregister;
  if (unregister && table_.by_lnid(stray.sid, stray.lnid) != nullptr) return true;
  if (!unregister) ++counters_.rejected;
  std::array<std::uint8_t, protocol::prime::kMaxControlPayload> octets;
  protocol::Writer out(octets);
  protocol::prime::encode(
      protocol::prime::Reg{
          .negative = true, .time_code = config_.alive_time_code, .eui48 = stray.eui48},
      out);
  push_control(ControlType::reg, stray.sid, stray.lnid, out.written(), nullptr);
  return true;
}

}  // namespace dcu::fw
