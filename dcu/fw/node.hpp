// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "dcu/fw/types.hpp"
#include "protocol/prime/arq.hpp"
#include "protocol/prime/link_quality.hpp"

namespace dcu::fw {

inline constexpr std::size_t kMaxNodes = 2000;  // LNIDs and addresses would allow twice as many
inline constexpr std::uint16_t kNowhere = 0xFFFF;

// What a node waits its turn for, in the order of service.
enum class Turn : std::uint8_t { control, urgent, normal, alive };
inline constexpr std::size_t kTurns = 4;

// Control packets a node is to be sent, built only when their turn has come.
enum class Owed : std::uint16_t {
  registered = 1 << 0,        // REG_RSP
  connected = 1 << 1,         // CON_REQ_B
  disconnected = 1 << 2,      // CON_CLS_B for `closing_lcid`
  promote = 1 << 3,           // PRO_REQ_B
  beacon_slot = 1 << 4,       // BSI_IND
  refuse_promotion = 1 << 5,  // PRO_REJ
  demote = 1 << 6,            // PRO_DEM_B
  report_quality = 1 << 7,    // PRM_REQ
  quality_noted = 1 << 8,     // PRM_ACK
};

// What an answer of the node is awaited for; one at a time.
enum class Procedure : std::uint8_t {
  none,
  registering,   // REG_ACK
  promoting,     // PRO_ACK
  waiting_slot,  // the frame gets its new slot
  slot,          // BSI_ACK
  demoting,      // PRO_DEM_S
  closing,       // CON_CLS_S
};

// When a switch sends its beacons: in slot `slot` of the frames with SEQ mod 2^code == offset.
struct BeaconSlot {
  std::uint8_t slot = 0;  // 0: none; the base node's own
  std::uint8_t code = 0;  // FRQ
  std::uint8_t offset = 0;
};

struct Node {
  Eui48 eui48{};
  bool known = false;  // the place is somebody's, here or gone
  NodeState state = NodeState::disconnected;

  // ---- Registration ----
  std::uint8_t sid = protocol::prime::kNoSid;
  std::uint8_t lsid = protocol::prime::kNoSid;
  std::uint16_t lnid = protocol::prime::kBroadcastLnid;
  std::uint16_t generation = 0;  // of the LNID
  std::uint8_t level = 0;
  std::uint8_t capabilities = 0;
  std::uint16_t registrations = 0;
  std::uint16_t children = 0;
  std::int64_t registered_us = 0;
  std::int64_t last_heard_us = 0;

  // ---- Procedure under way ----
  Procedure procedure = Procedure::none;
  std::uint8_t tries = 0;
  std::uint16_t owed = 0;
  std::int64_t procedure_at_us = kNoDeadline;

  // ---- Switch ----
  BeaconSlot slot;
  std::uint8_t demote_lsid = protocol::prime::kNoSid;  // what PRO_DEM_B takes away
  std::int64_t demote_sent_us = INT64_MIN / 2;
  std::int64_t unused_at_us = kNoDeadline;  // then nobody has used it for long

  // ---- Keep-alive ----
  std::int64_t alive_at_us = kNoDeadline;  // next poll
  std::uint8_t unanswered = 0;             // polls since it was heard
  std::uint8_t alive_sent = 0;             // modulo 8, as ALV carries them
  std::uint8_t alive_received = 0;
  std::uint16_t polls = 0;
  std::uint16_t answers = 0;

  // ---- Connection ----
  bool connected = false;
  bool confirmed = false;  // something came over it: the node knows that it is open
  bool sending = false;    // an LSDU is under way
  bool urgent = false;     // and it is of high priority
  bool in_flight = false;  // a packet of it is with the transmitter
  bool leave_us = false;   // forget() is to be done
  std::uint8_t identifier_octets = 0;
  std::uint16_t lcid = 0;
  std::uint16_t closing_lcid = 0;
  std::array<std::uint8_t, kMaxIdentifier> identifier{};
  protocol::prime::ArqLink arq;

  // ---- Link to it, if it is a neighbour ----
  protocol::prime::LinkQuality link;
  std::uint8_t reported_quality = kUnknownQuality;  // its PRM_REQ
  std::int64_t report_after_us = 0;                 // ours, not too often

  // ---- Queues and heap of deadlines ----
  std::uint8_t queued = 0;  // bit per Turn
  std::array<std::uint16_t, kTurns> next{};
  std::uint16_t heap_entry = 0;  // position of the node at this place of the heap
  std::uint16_t heap_index = 0;  // place in the heap of this node
  std::int64_t deadline_us = kNoDeadline;

  std::int64_t earliest_us() const {
    const std::int64_t arq_us = connected ? arq.deadline_us() : kNoDeadline;
    return std::min({procedure_at_us, unused_at_us, alive_at_us, arq_us});
  }
  void owe(Owed what) { owed |= static_cast<std::uint16_t>(what); }
  void settle(Owed what) { owed &= static_cast<std::uint16_t>(~static_cast<unsigned>(what)); }
};

struct Buffer {
  enum class Use : std::uint8_t { free, waiting, sending, broadcast, receiving };
  Use use = Use::free;
  Priority priority = Priority::normal;
  std::uint16_t position = kNowhere;  // of the node it goes to
  std::uint16_t size = 0;
  SendHandle handle = kNotSent;
  std::uint32_t order = 0;  // of waiting
  std::array<std::uint8_t, protocol::prime::kSduBufferOctets> octets;
};

// Memory of a base node, the owner's. A buffer is taken by every LSDU that waits or is under way
// and by every node that has sent part of one.
struct Memory {
  std::span<Node> nodes;
  std::span<Buffer> buffers;
};

}  // namespace dcu::fw
