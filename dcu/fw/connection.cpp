// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "dcu/fw/inside.hpp"
#include "protocol/prime/llc432.hpp"

namespace dcu::fw {

using protocol::prime::Con;
using protocol::prime::ConnectionType;

namespace {

// Patience for an acknowledgement, engineering judgement: with ten transfers side by side a node
// gets the line after a second. Through each switch it takes two frames more, and their channel
// accesses. The spread keeps two connections from disturbing each other at every try: nodes under
// a switch do not hear the base node.
constexpr std::int64_t kRetryUs = 2'500'000;
constexpr std::int64_t kRetryPerHopUs = 2'000'000;
constexpr std::int64_t kRetrySpreadUs = 1'000'000;

}  // namespace

void BaseNode::on_con(Node& node, Bytes payload) {
  const auto con = protocol::prime::decode_con(payload);
  if (!con) {
    ++counters_.malformed;
    return;
  }
  heard(node);
  if (con->close) {
    const bool answer = node.procedure == Procedure::closing && node.closing_lcid == con->lcid;
    if (answer) return end_procedure(node);
    if (node.connected && node.lcid == con->lcid) close_connection(node, LeaveReason::closed);
    node.closing_lcid = con->lcid;
    return owe(node, Owed::disconnected);
  }
  const auto identifier = protocol::prime::decode_establish_request(con->data);
  const bool ours = con->type == ConnectionType::iec_432 && con->arq &&
                    con->lcid >= protocol::prime::kFirstNodeLcid && identifier &&
                    !identifier->empty() && identifier->size() <= kMaxIdentifier;
  if (!ours) {
    ++counters_.rejected;
    return refuse_connection(node, con->lcid);
  }
  open_connection(node, *con, *identifier);
}

void BaseNode::open_connection(Node& node, const Con& con, Bytes identifier) {
  const Bytes known = Bytes(node.identifier).first(node.identifier_octets);
  const bool same = node.lcid == con.lcid && std::ranges::equal(known, identifier);
  if (node.connected && same && !node.confirmed) {
    return owe(node, Owed::connected);  // our answer was lost
  }
  // It begins anew, with packet numbers from 0.
  close_connection(node, LeaveReason::rejoined);
  if (node.procedure == Procedure::closing) end_procedure(node);
  node.settle(Owed::disconnected);
  node.connected = true;
  node.confirmed = false;
  node.lcid = con.lcid;
  node.identifier_octets = static_cast<std::uint8_t>(identifier.size());
  std::ranges::copy(identifier, node.identifier.begin());
  protocol::prime::ArqConfig arq;
  arq.retry_us = kRetryUs + kRetryPerHopUs * node.level + random_us(kRetrySpreadUs);
  node.arq.open(arq);
  owe(node, Owed::connected);
  owner_.on_joined(table_.address_of(node), node.eui48, identifier);
}

void BaseNode::close_connection(Node& node, LeaveReason why) {
  if (!node.connected) return;
  node.connected = false;
  node.settle(Owed::connected);
  for (Flight& flight : flights_) {
    if (flight.position == table_.position_of(node)) flight.arq = false;
  }
  NodeArq arq_owner(*this, node);
  node.arq.close(arq_owner);
  node.in_flight = false;
  while (Buffer* buffer = buffers_.waiting_for(table_.position_of(node))) {
    const SendHandle handle = buffer->handle;
    buffers_.give(*buffer);
    ++counters_.lsdus_failed;
    owner_.on_sent(handle, false);
  }
  owner_.on_left(table_.address_of(node), node.eui48, why);
}

// CON_CLS_B: for what we close, and for what we never opened. A procedure under way goes first:
// then it is said only once, and again when the node speaks over that connection again.
void BaseNode::refuse_connection(Node& node, std::uint16_t lcid) {
  node.closing_lcid = lcid;
  if (node.procedure == Procedure::none) {
    begin_procedure(node, Procedure::closing, Owed::disconnected);
  } else {
    owe(node, Owed::disconnected);
  }
}

}  // namespace dcu::fw
